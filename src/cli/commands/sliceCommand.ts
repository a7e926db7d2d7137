/** `fluxion slice`: the loss along lines through a point that a run keeps. */
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { csvCell } from "../../arrow/csvCells.ts";
import { placesOf, type SliceDirection, type SliceLine, sliceDirections } from "../../arrow/slices/sliceData.ts";
import { didYouMean } from "../../didYouMean.ts";
import { failure } from "../../errors.ts";
import { numberFrom } from "../../experiments/threads/flags.ts";
import { startSearchThread } from "../../experiments/threads/searchThread.ts";
import type { SliceOrder, TakenSlice } from "../../experiments/threads/sliceRun.ts";
import { shortNumber } from "../../shortNumber.ts";
import { writeNewFile } from "../convert/newFile.ts";
import { experimentIfWhole, readExperiment } from "../experimentFile.ts";
import { chosenRuns } from "../finding/chosenRuns.ts";
import { say } from "../output/say.ts";
import { tableLines } from "../output/table.ts";
import { speaksUtf8, textPlot } from "../output/textPlot.ts";
import { askAtTerminal, trustedExperiment } from "../trust.ts";

interface Flags {
  readonly run?: string;
  readonly step?: number;
  readonly along?: readonly SliceDirection[];
  readonly points: number;
  readonly radius?: number;
  readonly seconds: number;
  readonly seed: number;
  readonly csv?: string;
  readonly overwrite?: boolean;
  readonly ascii?: boolean;
  readonly trust?: boolean;
  readonly changed?: boolean;
}

const help = `
Evaluates the loss and ||F||^2 at equally spaced points of each line. Of a live run the page takes slices. Directions:
  step       that of the step that led to the point
  gradient   -F, the way down
  lowest     eigenvector of the Hessian with the least eigenvalue
  highest    eigenvector with the greatest eigenvalue
  random     normal numbers, from --seed

Examples:
  fluxion slice runs/dlae-1/search-03                       around the last point of one run
  fluxion slice runs/dlae-1 --run search-03 --along lowest,gradient --radius 0.5
  fluxion slice runs/dlae-1/search-03 --step 100 --csv slice.csv`;

/** Adds the options of `fluxion slice` and what it does. */
export function sliceCommand(command: Command, exit: (code: number) => void): void {
  const number = (name: string, range: string, fits: (value: number) => boolean) => (text: string) => {
    const value = numberFrom(name, text);
    if (fits(value)) return value;
    throw failure("ERR_COMMAND_LINE", `${name}: expected ${range}, got "${text}"`);
  };
  const whole = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
  command
    .option("--run <name>", "name of the run (default: the last one)")
    .addOption(
      new Option("--step <step>", "step whose point is meant (default: the last one that is kept)").argParser(
        number("--step", "a step", whole),
      ),
    )
    .addOption(
      new Option("--along <list>", "directions, with commas between (default: all that the problem has)").argParser(
        directions,
      ),
    )
    .addOption(
      new Option("--points <number>", "points on each line")
        .argParser(
          number("--points", "an odd number from 3 to 401", (n) => whole(n) && n % 2 === 1 && n > 2 && n < 402),
        )
        .default(41),
    )
    .addOption(
      new Option(
        "--radius <length>",
        "distance of the ends of each line from the point (default: two steps, or a tenth of the point's norm)",
      ).argParser(number("--radius", "a number above 0", (value) => value > 0 && Number.isFinite(value))),
    )
    .addOption(
      new Option("--seconds <seconds>", "time after which no further line is computed")
        .argParser(number("--seconds", "a number above 0, at most 3600", (value) => value > 0 && value <= 3600))
        .default(600),
    )
    .addOption(
      new Option("--seed <integer>", "seed of the random direction and of Lanczos vectors")
        .argParser(number("--seed", "an integer", whole))
        .default(0),
    )
    .option("--csv <file>", "file for the numbers")
    .option("--overwrite", "replace that file")
    .option("--ascii", "plot with ASCII characters (default: unless the locale speaks UTF-8)")
    .option("--trust", "run the module that the directory names, wherever it lies")
    .option("--changed", "go on although the module has changed since")
    .option("--debug", "show where an error comes from")
    .addHelpText("after", help)
    .action(async (directory: string, flags: Flags) => exit(await slice(directory, flags)));
}

function directions(text: string): readonly SliceDirection[] {
  const names = text.split(",").map((name) => name.trim());
  for (const [i, name] of names.entries()) {
    if (!(sliceDirections as readonly string[]).includes(name)) {
      const near = didYouMean(name, sliceDirections);
      throw failure("ERR_COMMAND_LINE", `--along: expected ${sliceDirections.join(", ")}, got "${name}".${near}`);
    }
    if (names.indexOf(name) !== i) throw failure("ERR_COMMAND_LINE", `--along: ${name} stands there twice`);
  }
  return names as readonly SliceDirection[];
}

async function slice(wanted: string, flags: Flags): Promise<number> {
  if (flags.csv !== undefined && existsSync(flags.csv) && flags.overwrite !== true) {
    throw failure("ERR_RUN_EXISTS", `slice: ${flags.csv} exists already; choose another name, or add --overwrite`);
  }
  const chosen = chosenRuns(wanted, flags.run).at(-1)!;
  const directory = dirname(resolve(chosen.directory));
  if (!existsSync(join(directory, "experiment.json")) || experimentIfWhole(directory) === undefined) {
    throw failure(
      "ERR_EXPERIMENT_DIRECTORY",
      `slice: ${chosen.directory} is a run outside any experiment, so its problem is not known; ` +
        "in the program that made it, call lossSlice(problem, point) of fluxion/streams",
    );
  }
  const { name, source, options, seed, portable } = readExperiment(directory);
  const { trust = false, changed = false } = flags;
  const who = "slice";
  const experiment = await trustedExperiment(directory, name, source, {
    who,
    options,
    trust,
    changed,
    ask: askAtTerminal(),
  });
  const { along, points, radius, seconds, step } = flags;
  const asked = {
    points,
    seconds,
    seed: flags.seed,
    ...(along === undefined ? {} : { along }),
    ...(radius === undefined ? {} : { radius }),
  };
  const run = basename(resolve(chosen.directory));
  const order: SliceOrder = { options, seed, directory, run, asked, ...(step === undefined ? {} : { step }) };
  const thread = startSearchThread(experiment, { portable });
  try {
    await thread.next("described");
    const sliced = thread.next("sliced");
    thread.post({ kind: "slice", order });
    return await tell((await sliced).taken, flags);
  } finally {
    await thread.close();
  }
}

async function tell({ run, problem, step, slice: found }: TakenSlice, flags: Flags): Promise<number> {
  const { lines, missing, evaluations, products } = found;
  const counted = `${count(evaluations, "evaluation")}, ${count(products, "product")} with the Jacobian`;
  say(`${run}: ${problem} around the point of step ${step}, ${counted}`);
  for (const line of lines) {
    const { ys, what } = shownOf(line);
    const drawn = placesOf(line).flatMap((t, i) => (Number.isFinite(ys[i]) ? [[t, ys[i]!] as const] : []));
    say(`\n${what} along ${line.along}${factsOf(line)}`);
    const size = { width: Math.min(process.stdout.columns ?? 80, 100), height: 8, log: false };
    for (const text of textPlot(drawn, { ...size, ascii: flags.ascii ?? !speaksUtf8() })) say(text);
    if (drawn.length < ys.length)
      say(`${ys.length - drawn.length} of ${ys.length} values are not finite and not drawn`);
    if (isRounding(drawn.map(([, y]) => y)))
      say("this is rounding, since the line is so short; give a larger --radius");
  }
  say("");
  for (const text of tableLines(["along", "radius", "here", "least", "at distance"], lines.map(cells))) say(text);
  for (const { along, why } of missing) say(`without ${along}: ${why}`);
  if (flags.csv !== undefined && lines.length > 0) {
    await writeNewFile("slice", flags.csv, flags.overwrite ?? false, (file) => file.write(Buffer.from(csvOf(lines))));
    say(`\n${flags.csv}`);
  }
  return lines.length === 0 ? 1 : 0;
}

/** What is drawn of a line: the loss, or ||F||^2 where there is none. */
function shownOf({ values, squaredFieldNorms }: SliceLine): { readonly ys: readonly number[]; readonly what: string } {
  return values.some(Number.isFinite) ? { ys: values, what: "loss" } : { ys: squaredFieldNorms, what: "|F|^2" };
}

/** Whether numbers differ by no more than the rounding of a loss. */
function isRounding(ys: readonly number[]): boolean {
  const [least, most] = [Math.min(...ys), Math.max(...ys)];
  return most > least && most - least <= 64 * Number.EPSILON * Math.max(Math.abs(least), Math.abs(most));
}

function factsOf({ along, length, curvature, residual }: SliceLine): string {
  if (curvature !== undefined) {
    return `: curvature ${shortNumber(curvature)}, residual ${shortNumber(Number(residual!.toPrecision(2)))}`;
  }
  return along === "random" ? "" : `: length ${shortNumber(length!)}`;
}

function cells(line: SliceLine): (string | number | undefined)[] {
  const { ys } = shownOf(line);
  const finite = ys.filter(Number.isFinite);
  const least = finite.length === 0 ? -1 : ys.indexOf(Math.min(...finite));
  return [line.along, line.radius, ys[(ys.length - 1) / 2], ys[least], placesOf(line)[least]];
}

function csvOf(lines: readonly SliceLine[]): string {
  const rows = lines.flatMap((line) =>
    placesOf(line).map((t, i) => [line.along, ...[t, line.values[i], line.squaredFieldNorms[i]].map(csvCell)]),
  );
  return [["along", "distance", "value", "squaredFieldNorm"], ...rows].map((row) => `${row.join(",")}\r\n`).join("");
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? "" : "s"}`;
