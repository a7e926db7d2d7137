/** The rows behind the views `runs`, `iterates` and `ends`, as the columns of a Parquet file. */
import type { Row, Run } from "../../arrow/row.ts";
import type { RunFile } from "../../arrow/runFile.ts";
import { type Cell, type OutColumn, outColumns } from "../convert/columns.ts";
import type { RowChunk } from "../convert/rowChunks.ts";
import type { Entry } from "../finding/entries.ts";
import type { FoundRun } from "../runDirectories.ts";

/** Names that the view `runs` gives to columns of the list, as SQL writes them without quotation marks. */
const sqlNames: Readonly<Record<string, string>> = { "|F|^2": "squaredFieldNorm" };

/** The view `runs`: one row per run, with the columns of `fluxion list --runs`. */
export function runsView(
  entries: readonly Entry[],
  first: readonly string[],
): { columns: OutColumn[]; chunks: RowChunk[] } {
  const names = unique([...first, ...entries.flatMap((entry) => Object.keys(entry))]);
  const columns = names.map((key): OutColumn => {
    const cells = entries.map((entry) => entry[key]);
    const number = cells.some((cell) => typeof cell === "number") && cells.every((cell) => typeof cell !== "string");
    const name = sqlNames[key] ?? key;
    const cell = (_row: Row, at: string): Cell => {
      const value = entries[Number(at)]![key];
      return number || value === undefined ? value : String(value);
    };
    return { name, type: number ? "number" : "text", nullable: true, meaning: name, cell };
  });
  // A cell reads the entry itself: these rows only count.
  return {
    columns,
    chunks: entries.length === 0 ? [] : [{ rows: entries.map(() => noRow), runs: entries.map((_, i) => String(i)) }],
  };
}

/** The columns of the views `iterates` and `ends`; vectors only where the question needs them. */
export function rowColumns(runs: readonly (FoundRun & { readonly file: RunFile })[], sql: string): OutColumn[] {
  const directories = new Map(runs.map(({ name, directory }) => [name, directory]));
  const directory: OutColumn = {
    name: "directory",
    type: "text",
    nullable: false,
    meaning: "directory of the run, as in the view runs",
    cell: (_row, run) => directories.get(run),
  };
  const columns = outColumns(
    runs.map(({ file }) => file),
    "query",
  );
  const kept = columns.filter(({ name, type }) => type !== "vector" || mentions(sql, name) || takesAll(sql));
  return [directory, ...distinct(kept)];
}

/** Whether a question names something, whatever the case of its letters. */
export function mentions(sql: string, name: string): boolean {
  return sql.toLowerCase().includes(name.toLowerCase());
}

/** Whether a question may want every column. */
function takesAll(sql: string): boolean {
  return /\*|\bcolumns\b|\bdescribe\b|\bsummarize\b|\bfrom\s+\w+\s*;?\s*$/i.test(
    sql.replace(/count\s*\(\s*\*\s*\)/gi, ""),
  );
}

/** SQL does not tell `R` from `r`: of columns that differ in case only, the later ones get a number. */
function distinct(columns: readonly OutColumn[]): OutColumn[] {
  const names = unique(columns.map(({ name }) => name));
  const taken = new Set<string>(["directory"]);
  return columns.map((column, i) => {
    let name = names[i]!;
    for (let k = 2; taken.has(name.toLowerCase()); k++) name = `${names[i]}_${k}`;
    taken.add(name.toLowerCase());
    return { ...column, name };
  });
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}

const run: Run = { name: "", attempt: 1, columns: {}, settings: {} };
const noRow: Row = {
  ...{ run, step: 0, seconds: 0, status: "running", evaluations: 0, products: 0 },
  ...{ value: 0, squaredFieldNorm: 0, stepSize: 0, columns: {}, vectors: {} },
};
