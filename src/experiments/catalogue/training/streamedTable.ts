import { statSync } from "node:fs";
import { arrowRows } from "../../../arrow/data/arrowRows.ts";
import { dataColumns } from "../../../arrow/data/dataColumns.ts";
import { dataset } from "../../../problems/datasets/dataset.ts";
import { chosenColumns, featureNames } from "../../../problems/datasets/tableColumns.ts";
import type { Dataset } from "../../../problems/datasets/types.ts";

/** Bytes of a megabyte. */
const megabyte = 1e6;

/** Whether a table is an Arrow file of more than so many megabytes, so that it is not read into memory. */
export function isLarge(path: string, megabytes: number): boolean {
  if (!/\.(arrow|feather|ipc)$/i.test(path)) return false;
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > megabytes * megabyte;
}

/**
 * Takes a data set from an Arrow file, with the columns of `tableData`, whose rows are read where they are needed.
 *
 * @throws as `arrowRows`, `tableData` and `dataset`
 */
export function streamedTable(path: string, wanted: { readonly label?: string; readonly target?: string }): Dataset {
  const columns = dataColumns("train", path);
  const names = columns.map(({ name }) => name);
  const { label, target, features } = chosenColumns("train", path, names, wanted);
  const { inputs, ...truth } = arrowRows(path, {
    inputs: features,
    ...(label === undefined ? {} : { labels: label }),
    ...(target === undefined ? {} : { targets: target }),
  } as Readonly<Record<string, string | readonly string[]>>);
  return dataset({
    inputs: inputs!,
    ...truth,
    names: featureNames(columns.filter(({ name }) => features.includes(name))),
    name: path.replace(/^.*[\\/]/, ""),
  });
}
