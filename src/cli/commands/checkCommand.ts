/** `fluxion check`: checks an experiment's derivatives. */
import { Command } from "commander";
import { executorChoices } from "../../autodiff/executorNames.ts";
import { defaultExperiment } from "../../experiments/catalogue/summaries.ts";
import { startSearchThread } from "../../experiments/threads/searchThread.ts";
import { base } from "../base.ts";
import { experimentOf, readArguments } from "../experimentArguments.ts";
import { type ExecutorChoice, executorOption, useExecutor } from "../options/executorOption.ts";
import { seedOption } from "../options/seedOption.ts";
import { say } from "../output/say.ts";

const help = `Usage: fluxion check [experiment or ./module.ts] [options]

Checks the problem of an experiment's first run: compares its derivatives with extrapolated finite differences, and its
Jacobian-vector products with one another, at the start of that run and at a random point. An experiment takes the same
options here as in fluxion run.

Options:
  --seed <integer>   seed of everything random (default: 1)
  --executor <name>  what computes: ${executorChoices.join(", ")} (default: FLUXION_EXECUTOR, else float64)
  --debug            show where an error comes from
  -h, --help         display help for command

Examples:
  fluxion check mnist-autoencoder --samples 50
  fluxion check ./mine.ts
  fluxion check dlae --executor xla

Exit codes: 0 if all derivatives agree, 1 if one differs or cannot be resolved, 2 after an error.
`;

/** Checks what the arguments after `check` ask for; returns the exit code. */
export async function checkCommand(given: readonly string[]): Promise<number> {
  const general = generalCommand().allowUnknownOption().helpOption(false);
  const { operands, unknown } = general.parseOptions([...given]);
  const wanted = operands[0];
  if (wanted === undefined && unknown.some((flag) => flag === "--help" || flag === "-h")) {
    process.stdout.write(help);
    return 0;
  }
  useExecutor(general.opts<{ readonly executor?: ExecutorChoice }>());
  const thread = startSearchThread(experimentOf(wanted ?? defaultExperiment));
  try {
    const described = await thread.next("described");
    const { options, general } = readArguments<{ readonly seed: number }>(described, generalCommand(), wanted, given);
    const examined = thread.next("examined");
    thread.post({ kind: "examine", options, seed: general.seed });
    const { problem, dimension, points } = (await examined).examination;
    say(`${problem}, n = ${dimension}`);
    for (const { where, table } of points) say(`\nat ${where}:\n${table}`);
    return points.every(({ verdict }) => verdict === "agrees") ? 0 : 1;
  } finally {
    await thread.close();
  }
}

function generalCommand(): Command {
  return base(new Command("fluxion check"))
    .addOption(seedOption())
    .addOption(executorOption())
    .option("--debug", "show where an error comes from");
}
