/** `fluxion run`: finds the experiment, learns its options from its schema, runs it in a worker. */
import { Command } from "commander";
import { defaultExperiment, summaries } from "../../experiments/catalogue/summaries.ts";
import { startSearchTeam } from "../../experiments/threads/searchTeam.ts";
import { isPortable } from "../../linalg/blas/blas.ts";
import { type AlertFlags, alertOptions, alertWish } from "../alerts/alertOptions.ts";
import { failOnFrom, failOnOption } from "../alerts/exitCodes.ts";
import { base } from "../base.ts";
import { experimentOf, readArguments } from "../experimentArguments.ts";
import { claimDirectory, newExperiment } from "../experimentFile.ts";
import { type ExecutorChoice, executorOption, useExecutor } from "../options/executorOption.ts";
import { type KeepingFlags, keepingOf, keepingOptions } from "../options/keepingOptions.ts";
import { portableOptions } from "../options/portableOptions.ts";
import { repeatOption } from "../options/repeatOption.ts";
import { seedOption } from "../options/seedOption.ts";
import { workersOption } from "../options/workersOption.ts";
import { type ServeFlags, serveOptions, wishOf } from "../serving.ts";
import { serveSession } from "../session.ts";
import { sourceOf, usedModule } from "../trust.ts";

/** Flags that the command has for every experiment. */
interface GeneralFlags extends ServeFlags, AlertFlags, KeepingFlags {
  readonly seed: number;
  readonly out?: string;
  readonly workers: number;
  readonly portable?: boolean;
  readonly executor?: ExecutorChoice;
  readonly repeat?: number;
  readonly failOn?: string;
  readonly debug?: boolean;
}

const examples = `
Examples:
  fluxion run dlae --searches 5              five searches on a linear autoencoder whose critical points are all known
  fluxion run quartic --start 2.5,0.5        Newton-MR caught by a gradient-flat point
  fluxion run dlae --repeat 5                do verdicts depend on the last bits? Five repetitions of each search
  fluxion run dlae --portable                the same digits on every machine
  fluxion run dlae --executor xla            by XLA (docs/executors.md)
  fluxion run dlae --alert divergence,"small:value<1e-6" --on-event ./tell.sh
  fluxion run dlae --every 100 --keep numbers --max-disk 2GB   keep less, and stop before the disk is full
  fluxion run ./mine.ts --seed 7 --out runs/mine-seed-7
  fluxion run bilinear --no-serve            without the page
  fluxion run bilinear --serve 8080 --open   the page on a port of your choice, opened in the browser

A module of your own:
  import { bilinear, experiment, extragradient, chain, untilStep } from "fluxion";
  export default experiment({
    name: "mine",
    summary: "one line for fluxion run ./mine.ts --help",
    run: (options, context) =>
      context.iterate(bilinear(), [1, 1], chain(untilStep(100), extragradient({ stepSize: 0.5 }))),
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
  const portable = useExecutor(general.opts<GeneralFlags>(), wanted === undefined || isPortable());
  const thread = startSearchTeam(experimentOf(wanted ?? defaultExperiment), portable);
  try {
    const described = await thread.next("described");
    const { options, general } = readArguments<GeneralFlags>(
      described,
      generalCommand(`fluxion run ${wanted ?? ""}`.trim()),
      wanted,
      given,
    );
    const alerts = alertWish(general);
    const failOn = failOnFrom(general.failOn);
    const checked = thread.next("checked");
    thread.post({ kind: "check", options });
    await checked;
    const { name, summary } = described;
    const used = usedModule(described.source, options);
    // The module is found again, whatever the folder in which the experiment is resumed.
    if (used !== undefined) options.model = used;
    const source = used === undefined ? described.source : { ...described.source, uses: sourceOf(used) };
    const { seed, workers, repeat, maxDisk, executor } = general;
    const keeping = keepingOf(general);
    return await serveSession(wishOf(general), summary, () => {
      const claim = claimDirectory(name, general.out);
      const file = newExperiment({
        name,
        source,
        options,
        seed,
        ...(portable ? { portable } : executor === undefined ? {} : { executor }),
        ...(repeat === undefined ? {} : { repeat }),
        ...(alerts.rules === undefined ? {} : { rules: alerts.rules }),
        ...(keeping === undefined ? {} : { keeping }),
      });
      return { thread, ...claim, file, resume: false, workers, alerts, failOn, maxDisk };
    });
  } finally {
    await thread.close();
  }
}

/** The text of `fluxion run --help`. */
function runHelp(): string {
  const command = generalCommand("fluxion run")
    .usage("[experiment or ./module.ts] [options]")
    .description(
      `Runs an experiment: ${Object.keys(summaries).join(", ")}, or the default export of a module. ` +
        `Default: ${defaultExperiment}. Each experiment has its own options: fluxion run <experiment> --help`,
    );
  return `${command.helpInformation()}${examples}\n`;
}

function generalCommand(name: string): Command {
  const command = base(new Command(name))
    .addOption(seedOption())
    .option("--out <directory>", "directory for the files (default: runs/<experiment>-<n>, new each time)")
    .addOption(workersOption())
    .addOption(repeatOption())
    .addOption(executorOption());
  const own = [...portableOptions(), ...keepingOptions(), ...alertOptions(), failOnOption(), ...serveOptions()];
  for (const option of own) command.addOption(option);
  return command.option("--debug", "show where an error comes from");
}
