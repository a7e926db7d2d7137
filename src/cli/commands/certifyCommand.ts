/** `fluxion certify`: proves which ends of searches lie next to critical points, and which do not. */
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { Command } from "commander";
import { failure } from "../../errors.ts";
import { summaries } from "../../experiments/catalogue/summaries.ts";
import type { CertifyOrder } from "../../experiments/threads/certifyEnds.ts";
import { isModulePath } from "../../experiments/threads/importModule.ts";
import type { WorkerData } from "../../experiments/threads/protocol.ts";
import { type SearchThread, startSearchThread } from "../../experiments/threads/searchThread.ts";
import { shellWord } from "../../shellWord.ts";
import { base } from "../base.ts";
import { certificatesFileName } from "../certificates/certificatesFile.ts";
import { certifySession } from "../certificates/certifySession.ts";
import { experimentOf, readArguments } from "../experimentArguments.ts";
import { experimentIfWhole, readExperiment } from "../experimentFile.ts";
import { seedOption } from "../options/seedOption.ts";
import { readPoints } from "../points/readPoints.ts";
import { askAtTerminal, trustedExperiment } from "../trust.ts";

const help = `Usage: fluxion certify <directory> [module] [options]
       fluxion certify <experiment or ./module.ts> --points <file> [options]

Proves, in interval arithmetic, which points lie next to a critical point, with its Morse index and bounds of its loss, and
which are far from any. The points are the ends of an experiment's runs, or those of another program: a .npy file of
NumPy, an Arrow file, CSV with a point in each line, or the directory of a run. docs/certificates.md says what is proved.

Writes certificates.json into the directory, or beside the file of the points; scripts/check_certificates.py of this
package, another program, checks it.

Options of a directory:
  --run <name>       name of the one run to certify (default: all runs on which the experiment reports)
  --trust            run the module that the directory names, wherever it lies
  --changed          certify although the module has changed since

Options of points:
  --points <file>    file with the points
  --column <name>    column of an Arrow file that holds them (default: "point", or the only column of lists)
  --seed <integer>   seed of everything random in the experiment (default: 1)
  An experiment takes the same options here as in fluxion run. Its first run says which problem is meant.

General options:
  --grow             look for a large radius in which a zero is the only one, by up to 14 more Hessians per point
  --out <file>       file to write instead of certificates.json
  --debug            show where an error comes from
  -h, --help         display help for command

Examples:
  fluxion certify runs/dlae-1
  fluxion certify runs/dlae-1/search-03
  fluxion certify runs/mine-1 ./mine.ts               of a module of your own
  fluxion certify ./loss.ts --points found.npy        points of another program
  fluxion certify dlae --samples 1000 --points ends.csv

Exit codes: 0 if everything is decided, 1 if something is undecided, 2 after an error.
`;

interface GeneralFlags {
  readonly seed: number;
  readonly points?: string;
  readonly column?: string;
  readonly grow?: boolean;
  readonly out?: string;
  readonly run?: string;
  readonly trust?: boolean;
  readonly changed?: boolean;
}

/** Certifies what the arguments after `certify` ask for; returns the exit code. */
export async function certifyCommand(given: readonly string[]): Promise<number> {
  const general = generalCommand().allowUnknownOption().helpOption(false);
  const { operands, unknown } = general.parseOptions([...given]);
  const flags = general.opts<GeneralFlags>();
  const [wanted, module] = operands;
  const asksHelp = unknown.some((flag) => flag === "--help" || flag === "-h");
  if (asksHelp && (wanted === undefined || flags.points === undefined)) {
    process.stdout.write(help);
    return 0;
  }
  if (wanted === undefined) {
    throw failure(
      "ERR_COMMAND_LINE",
      "certify: expected the directory of an experiment or a run, got none; fluxion list shows those in runs/",
    );
  }
  return flags.points === undefined
    ? await certifyDirectory(
        wanted,
        module,
        unknown,
        refusing(general, ["column", "seed"], "expected --points as well"),
      )
    : await certifyPoints(wanted, flags.points, given, general);
}

async function certifyDirectory(
  wanted: string,
  module: string | undefined,
  unknown: readonly string[],
  flags: GeneralFlags,
): Promise<number> {
  if (unknown.length > 0) {
    throw failure(
      "ERR_COMMAND_LINE",
      `certify: unknown option "${unknown[0]}"; the options of an experiment come from its directory`,
    );
  }
  if (!existsSync(wanted)) experimentOrDirectory(wanted);
  const { directory, run } = experimentAround(wanted, flags.run);
  const { name, source, options, seed, portable, state } = readExperiment(directory);
  const { trust = false, changed = false, grow = false } = flags;
  const ask = askAtTerminal();
  const who = "certify";
  const experiment = await trustedExperiment(directory, name, source, { who, options, module, trust, changed, ask });
  const out = flags.out ?? join(wanted, certificatesFileName);
  const order = { options, seed, grow, directory: resolve(directory), ...(run === undefined ? {} : { runs: [run] }) };
  return await withThread(experiment, portable, async (thread) => {
    const described = await thread.next("described");
    if (described.name !== name) {
      throw failure(
        "ERR_MODULE",
        `${source.module} now holds the experiment "${described.name}", but "${name}" was run`,
      );
    }
    return await certifySession(thread, order, out, { partial: state !== "finished" });
  });
}

/** The flags, without those that were given and mean nothing here, which are refused. */
function refusing(command: Command, names: readonly string[], why: string): GeneralFlags {
  const wrong = names.find((name) => command.getOptionValueSource(name) === "cli");
  if (wrong !== undefined) throw failure("ERR_COMMAND_LINE", `--${wrong}: ${why}`);
  return command.opts<GeneralFlags>();
}

/** Says what to do with a name that is not a directory: there are no points of an experiment that has not been run. */
function experimentOrDirectory(wanted: string): never {
  const isExperiment = Object.hasOwn(summaries, wanted) || (isModulePath(wanted) && existsSync(wanted));
  if (!isExperiment) {
    throw failure(
      "ERR_EXPERIMENT_DIRECTORY",
      `certify: there is no directory ${wanted}; fluxion list shows the experiments in runs/`,
    );
  }
  throw failure(
    "ERR_COMMAND_LINE",
    `certify: expected a directory, or --points with an experiment, got "${wanted}"; ` +
      `run it first, or give points: fluxion certify ${shellWord(wanted)} --points found.npy`,
  );
}

/** The directory of the experiment, and the name of the run if one is meant. */
function experimentAround(wanted: string, named: string | undefined): { directory: string; run: string | undefined } {
  const directory = resolve(wanted);
  if (existsSync(join(wanted, "experiment.json"))) return { directory: wanted, run: named };
  const above = dirname(directory);
  if (existsSync(join(directory, "run.json")) && experimentIfExists(above)) {
    return { directory: above, run: basename(directory) };
  }
  if (existsSync(join(directory, "run.json"))) {
    throw failure(
      "ERR_EXPERIMENT_DIRECTORY",
      `certify: ${wanted} is a run outside any experiment, so its problem is not known; ` +
        `give it: fluxion certify ./loss.ts --points ${wanted}`,
    );
  }
  return { directory: wanted, run: named };
}

const experimentIfExists = (directory: string): boolean =>
  existsSync(join(directory, "experiment.json")) && experimentIfWhole(directory) !== undefined;

async function certifyPoints(
  wanted: string,
  path: string,
  given: readonly string[],
  command: Command,
): Promise<number> {
  refusing(command, ["run", "trust", "changed"], "it belongs to the directory of an experiment, not to --points");
  if (existsSync(join(wanted, "experiment.json"))) {
    throw failure("ERR_COMMAND_LINE", `--points: expected an experiment or a module, got the directory ${wanted}`);
  }
  const found = experimentOf(wanted);
  const experiment = "path" in found ? { ...found, problems: true } : found;
  return await withThread(experiment, undefined, async (thread) => {
    const described = await thread.next("described");
    const { options, general } = readArguments<GeneralFlags>(described, generalCommand(), wanted, given, "certify");
    const points = { from: path, ...readPoints(path, general.column) };
    const out = general.out ?? join(dirname(path), certificatesFileName);
    const order: CertifyOrder = { options, seed: general.seed, grow: general.grow ?? false, points };
    return await certifySession(thread, order, out, { partial: false });
  });
}

async function withThread(
  experiment: WorkerData["experiment"],
  portable: boolean | undefined,
  use: (thread: SearchThread) => Promise<number>,
): Promise<number> {
  const thread = startSearchThread(experiment, { portable });
  try {
    return await use(thread);
  } finally {
    await thread.close();
  }
}

function generalCommand(): Command {
  return base(new Command("fluxion certify"))
    .addOption(seedOption())
    .option("--points <file>", "file with the points")
    .option("--column <name>", "column of an Arrow file that holds the points")
    .option("--run <name>", "name of the one run to certify")
    .option("--grow", "look for a large radius in which a zero is the only one")
    .option("--out <file>", "file to write instead of certificates.json")
    .option("--trust", "run the module that the directory names, wherever it lies")
    .option("--changed", "certify although the module has changed since")
    .option("--debug", "show where an error comes from");
}
