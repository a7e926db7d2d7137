/** `fluxion list`: shows what can be run, and finds what has been run. */
import { existsSync } from "node:fs";
import { type Command, Option } from "commander";
import { csvCell, csvText } from "../../arrow/csvCells.ts";
import { failure } from "../../errors.ts";
import { defaultExperiment, summaries } from "../../experiments/catalogue/summaries.ts";
import { type Condition, conditionOf, requireColumns, sorted } from "../finding/conditions.ts";
import { type Entry, entriesIn, experimentColumns, runColumns } from "../finding/entries.ts";
import { say } from "../output/say.ts";
import { tableLines } from "../output/table.ts";

interface Flags {
  readonly runs?: boolean;
  readonly filter: readonly Condition[];
  readonly sort?: string;
  readonly reverse?: boolean;
  readonly limit?: number;
  readonly columns?: string;
  readonly format: "table" | "csv" | "jsonl";
}

/** The directory that is listed if none is named. It need not be there. */
const usual = "runs";

const help = `
Without arguments, the experiments that can be run come first. Columns are those of the table, the options of an
experiment (searches, stepSize, ...), and the numbers that its searches found (loss, index, r, r_H, ...).

Examples:
  fluxion list runs                                    what is in runs/, with the verdicts
  fluxion list --runs --sort loss --limit 10           the ten runs with the smallest loss
  fluxion list --runs --filter "verdict = critical point" --filter "index < 3"
  fluxion list --filter tags=paper --filter name~noise  by tag, and by a part of the name
  fluxion list --runs --format csv --columns directory,seed,loss,index > runs.csv`;

/** Adds the options of `fluxion list` and what it does. */
export function listCommand(command: Command): void {
  command
    .option("--runs", "list the runs one by one, not the experiments")
    .addOption(
      new Option(
        "--filter <condition>",
        "show those that meet a condition; may be repeated: column, = != < <= > >= ~, value",
      )
        .argParser((text, before: readonly Condition[]) => [...before, conditionOf(text)])
        .default([], "all"),
    )
    .option("--sort <column>", "sort by a column (default: by the time at which they began)")
    .option("--reverse", "sort the other way round: the largest or the newest first")
    .option("--limit <number>", "show at most so many", limitOf)
    .option("--columns <names>", "columns to show, separated by commas")
    .addOption(new Option("--format <format>", "output format").choices(["table", "csv", "jsonl"]).default("table"))
    .option("--debug", "show where an error comes from")
    .addHelpText("after", help)
    .action((directory: string | undefined, flags: Flags) => {
      const asked = directory !== undefined || flags.filter.length > 0 || Object.keys(flags).length > 2;
      if (!asked) sayExperiments();
      if (directory === undefined && !existsSync(usual)) {
        if (asked)
          throw failure("ERR_EXPERIMENT_DIRECTORY", `list: ${usual}: there is no such directory here; name one`);
        return;
      }
      const found = entriesIn(directory ?? usual, flags.runs === true);
      if (!asked && found.length > 0) say("");
      show(found, flags);
    });
}

function limitOf(text: string): number {
  const limit = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isInteger(limit) && limit >= 1) return limit;
  throw failure("ERR_COMMAND_LINE", `--limit: expected a whole number from 1, got "${text}"`);
}

function sayExperiments(): void {
  const rows = Object.entries(summaries).map(([name, summary]) => [
    name,
    `${summary}${name === defaultExperiment ? " (the default)" : ""}`,
  ]);
  for (const line of tableLines(["experiment", "what it does"], rows)) say(line);
  say(
    "\nOptions of an experiment: fluxion run <experiment> --help. An experiment of your own: fluxion run ./module.ts",
  );
}

function show(found: readonly Entry[], { runs, filter, sort, reverse = false, limit, columns, format }: Flags): void {
  const usually = runs === true ? runColumns : experimentColumns;
  const wanted = columns?.split(",").map((name) => name.trim());
  if (found.length > 0) {
    requireColumns(
      "--filter",
      filter.map(({ column }) => column),
      found,
      usually,
    );
    requireColumns("--sort", sort === undefined ? [] : [sort], found, usually);
    requireColumns("--columns", wanted ?? [], found, usually);
  }
  const met = found.filter((entry) => filter.every(({ holds }) => holds(entry)));
  const ordered = sort !== undefined ? sorted(met, sort, reverse) : reverse ? [...met].reverse() : met;
  const shown = limit === undefined ? ordered : ordered.slice(0, limit);
  const names = wanted ?? usually;
  const rows = shown.map((entry) => names.map((name) => entry[name]));
  if (format === "csv")
    print([names.map(csvText), ...rows.map((cells) => cells.map(csvCell))].map((line) => line.join(",")));
  else if (format === "jsonl")
    print(rows.map((cells) => JSON.stringify(Object.fromEntries(names.map((name, j) => [name, cells[j] ?? null])))));
  else if (rows.length > 0) {
    const headings = names.map((name) => (name === "began" || name === "ended" ? `${name} (UTC)` : name));
    const texts = rows.map((cells) => cells.map((cell, j) => (names[j] === "seed" ? cell?.toString() : cell)));
    print(tableLines(headings, texts));
  }
}

/** Lines that are joined are written at once, which is ten times as fast for 100,000 of them. Cells are made visible before. */
function print(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}
