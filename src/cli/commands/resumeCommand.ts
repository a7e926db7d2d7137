/** `fluxion resume`: continues an interrupted experiment, with the iterates of an uninterrupted one. */
import type { Command } from "commander";
import { executorOf } from "../../autodiff/executor.ts";
import { failure, isFluxionError } from "../../errors.ts";
import type { FromWorker } from "../../experiments/threads/protocol.ts";
import { startSearchTeam } from "../../experiments/threads/searchTeam.ts";
import { shellWord } from "../../shellWord.ts";
import { ownerWithoutLife, takeLease } from "../../sinks/lease.ts";
import { newestLease } from "../../sinks/leaseFile.ts";
import { type AlertFlags, alertOptions, alertWish } from "../alerts/alertOptions.ts";
import { failOnFrom, failOnOption } from "../alerts/exitCodes.ts";
import { executorChange } from "../executorChange.ts";
import { type ExperimentFile, experimentState, readExperiment, resumedExperiment } from "../experimentFile.ts";
import { type ExecutorChoice, executorOption, useExecutor } from "../options/executorOption.ts";
import { maxDiskOption } from "../options/keepingOptions.ts";
import { workersOption } from "../options/workersOption.ts";
import { note } from "../output/say.ts";
import { type ServeFlags, serveOptions, wishOf } from "../serving.ts";
import { serveSession } from "../session.ts";
import { askAtTerminal, trustedExperiment } from "../trust.ts";

interface ResumeFlags extends ServeFlags, AlertFlags {
  readonly failOn?: string;
  readonly changed?: boolean;
  readonly force?: boolean;
  readonly trust?: boolean;
  readonly workers: number;
  readonly maxDisk?: number;
  readonly executor?: ExecutorChoice;
}

const examples = `
Finished runs are read from their files. The interrupted run continues from its last checkpoint, as a new attempt, with
the iterates that it would have had without the interruption. The runs that had not begun follow. Options and seed come
from experiment.json; a run that began as --portable or with --executor, --repeat, --alert, --every or --keep goes on so. --executor chooses another one,
and then the further iterates agree up to rounding only. --on-event and --webhook are not kept: give them again, and
events that were not told before are told. Rows that are there are never removed or written over.

A directory may come from anybody, so resume runs a module only if you name it again, or confirm it: it asks about
modules of the project in which you are, and refuses others unless you say --trust.

One process at a time may write the directory. If it belongs to a process on another machine, resume waits for 30 s
whether that process still shows signs of life. --force does not wait: should that process still run, it ends at its
next write.

Examples:
  fluxion resume runs/dlae-1
  fluxion resume runs/mine-3 ./mine.ts              of a module of your own
  fluxion resume runs/mine-3 ./mine.ts --changed    although the module has been edited since`;

/** Adds the options of `fluxion resume` and what it does. */
export function resumeCommand(command: Command, exit: (code: number) => void): void {
  for (const option of [...serveOptions(), ...alertOptions(), failOnOption()]) command.addOption(option);
  command
    .addOption(workersOption())
    .addOption(maxDiskOption())
    .addOption(executorOption("the one that began the experiment, else FLUXION_EXECUTOR, else float64"))
    .option("--trust", "run the module that the directory names, wherever it lies")
    .option("--changed", "continue although the module has changed since")
    .option("--force", "take the directory from the process that has it, even if that one still runs")
    .option("--debug", "show where an error comes from")
    .addHelpText("after", examples)
    .action(async (directory: string, module: string | undefined, flags: ResumeFlags) =>
      exit(await resume(directory, module, flags)),
    );
}

async function resume(directory: string, module: string | undefined, flags: ResumeFlags): Promise<number> {
  const force = flags.force === true;
  const alerts = alertWish(flags);
  const failOn = failOnFrom(flags.failOn);
  const before = readExperiment(directory);
  refuse(directory, before, force);
  const dead = force ? undefined : await formerOwner(directory);
  const { portable, change } = executorOfResumed(directory, before, flags.executor);
  if (change !== undefined) note(`fluxion: ${change}`);
  const { name, source } = before;
  const { trust = false, changed = false } = flags;
  const ask = askAtTerminal();
  const { options } = before;
  const wanted = await trustedExperiment(directory, name, source, { options, module, trust, changed, ask });
  const thread = startSearchTeam(wanted, portable);
  try {
    const described = await thread.next("described");
    checkSource(before, described, changed);
    const { workers, maxDisk } = flags;
    let lose: (error: Error) => void = () => {};
    const lost = new Promise<never>((_, reject) => {
      lose = reject;
    });
    // If the session has ended already, nobody waits for this.
    lost.catch(() => {});
    return await serveSession(wishOf(flags), described.summary, () => {
      if (force) warnOfForce(directory);
      const lease = takeLease("resume", directory, { dead, force, onLost: lose });
      try {
        // Another process may have gone on meanwhile.
        const now = readExperiment(directory);
        refuse(directory, now, true);
        // The rules of the experiment go on; a command or a webhook is never taken from its directory.
        const rules = flags.alert ?? now.rules ?? alerts.rules;
        const resumed = resumedExperiment(chosenAnew(now, flags.executor));
        const file = { ...resumed, ...(rules === undefined ? {} : { rules }) };
        return { thread, directory, lease, lost, file, resume: true, workers, alerts, failOn, maxDisk };
      } catch (error) {
        lease.release();
        throw error;
      }
    });
  } finally {
    await thread.close();
  }
}

/**
 * Chooses what computes: the executor of the flag, otherwise the one that began the experiment.
 *
 * @returns whether it computes portably, and the warning that the bits will differ
 * @throws ERR_DEVICE if the library of that executor is missing
 */
function executorOfResumed(
  directory: string,
  before: ExperimentFile,
  wanted: ExecutorChoice | undefined,
): { readonly portable: boolean | undefined; readonly change: string | undefined } {
  const recorded = before.portable === true || before.executor === undefined ? undefined : executorOf(before.executor);
  const executor = wanted ?? recorded;
  const portable = executor === undefined ? before.portable : useExecutor({ executor });
  try {
    return { portable, change: executorChange(directory, before.runs, before.portable === true && portable === true) };
  } catch (error) {
    if (!isFluxionError(error) || error.code !== "ERR_DEVICE") throw error;
    const other = `npx fluxion resume ${shellWord(directory)} --executor float64`;
    throw failure("ERR_DEVICE", `${error.message}; or go on without it, with other last bits: ${other}`, {
      cause: error,
    });
  }
}

/** The content of the file if another executor goes on. */
function chosenAnew(
  { portable, executor, ...file }: ExperimentFile,
  wanted: ExecutorChoice | undefined,
): ExperimentFile {
  if (wanted === "portable") return { ...file, portable: true };
  const goesOn = wanted ?? executor;
  return {
    ...file,
    ...(wanted === undefined && portable !== undefined ? { portable } : {}),
    ...(goesOn === undefined ? {} : { executor: goesOn }),
  };
}

/** Waits, if need be, until it is known that the process that has the directory is dead. @throws ERR_RUN_BUSY */
async function formerOwner(directory: string): Promise<string | undefined> {
  try {
    return await ownerWithoutLife("resume", directory, (owner, seconds) =>
      note(
        `${directory} belongs to ${owner === undefined ? "another process" : `process ${owner.pid} on ${owner.host}`}; ` +
          `waiting ${seconds} s for a sign of life`,
      ),
    );
  } catch (error) {
    if (!isFluxionError(error) || error.code !== "ERR_RUN_BUSY") throw error;
    throw failure("ERR_RUN_BUSY", `${error.message}; --force takes it from that process`, { cause: error });
  }
}

function warnOfForce(directory: string): void {
  const owner = newestLease("resume", directory)?.content?.process;
  if (owner === undefined) return;
  note(
    `fluxion: --force: ${directory} is taken from process ${owner.pid} on ${owner.host}; if it still runs, it ends at ` +
      "its next write",
  );
}

/**
 * Refuses what cannot be resumed. Who writes is what the lease says; without one, as earlier versions leave a
 * directory, it is what experiment.json says.
 *
 * @throws ERR_EXPERIMENT_DIRECTORY if it is finished, running, or too old
 */
function refuse(directory: string, file: ExperimentFile, force: boolean): void {
  const state = experimentState(file);
  if (file.format === 1 && state !== "finished") {
    throw failure(
      "ERR_EXPERIMENT_DIRECTORY",
      `${directory} was written by an earlier version, whose operators had other names and states. It can be viewed ` +
        `(npx fluxion serve ${shellWord(directory)}) but not resumed; ` +
        `run it again with npx fluxion run ${shellWord(file.name)} --seed ${file.seed}`,
    );
  }
  if (state === "finished") {
    throw failure(
      "ERR_EXPERIMENT_DIRECTORY",
      `${directory} is finished; view it with npx fluxion serve ${shellWord(directory)}, or run it again with another seed`,
    );
  }
  if (state === "running" && !force && newestLease("resume", directory) === undefined) {
    const { pid, host } = file.process!;
    throw failure(
      "ERR_EXPERIMENT_DIRECTORY",
      `${directory} is being written by process ${pid} on ${host}; stop that process first, ` +
        "or take the directory from it by --force",
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
