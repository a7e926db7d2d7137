import { readFooter } from "./batches.ts";
import { DataFile } from "./dataFile.ts";

/** A column of a file of data. */
interface ColumnOfFile {
  readonly name: string;
  /** Numbers in a cell: those of a fixed size list, else 1. */
  readonly width: number;
}

/** Names the columns of an Arrow file in their order. @throws as `arrowRows` for a file that is not one */
export function dataColumns(who: string, path: string): readonly ColumnOfFile[] {
  return readFooter(new DataFile(who, path)).columns.map(({ name, extents }) => ({
    name,
    width: extents.reduce((product, extent) => product * extent, 1),
  }));
}
