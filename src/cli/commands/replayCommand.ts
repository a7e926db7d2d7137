/** `fluxion replay`: prints the rows of a run. */

import { type Command, Option } from "commander";
import { lastValueFrom, tap } from "rxjs";
import { describeDamage } from "../../arrow/checks/damage.ts";
import { plainFields } from "../../arrow/coreColumns.ts";
import { csvCell, csvText } from "../../arrow/csvCells.ts";
import { presentName } from "../../arrow/formerNames.ts";
import type { Column, Row } from "../../arrow/row.ts";
import { stringify } from "../../arrow/runMetadata.ts";
import { didYouMean } from "../../didYouMean.ts";
import { failure } from "../../errors.ts";
import { numberFrom } from "../../experiments/threads/flags.ts";
import { replay } from "../../streams/replay.ts";
import { chosenRuns } from "../finding/chosenRuns.ts";
import { note } from "../output/say.ts";
import { type Cell, tableLines } from "../output/table.ts";
import { type FoundRun, readableRuns } from "../runDirectories.ts";

interface Flags {
  readonly columns?: string;
  readonly format: "table" | "csv" | "jsonl";
  readonly run?: string;
  readonly from: number;
  readonly to: number;
}

const examples = `
Examples:
  fluxion replay runs/quartic-1 --columns step,value,relativeResidual,outcome
  fluxion replay runs/dlae-1 --run search-03 --format csv > search-03.csv
  fluxion replay runs/mine-1 --format jsonl --columns step,point --from 90 | jq .point

Damaged parts of files, and runs whose run.json is damaged, are passed over; a line on standard error says which steps
they had, or why, and the exit code is 1.`;

/** Number of rows that are collected before they are printed as a table, since its columns need a width. */
const tableRows = 200;

/** Adds the options of `fluxion replay` and what it does. */
export function replayCommand(command: Command, exit: (code: number) => void): void {
  command
    .option("--columns <names>", "columns to print, separated by commas (default: all but points and vectors)")
    .addOption(new Option("--format <format>", "output format").choices(["table", "csv", "jsonl"]).default("table"))
    .option("--run <name>", "name of the one run to print (default: all runs of the experiment)")
    .option("--from <step>", "first step to print", (text) => numberFrom("--from", text), 0)
    .addOption(
      new Option("--to <step>", "last step to print")
        .argParser((text) => numberFrom("--to", text))
        .default(Number.POSITIVE_INFINITY, "the last"),
    )
    .option("--debug", "show where an error comes from")
    .addHelpText("after", examples)
    .action(async (directory: string, flags: Flags) => {
      const chosen = chosenRuns(directory, flags.run);
      const runs = readableRuns(chosen);
      const known = new Map(runs.flatMap(({ file }) => Object.entries(file.columns)));
      const columns = columnsOf(known, flags.columns);
      const several = chosen.length > 1;
      if (flags.format === "csv") lines([[...(several ? ["run"] : []), ...columns.map(csvText)].join(",")]);
      let whole = runs.length === chosen.length;
      for (const run of runs) whole = (await print(run, several, columns, flags)) && whole;
      exit(whole ? 0 : 1);
    });
}

function lines(text: readonly string[]): void {
  process.stdout.write(text.map((line) => `${line}\n`).join(""));
}

/** Prints the rows of one run. Columns that the run does not have stay empty. Returns whether all files are whole. */
async function print(
  { name, directory }: FoundRun,
  several: boolean,
  columns: readonly string[],
  { format, from, to }: Flags,
): Promise<boolean> {
  let whole = true;
  let waiting: Cell[][] = [];
  let empty = true;
  const flush = (): void => {
    if (waiting.length > 0) lines(tableLines(columns, waiting));
    waiting = [];
  };
  if (several && format === "table") lines([`${name}:`]);
  const show = (row: Row): void => {
    empty = false;
    if (format === "jsonl") {
      const entries = columns.map((column) => [column, plain(cellOf(row, column))]);
      lines([stringify({ ...(several ? { run: name } : {}), ...Object.fromEntries(entries) })]);
    } else if (format === "csv") {
      const cells = columns.map((column) => csvCell(textCell(cellOf(row, column))));
      lines([[...(several ? [csvText(name)] : []), ...cells].join(",")]);
    } else {
      waiting.push(columns.map((column) => textCell(cellOf(row, column))));
      if (waiting.length === tableRows) flush();
    }
  };
  await lastValueFrom(
    replay(directory, {
      fromStep: from,
      toStep: to,
      onDamage: (damage) => {
        whole = false;
        note(`fluxion: ${describeDamage(damage)}`);
      },
    }).pipe(tap(show)),
    { defaultValue: undefined },
  );
  flush();
  if (empty) note(`${name}: no rows${from > 0 || to < Number.POSITIVE_INFINITY ? " in this range" : ""}`);
  return whole;
}

/** The columns to print. `known` holds the columns of all runs. */
function columnsOf(known: ReadonlyMap<string, Column>, wanted: string | undefined): readonly string[] {
  const all = [...plainFields, ...known.keys(), "point", "commands"];
  if (wanted === undefined)
    return [...plainFields, ...[...known].filter(([, { kind }]) => kind !== "vector").map(([name]) => name)];
  const names = wanted.split(",").map((name) => presentName(name.trim()));
  for (const name of names) {
    if (all.includes(name)) continue;
    throw failure(
      "ERR_COMMAND_LINE",
      `--columns: the run has no column "${name}".${didYouMean(name, all)} Columns: ${all.join(", ")}`,
    );
  }
  return names;
}

type Value = number | string | Float64Array | Row["commands"] | undefined;

function cellOf(row: Row, name: string): Value {
  const column = Object.hasOwn(row.run.columns, name) ? row.run.columns[name] : undefined;
  if (column === undefined) return row[name as (typeof plainFields)[number] | "point" | "commands"];
  if (column.kind === "vector") return row.vectors[name];
  const value = row.columns[name];
  return column.values === undefined || value === undefined ? value : column.values[value];
}

/** The value as JSON can hold it. */
function plain(value: Value): unknown {
  return value instanceof Float64Array ? [...value] : value === undefined ? null : value;
}

/** Vectors and commands are written as JSON. */
function textCell(value: Value): Cell {
  return typeof value === "object" ? stringify(plain(value)) : value;
}
