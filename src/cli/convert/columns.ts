/** The columns of a converted file: those of every row, then those that any of the runs has. */
import { coreColumns } from "../../arrow/coreColumns.ts";
import type { Row } from "../../arrow/row.ts";
import type { RunFile } from "../../arrow/runFile.ts";
import { stringify } from "../../arrow/runMetadata.ts";
import { didYouMean } from "../../didYouMean.ts";
import { failure } from "../../errors.ts";

type CellType = "text" | "integer" | "number" | "vector";
export type Cell = string | number | Float64Array | undefined;

/** A column of a file, whatever its format. */
export interface OutColumn {
  readonly name: string;
  readonly type: CellType;
  readonly nullable: boolean;
  readonly meaning: string;
  readonly unit?: string;
  readonly cell: (row: Row, run: string) => Cell;
}

type CoreName = keyof typeof coreColumns;

/**
 * The columns of these runs, in the order of an Arrow file of a run: `run` holds the name under which the run is found.
 *
 * @throws ERR_COLUMN_CONFLICT if two runs have columns of one name and different kinds
 */
export function outColumns(files: readonly RunFile[], who = "convert"): OutColumn[] {
  const { point, ...first } = coreColumns;
  const own = new Map<string, { readonly kind: string; readonly column: OutColumn }>();
  for (const { name: run, columns } of files) {
    for (const [name, { kind = "number", meaning, unit }] of Object.entries(columns)) {
      const before = own.get(name);
      if (before !== undefined && before.kind !== kind) {
        throw failure(
          "ERR_COLUMN_CONFLICT",
          `${who}: the column "${name}" is a ${before.kind} in one run and a ${kind} in "${run}"; name one run by --run, or directories that fit together`,
        );
      }
      const type = kind === "vector" ? "vector" : kind === "category" ? "text" : "number";
      const about = { name, type, nullable: true, meaning, ...(unit === undefined ? {} : { unit }) } as const;
      own.set(name, { kind, column: { ...about, cell: cellOf(name, kind) } });
    }
  }
  const core = (name: CoreName): OutColumn => {
    const { type, meaning, ...rest } = coreColumns[name];
    return { name, type, nullable: name === "commands" || name === "point", meaning, ...rest, cell: coreCell(name) };
  };
  return [
    ...Object.keys(first).map((name) => core(name as CoreName)),
    ...[...own.values()].map(({ column }) => column),
    core("point"),
  ];
}

function coreCell(name: CoreName): OutColumn["cell"] {
  switch (name) {
    case "run":
      return (_row, run) => run;
    case "attempt":
      return (row) => row.run.attempt;
    case "commands":
      return ({ commands }) => (commands === undefined || commands.length === 0 ? undefined : stringify(commands));
    default:
      return (row) => row[name];
  }
}

function cellOf(name: string, kind: string): OutColumn["cell"] {
  if (kind === "vector") return ({ vectors }) => vectors[name];
  if (kind === "number") return ({ columns }) => columns[name];
  return ({ columns, run }) => {
    const index = columns[name];
    return index === undefined ? undefined : run.columns[name]?.values?.[index];
  };
}

/** The columns of these names, in the order in which they were given. @throws ERR_COMMAND_LINE */
export function chosenColumns(columns: readonly OutColumn[], wanted: string | undefined): readonly OutColumn[] {
  if (wanted === undefined) return columns;
  const names = columns.map(({ name }) => name);
  const chosen = [...new Set(wanted.split(",").map((name) => name.trim()))];
  return chosen.map((name) => {
    const found = columns[names.indexOf(name)];
    if (found !== undefined) return found;
    throw failure(
      "ERR_COMMAND_LINE",
      `--columns: the runs have no column "${name}".${didYouMean(name, names)} Columns: ${names.join(", ")}`,
    );
  });
}
