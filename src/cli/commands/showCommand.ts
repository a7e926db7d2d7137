/** `fluxion show`: what a run or an experiment is, what was found, and its course as a plot in the terminal. */
import { type Command, Option } from "commander";
import { describeDamage } from "../../arrow/checks/damage.ts";
import { type RunFile, runState } from "../../arrow/runFile.ts";
import { stringify } from "../../arrow/runMetadata.ts";
import { failure } from "../../errors.ts";
import { numberFrom } from "../../experiments/threads/flags.ts";
import { shellWord } from "../../shellWord.ts";
import { experimentIfWhole, shownState } from "../experimentFile.ts";
import { chosenRuns } from "../finding/chosenRuns.ts";
import { entriesIn, runColumns } from "../finding/entries.ts";
import { readLabels } from "../finding/labels.ts";
import { checkColumn, type Horizontal, horizontals, readCurve } from "../finding/series.ts";
import { note, say } from "../output/say.ts";
import { tableLines } from "../output/table.ts";
import { speaksUtf8, textPlot } from "../output/textPlot.ts";
import { type FoundRun, readableRuns } from "../runDirectories.ts";
import { noteLines } from "./labelCommands.ts";

interface Flags {
  readonly run?: string;
  readonly column: string;
  readonly x: Horizontal;
  readonly linear?: boolean;
  readonly height: number;
  readonly plot: boolean;
  readonly ascii?: boolean;
}

const help = `
An experiment is shown with its runs; the plot is that of the one run, of --run, or of the last one.

Examples:
  fluxion show runs/dlae-1                             settings, verdicts, and the course of the last search
  fluxion show runs/dlae-1/search-03                   one run
  fluxion show runs/dlae-1 --run search-03 --column value --x seconds --linear
  fluxion show runs/dlae-1 --no-plot | less`;

/** Runs that are listed one by one. */
const mostListed = 40;

/** Adds the options of `fluxion show` and what it does. */
export function showCommand(command: Command, exit: (code: number) => void): void {
  command
    .option("--run <name>", "name of the run to plot (default: the last one)")
    .option("--column <name>", "column to plot", "squaredFieldNorm")
    .addOption(new Option("--x <column>", "horizontal axis").choices(horizontals).default("step"))
    .option("--linear", "plot on a linear axis (default: logarithmic where all values are positive)")
    .addOption(new Option("--height <lines>", "height of the plot").argParser(heightOf).default(12))
    .option("--no-plot", "show no plot")
    .option("--ascii", "plot with ASCII characters (default: unless the locale speaks UTF-8)")
    .option("--debug", "show where an error comes from")
    .addHelpText("after", help)
    .action((directory: string, flags: Flags) => exit(show(directory, flags)));
}

function heightOf(text: string): number {
  const height = numberFrom("--height", text);
  if (Number.isInteger(height) && height >= 3 && height <= 200) return height;
  throw failure("ERR_COMMAND_LINE", `--height: expected a whole number from 3 to 200, got "${text}"`);
}

function show(directory: string, flags: Flags): number {
  const runs = readableRuns(chosenRuns(directory, flags.run));
  const plotted = runs.at(-1)!;
  checkColumn("--column", flags.column, [plotted.file]);
  for (const line of [...aboutExperiment(directory), ...labelLines(directory)]) say(line);
  if (runs.length > 1) {
    say("");
    const entries = entriesIn(directory, true);
    const listed = entries.slice(0, mostListed).map((entry) => runColumns.map((name) => entry[name]));
    for (const line of tableLines(runColumns, listed)) say(line);
    if (entries.length > mostListed)
      say(`and ${entries.length - mostListed} more: fluxion list --runs ${shellWord(directory)}`);
  } else {
    for (const line of aboutRun(plotted, plotted.file)) say(line);
    if (plotted.directory !== directory) for (const line of labelLines(plotted.directory)) say(line);
  }
  return flags.plot ? plot(plotted, flags) : 0;
}

function aboutExperiment(directory: string): string[] {
  const file = experimentIfWhole(directory);
  if (file === undefined) return [];
  const options = Object.entries(file.options).map(([name, value]) => `${name} ${stringify(value)}`);
  return [
    `${directory}: ${file.name}, seed ${file.seed}, ${shownState(directory, file)}`,
    `settings: ${options.length === 0 ? "the defaults" : options.join(", ")}`,
    ...file.findings
      .slice(0, 3)
      .map(
        ({ run, verdict = "ended", because }) =>
          `${run}: ${verdict}${because === undefined ? "" : `, because ${because}`}`,
      ),
    ...file.conclusions,
    ...(file.message === undefined ? [] : [`message: ${file.message}`]),
  ];
}

function aboutRun({ directory }: FoundRun, file: RunFile): string[] {
  const ended = file.attempts.at(-1)?.ended;
  const lines = [`${directory}: ${file.name}, ${runState(file, directory)}, ${count(file.attempts.length, "attempt")}`];
  if (file.description !== undefined) lines.push(`description: ${stringify(file.description)}`);
  if (ended === undefined) return lines;
  const { status, step, seconds, value, squaredFieldNorm, because, message } = ended;
  lines.push(
    ...tableLines(["ended", "step", "value", "|F|^2", "seconds"], [[status, step, value, squaredFieldNorm, seconds]]),
  );
  if (because !== undefined) lines.push(`because ${because}`);
  if (message !== undefined) lines.push(`message: ${message}`);
  return lines;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

function labelLines(directory: string): string[] {
  const labels = readLabels(directory);
  return [
    ...(labels.name === undefined ? [] : [`name: ${labels.name}`]),
    ...(labels.tags.length === 0 ? [] : [`tags: ${labels.tags.join(" ")}`]),
    ...(labels.notes.length === 0 ? [] : ["notes:", ...noteLines(labels).map((line) => `  ${line}`)]),
  ];
}

function plot({ name, directory }: FoundRun, { column, x, linear = false, height, ascii }: Flags): number {
  let whole = true;
  const { points, notFinite, rows } = readCurve(directory, x, column, (damage) => {
    whole = false;
    note(`fluxion: ${describeDamage(damage)}`);
  });
  const positive = points.every(([, y]) => y > 0);
  const log = !linear && positive && points.length > 0;
  const size = { width: Math.min(process.stdout.columns ?? 80, 160), height };
  say(`\n${name}: ${column}${log ? " (logarithmic)" : ""} against ${x}, ${rows} rows`);
  for (const line of textPlot(points, { ...size, log, ascii: ascii ?? !speaksUtf8() })) say(line);
  if (points.length === 0) say(`no row has a finite ${column}`);
  if (notFinite > 0) say(`${notFinite} of the values are not finite and not drawn`);
  return whole ? 0 : 1;
}
