/** Arrow files of data for tests. */
import { type Column, writeDataFile } from "../../scripts/dataFile.ts";
import type { ArrowRows } from "../../src/arrow/data/arrowRows.ts";
import { scratchPath } from "./scratch.ts";

export type Columns = Readonly<Record<string, Column>>;

/** Writes columns into a file whose batches have at most so many rows, and gives its path. */
export function dataFile(columns: Columns, batchRows = 7, path = scratchPath("data.arrow")): string {
  const rowsOf = ({ numbers, extents = [] }: Column): number => numbers.length / perRow(extents);
  const count = rowsOf(Object.values(columns)[0]!);
  writeDataFile(
    path,
    (function* () {
      for (let first = 0; first < Math.max(count, 1); first += batchRows) {
        yield Object.fromEntries(
          Object.entries(columns).map(([name, { numbers, extents = [] }]) => {
            const width = perRow(extents);
            // A copy, since arrow-js writes the whole buffer behind a view.
            return [name, { numbers: numbers.slice(first * width, (first + batchRows) * width), extents }];
          }),
        );
      }
    })(),
  );
  return path;
}

export function perRow(extents: readonly number[]): number {
  return extents.reduce((product, extent) => product * extent, 1);
}

/** All rows, read at once. */
export function allRows({ count, width, read }: ArrowRows): Float64Array {
  const numbers = new Float64Array(count * width);
  read(0, numbers);
  return numbers;
}
