/** `fluxion resume`: goes on with an interrupted experiment, to the same iterates. */
import { Command } from "commander";
import { failure } from "../../errors.ts";
import type { FromWorker } from "../../experiments/threads/protocol.ts";
import { startSearchTeam } from "../../experiments/threads/searchTeam.ts";
import { base } from "../base.ts";
import { executorChange } from "../executorChange.ts";
import { type ExperimentFile, experimentState, readExperiment, resumedExperiment } from "../experimentFile.ts";
import { type ServeFlags, serveOptions, wishOf } from "../serving.ts";
import { serveSession } from "../session.ts";
import { workersOption } from "../workersOption.ts";

interface ResumeFlags extends ServeFlags {
  readonly changed?: boolean;
  readonly workers: number;
}

const examples = `
Runs that had ended are read from their files; the interrupted one goes on from its last checkpoint as a new attempt, with
the iterates that it would have had; those not yet begun follow. Options and seed are those of experiment.json.

Examples:
  fluxion resume runs/dlae-1
  fluxion resume runs/mine-3 --changed     although the module's file is another one now`;

export function resumeCommand(exit: (code: number) => void): Command {
  const command = base(new Command("resume"))
    .description("go on with an interrupted experiment, to the same iterates")
    .argument("<directory>", "of the experiment, such as runs/dlae-1");
  for (const option of serveOptions()) command.addOption(option);
  return command
    .addOption(workersOption())
    .option("--changed", "go on although the module has changed since")
    .option("--debug", "show where an error comes from")
    .addHelpText("after", examples)
    .action(async (directory: string, flags: ResumeFlags) => exit(await resume(directory, flags)));
}

async function resume(directory: string, flags: ResumeFlags): Promise<number> {
  const before = readExperiment(directory);
  refuse(directory, before);
  const change = executorChange(directory, before.runs);
  if (change !== undefined) console.error(`fluxion: ${change}`);
  const { name, source } = before;
  const thread = startSearchTeam(source.module === "built-in" ? { name } : { path: source.module });
  try {
    const described = await thread.next("described");
    checkSource(before, described, flags.changed === true);
    const { workers } = flags;
    return await serveSession(wishOf(flags), described.summary, () => ({
      thread,
      directory,
      file: resumedExperiment(before),
      resume: true,
      workers,
    }));
  } finally {
    await thread.close();
  }
}

/** @throws ERR_EXPERIMENT_DIRECTORY where there is nothing to go on with, or somebody is at it */
function refuse(directory: string, file: ExperimentFile): void {
  const state = experimentState(file);
  if (file.format === 1 && state !== "finished") {
    throw failure(
      "ERR_EXPERIMENT_DIRECTORY",
      `${directory} was written by an earlier version, whose operators had other names and states; it can be looked at ` +
        `(npx fluxion serve ${directory}) but not resumed: run it again with fluxion run ${file.name} --seed ${file.seed}`,
    );
  }
  if (state === "finished") {
    throw failure(
      "ERR_EXPERIMENT_DIRECTORY",
      `${directory} is finished; look at it with npx fluxion serve ${directory}, or run it again with another seed`,
    );
  }
  if (state === "running") {
    const { pid, host } = file.process!;
    throw failure(
      "ERR_EXPERIMENT_DIRECTORY",
      `${directory} is being written by process ${pid} on ${host}; stop that one first`,
    );
  }
}

function checkSource(
  { source, name }: ExperimentFile,
  described: Extract<FromWorker, { kind: "described" }>,
  changed: boolean,
): void {
  if (described.name !== name) {
    throw failure(
      "ERR_MODULE",
      `${source.module} holds the experiment "${described.name}" now, but "${name}" was run; restore the module`,
    );
  }
  if (described.source.hash === source.hash || changed) return;
  const what =
    source.module === "built-in"
      ? `fluxion is version ${described.source.hash} now, ${source.hash} began this experiment`
      : `${source.module} has changed since this experiment began`;
  throw failure(
    "ERR_MODULE",
    `${what}, so its iterates may differ; restore it, or say --changed to go on all the same`,
  );
}
