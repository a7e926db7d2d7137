/** `fluxion replay`: prints the rows of a run. */

import { type Command, Option } from "commander";
import { filter, lastValueFrom, mergeMap, tap } from "rxjs";
import { plainFields } from "../../arrow/coreColumns.ts";
import { csvCell, csvText } from "../../arrow/csvCells.ts";
import { presentName } from "../../arrow/formerNames.ts";
import type { Column, Row } from "../../arrow/row.ts";
import { stringify } from "../../arrow/runMetadata.ts";
import { didYouMean } from "../../didYouMean.ts";
import { failure } from "../../errors.ts";
import { numberFrom } from "../../experiments/threads/flags.ts";
import { alertOptions } from "../alerts/alertOptions.ts";
import { chosenRuns } from "../finding/chosenRuns.ts";
import { note } from "../output/say.ts";
import { type Cell, tableLines } from "../output/table.ts";
import { type FoundRun, readableRuns } from "../runDirectories.ts";
import { runsAsTheyBegin } from "./followRuns.ts";
import { toldDamage, type Watch, type WatchFlags, watchOf } from "./replayRows.ts";

interface Flags extends WatchFlags {
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
  fluxion replay runs/dlae-1 --events                                what the rules found, or would have found
  fluxion replay runs/dlae-1 --follow --events --alert "divergence,small:value<1e-6" --on-event ./tell.sh

A replay runs no command and calls no webhook unless it is given one. Rules are evaluated anew where --alert names them;
else events are those of the files, or of all rules where a run was not watched.

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
    .option("--events", "print the events instead of the rows")
    .option("--follow", "go on with the rows of runs that another process writes, until they have ended");
  for (const option of alertOptions()) command.addOption(option);
  command
    .option("--debug", "show where an error comes from")
    .addHelpText("after", examples)
    .action(async (directory: string, flags: Flags) => {
      const watch = watchOf(flags);
      const chosen = chosenRuns(directory, flags.run);
      const runs = readableRuns(chosen);
      const known = new Map(runs.flatMap(({ file }) => Object.entries(file.columns)));
      const own = [...known].flatMap(([, { event }]) => event ?? []);
      const rules = watch.rulesFor(own);
      for (const { name } of rules) known.set(`${name}Event`, { meaning: name, event: name });
      const columns = columnsOf(known, flags.columns);
      if (flags.follow === true) {
        const whole = await followAll(directory, flags, columns, watch, rules);
        await watch.close();
        exit(whole ? 0 : 1);
        return;
      }
      const several = chosen.length > 1;
      if (flags.format === "csv" && flags.events !== true)
        lines([[...(several ? ["run"] : []), ...columns.map(csvText)].join(",")]);
      let whole = runs.length === chosen.length;
      for (const run of runs) whole = (await print(run, several, columns, flags, watch, rules)) && whole;
      await watch.close();
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
  flags: Flags,
  watch: Watch,
  rules: Parameters<Watch["rows"]>[1],
): Promise<boolean> {
  const { format, from, to, events } = flags;
  let whole = true;
  let waiting: Cell[][] = [];
  let empty = true;
  const flush = (): void => {
    if (waiting.length > 0) lines(tableLines(columns, waiting));
    waiting = [];
  };
  if (several && format === "table" && events !== true) lines([`${name}:`]);
  const show = (row: Row): void => {
    empty = false;
    if (events === true) return;
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
  const onDamage = toldDamage(() => {
    whole = false;
  });
  const rows = watch.rows({ name, directory }, rules, { from, to, onDamage });
  await lastValueFrom(rows.pipe(tap(show)), { defaultValue: undefined });
  flush();
  if (empty) note(`${name}: no rows${from > 0 || to < Number.POSITIVE_INFINITY ? " in this range" : ""}`);
  return whole;
}

/** Prints the rows of all runs as they come, or their events. Returns whether all files are whole. */
async function followAll(
  directory: string,
  { run: wanted, format, from, to, events }: Flags,
  columns: readonly string[],
  watch: Watch,
  rules: Parameters<Watch["rows"]>[1],
): Promise<boolean> {
  let whole = true;
  const onDamage = toldDamage(() => {
    whole = false;
  });
  const show = (name: string, row: Row): void => {
    if (events === true) return;
    const cells = columns.map((column) => cellOf(row, column));
    if (format === "jsonl") {
      lines([stringify({ run: name, ...Object.fromEntries(columns.map((column, k) => [column, plain(cells[k])])) })]);
    } else lines([[csvText(name), ...cells.map((cell) => csvCell(textCell(cell)))].join(",")]);
  };
  if (events !== true && format !== "jsonl") lines([["run", ...columns.map(csvText)].join(",")]);
  const rows = runsAsTheyBegin(directory).pipe(
    filter(({ name }) => wanted === undefined || name === wanted),
    mergeMap((found) => watch.rows(found, rules, { from, to, onDamage }).pipe(tap((row) => show(found.name, row)))),
  );
  await lastValueFrom(rows, { defaultValue: undefined });
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
