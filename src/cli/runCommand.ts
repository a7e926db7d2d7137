/** `fluxion run`: finds the experiment, learns its options from its schema, runs it in a worker. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { Command, Option } from "commander";
import { failure } from "../errors.ts";
import { builtInExperiments, defaultExperiment } from "../experiments/builtIn.ts";
import { type Flag, flagValue, numberFrom } from "../experiments/threads/flags.ts";
import type { FromWorker, WorkerData } from "../experiments/threads/protocol.ts";
import { startSearchTeam } from "../experiments/threads/searchTeam.ts";
import type { JsonValue } from "../json.ts";
import { didYouMean } from "../streams/didYouMean.ts";
import { base } from "./base.ts";
import { claimDirectory, newExperiment, writeExperiment } from "./experimentFile.ts";
import { keepServing, type ServeFlags, serveOptions, startServer, wishOf } from "./serving.ts";
import { runSession } from "./session.ts";
import { workersOption } from "./workersOption.ts";

type Described = Extract<FromWorker, { kind: "described" }>;

/** Flags that every experiment has. */
interface GeneralFlags extends ServeFlags {
  readonly seed: number;
  readonly out?: string;
  readonly workers: number;
  readonly debug?: boolean;
}

const examples = `
Examples:
  fluxion run dlae --searches 5              five searches on a linear autoencoder whose critical points are known
  fluxion run quartic --start 2.5,0.5        Newton-MR caught by a gradient-flat point
  fluxion run ./mine.ts --seed 7 --out runs/mine-seed-7
  fluxion run bilinear --no-serve            without the page
  fluxion run bilinear --serve 8080 --open   the page on a port of your choice, opened in your browser

A module of your own:
  import { bilinear, iterate, method, untilStep } from "fluxion";
  import { experiment } from "fluxion/experiments";
  import { extragradient } from "fluxion/operators";
  export default experiment({
    name: "mine",
    summary: "one line for fluxion run ./mine.ts --help",
    run: (options, context) =>
      context.iterate(bilinear(), [1, 1], method(untilStep(100), extragradient({ stepSize: 0.5 }))),
  });`;

/** Runs what the arguments after `run` ask for; returns the exit code. */
export async function runCommand(given: readonly string[]): Promise<number> {
  const general = generalCommand("fluxion run").allowUnknownOption().helpOption(false).exitOverride();
  const { operands, unknown } = general.parseOptions([...given]);
  const wanted = operands[0];
  const wantsHelp = unknown.includes("--help") || unknown.includes("-h");
  if (wantsHelp && wanted === undefined) {
    process.stdout.write(runHelp());
    return 0;
  }
  const thread = startSearchTeam(experimentOf(wanted ?? defaultExperiment));
  try {
    const described = await thread.next("described");
    const { options, general } = readArguments(described, wanted, given);
    const checked = thread.next("checked");
    thread.post({ kind: "check", options });
    await checked;
    const server = await startServer(wishOf(general));
    try {
      const directory = claimDirectory(described.name, general.out);
      const { name, source } = described;
      const file = newExperiment({ name, source, options, seed: general.seed });
      writeExperiment(directory, file);
      console.error(`${name}: ${described.summary}\nfiles: ${directory}`);
      const code = await runSession({ thread, directory, file, resume: false, workers: general.workers, server });
      if (code === 0) await keepServing(server);
      return code;
    } finally {
      await server?.close();
    }
  } finally {
    await thread.close();
  }
}

/** What `fluxion run --help` says. */
function runHelp(): string {
  const command = generalCommand("fluxion run")
    .usage("[experiment or ./module.ts] [options]")
    .description(
      `Runs an experiment: ${builtInExperiments.map(({ name }) => name).join(", ")}, or the default export of a module. ` +
        `Default: ${defaultExperiment}. Each has options of its own: fluxion run <experiment> --help`,
    );
  return `${command.helpInformation()}${examples}\n`;
}

/** A built-in experiment by name, or a module by path. @throws ERR_COMMAND_LINE, ERR_MODULE */
function experimentOf(wanted: string): WorkerData["experiment"] {
  const names = builtInExperiments.map(({ name }) => name);
  if (names.includes(wanted)) return { name: wanted };
  if (/[\\/]|\.[cm]?[jt]sx?$/.test(wanted)) {
    const path = resolve(wanted);
    if (!existsSync(path)) throw failure("ERR_MODULE", `there is no module ${path}`);
    return { path };
  }
  const file = [".ts", ".js", ".mjs"].map((extension) => `${wanted}${extension}`).find((name) => existsSync(name));
  const hint = file === undefined ? didYouMean(wanted, names) : ` For the module in this directory write ./${file}.`;
  throw failure(
    "ERR_COMMAND_LINE",
    `no experiment is called "${wanted}".${hint} There are ${names.join(", ")}; a module of your own is given by its path, ./${wanted}.ts`,
  );
}

function readArguments(
  described: Described,
  wanted: string | undefined,
  given: readonly string[],
): { readonly options: Record<string, JsonValue>; readonly general: GeneralFlags } {
  const command = generalCommand(`fluxion run ${wanted ?? ""}`.trim())
    .usage("[options]")
    .description(described.summary)
    .argument("[experiment]");
  const heading = `Options of ${described.name}:`;
  for (const flag of described.flags) {
    for (const option of optionsOf(flag)) command.addOption(option.helpGroup(heading));
  }
  command.parse([...given], { from: "user" });
  const values = command.opts<GeneralFlags & Record<string, unknown>>();
  // The experiment stands first, or an option has taken its place: `--samples dlae`.
  if (command.args[0] !== wanted) {
    throw failure(
      "ERR_COMMAND_LINE",
      `fluxion run: "${command.args[0] ?? wanted}" stands after an option of an experiment; put the experiment first: fluxion run ${command.args[0] ?? wanted} ...`,
    );
  }
  const options: Record<string, JsonValue> = {};
  for (const flag of described.flags) {
    const value = values[flag.key];
    if (value === undefined || command.getOptionValueSource(flag.key) === "default") continue;
    options[flag.key] = typeof value === "string" ? flagValue(flag, value) : (value as JsonValue);
  }
  return { options, general: values };
}

function optionsOf(flag: Flag): Option[] {
  const described = `${flag.description}${flag.required ? " (required)" : ""}`;
  if (flag.kind === "boolean") {
    const yes = new Option(flag.name, described);
    const no = new Option(`--no-${flag.name.slice(2)}`, `not: ${described}`);
    return flag.default === true ? [yes.hideHelp(), no] : [yes, no.hideHelp()];
  }
  const value =
    flag.choices?.join("|") ?? { number: "number", list: "a,b,...", text: "text", json: "value" }[flag.kind];
  const option = new Option(`${flag.name} <${value}>`, described);
  if (flag.default !== undefined) {
    // Told in the help; the schema applies it.
    option.default(flag.default, Array.isArray(flag.default) ? flag.default.join(",") : String(flag.default));
  }
  return [option];
}

function generalCommand(name: string): Command {
  const command = base(new Command(name))
    .addOption(
      new Option("--seed <integer>", "of everything random").default(1).argParser((text) => {
        const seed = numberFrom("--seed", text);
        if (!Number.isSafeInteger(seed) || seed < 0) {
          throw failure("ERR_COMMAND_LINE", `--seed: expected an integer from 0 to 2^53 - 1, got "${text}"`);
        }
        return seed;
      }),
    )
    .option("--out <directory>", "where files go (default: runs/<experiment>-<n>, new each time)")
    .addOption(workersOption());
  for (const option of serveOptions()) command.addOption(option);
  return command.option("--debug", "show where an error comes from");
}
