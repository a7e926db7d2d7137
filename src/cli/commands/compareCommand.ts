/** `fluxion compare`: what differs between runs, in settings and in results, and their courses in one picture. */
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { describeDamage } from "../../arrow/checks/damage.ts";
import { stringify } from "../../arrow/runMetadata.ts";
import { failure } from "../../errors.ts";
import { writeNewFile } from "../convert/newFile.ts";
import { differences, type Labelled, resultsOf, settingsOf } from "../finding/differences.ts";
import { checkColumn, type Horizontal, horizontals, readCurve } from "../finding/series.ts";

import { note, say } from "../output/say.ts";
import { tableLines } from "../output/table.ts";
import { readableRuns, runsIn } from "../runDirectories.ts";

interface Flags {
  readonly run?: string;
  readonly output?: string;
  readonly column: string;
  readonly x: Horizontal;
  readonly linear?: boolean;
  readonly format: "table" | "jsonl";
}

const help = `
Settings are the options and the seed of an experiment, the description that run.json keeps, and versions and
environment. Those that are the same everywhere are left out.

Examples:
  fluxion compare runs/dlae-1/search-01 runs/dlae-1/search-02
  fluxion compare runs/dlae-1 runs/dlae-2 --run search-03       the same search of two experiments
  fluxion compare runs/gda-1 runs/eg-1 -o overlay.svg --column value --x seconds`;

/** Adds the options of `fluxion compare` and what it does. */
export function compareCommand(command: Command, exit: (code: number) => void): void {
  command
    .option("--run <name>", "compare the runs of this name (default: all)")
    .option("-o, --output <file>", "draw the courses as SVG into this file, or - for standard output")
    .option("--column <name>", "column to draw", "squaredFieldNorm")
    .addOption(new Option("--x <column>", "horizontal axis").choices(horizontals).default("step"))
    .option("--linear", "draw on a linear axis (default: logarithmic where all values are positive)")
    .addOption(new Option("--format <format>", "output format").choices(["table", "jsonl"]).default("table"))
    .option("--debug", "show where an error comes from")
    .addHelpText("after", help)
    .action(async (directories: readonly string[], flags: Flags) => exit(await compare(directories, flags)));
}

async function compare(directories: readonly string[], flags: Flags): Promise<number> {
  const runs = labelled(directories, flags.run);
  if (flags.output !== undefined)
    checkColumn(
      "--column",
      flags.column,
      runs.map(({ file }) => file),
    );
  if (flags.output !== "-") print(runs, flags.format);
  return flags.output === undefined ? 0 : await draw(runs, flags.output, flags);
}

/** The runs, each under the shortest name that tells it from the others. @throws ERR_COMMAND_LINE for fewer than two */
function labelled(directories: readonly string[], wanted: string | undefined): Labelled[] {
  const found = directories.flatMap((directory) => runsIn(directory));
  const unique = [...new Map(found.map((run) => [resolve(run.directory), run])).values()];
  const chosen = wanted === undefined ? unique : unique.filter(({ name }) => name.split("/").at(-1) === wanted);
  const runs = readableRuns(chosen);
  if (runs.length < 2) {
    throw failure(
      "ERR_COMMAND_LINE",
      `compare: expected at least two runs, got ${runs.length === 0 ? "none" : `only ${runs[0]!.directory}`}; name more directories`,
    );
  }
  const distinct = new Set(runs.map(({ name }) => name)).size === runs.length;
  return runs.map((run) => ({ ...run, label: distinct ? run.name : run.directory }));
}

/** Most runs that stand side by side; more stand below each other. */
const sideBySide = 5;

function print(runs: readonly Labelled[], format: Flags["format"]): void {
  const settings = differences(runs.map(settingsOf));
  const results = differences(runs.map(resultsOf), true);
  if (format === "jsonl") {
    for (const [i, { label, directory }] of runs.entries()) {
      const cells = (of: typeof settings): object =>
        Object.fromEntries([...of].map(([name, values]) => [name, values[i] ?? null]));
      say(stringify({ run: label, directory, settings: cells(settings), results: cells(results) }));
    }
    return;
  }
  for (const [heading, rows] of [
    ["setting that differs", settings],
    ["result", results],
  ] as const) {
    if (rows.size === 0) {
      say("no setting differs");
    } else if (runs.length <= sideBySide) {
      for (const line of tableLines(
        [heading, ...runs.map(({ label }) => label)],
        [...rows].map(([name, values]) => [name, ...values]),
      ))
        say(line);
    } else {
      const lines = tableLines(
        ["run", ...rows.keys()],
        runs.map(({ label }, i) => [label, ...[...rows.values()].map((values) => values[i])]),
      );
      for (const line of lines) say(line);
    }
    say("");
  }
}

async function draw(runs: readonly Labelled[], output: string, { column, x, linear = false }: Flags): Promise<number> {
  let whole = true;
  const curves = runs.map(({ label, directory }) => {
    const curve = readCurve(directory, x, column, (damage) => {
      whole = false;
      note(`fluxion: ${describeDamage(damage)}`);
    });
    return { label, points: curve.points };
  });
  const svg = (await import("../finding/overlay.ts")).overlay(curves, column, x, linear);
  if (output === "-") process.stdout.write(svg);
  else {
    await writeNewFile("compare", output, true, (file) => file.write(Buffer.from(svg)));
    say(output);
  }
  return whole ? 0 : 1;
}
