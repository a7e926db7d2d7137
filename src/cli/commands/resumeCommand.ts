/** `fluxion resume`: continues an interrupted experiment, with the iterates of an uninterrupted one. */
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
Finished runs are read from their files. The interrupted run continues from its last checkpoint, as a new attempt, with
the iterates that it would have had without the interruption. The runs that had not begun follow. Options and seed come
from experiment.json.

Examples:
  fluxion resume runs/dlae-1
  fluxion resume runs/mine-3 --changed     although the module has been edited since`;

export function resumeCommand(exit: (code: number) => void): Command {
  const command = base(new Command("resume"))
    .description("continue an interrupted experiment, with the same iterates as without the interruption")
    .argument("<directory>", "directory of the experiment, such as runs/dlae-1");
  for (const option of serveOptions()) command.addOption(option);
  return command
    .addOption(workersOption())
    .option("--changed", "continue although the module has changed since")
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

/** Refuses what cannot be resumed. @throws ERR_EXPERIMENT_DIRECTORY if it is finished, running, or too old */
function refuse(directory: string, file: ExperimentFile): void {
  const state = experimentState(file);
  if (file.format === 1 && state !== "finished") {
    throw failure(
      "ERR_EXPERIMENT_DIRECTORY",
      `${directory} was written by an earlier version, whose operators had other names and states. It can be viewed ` +
        `(npx fluxion serve ${directory}) but not resumed; ` +
        `run it again with npx fluxion run ${file.name} --seed ${file.seed}`,
    );
  }
  if (state === "finished") {
    throw failure(
      "ERR_EXPERIMENT_DIRECTORY",
      `${directory} is finished; view it with npx fluxion serve ${directory}, or run it again with another seed`,
    );
  }
  if (state === "running") {
    const { pid, host } = file.process!;
    throw failure(
      "ERR_EXPERIMENT_DIRECTORY",
      `${directory} is being written by process ${pid} on ${host}; stop that process first`,
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
      `${source.module} now holds the experiment "${described.name}", but "${name}" was run; restore the module`,
    );
  }
  if (described.source.hash === source.hash || changed) return;
  const what =
    source.module === "built-in"
      ? `this is fluxion ${described.source.hash}, but fluxion ${source.hash} began this experiment`
      : `${source.module} has changed since this experiment began`;
  throw failure("ERR_MODULE", `${what}, so its iterates may differ; restore it, or add --changed to continue anyway`);
}
