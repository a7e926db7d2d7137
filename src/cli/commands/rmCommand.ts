/** `fluxion rm`: removes runs and experiments, and nothing else. */
import { lstatSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { attemptOf } from "../../arrow/attemptFiles.ts";
import { readRunFile, runFileName, runState } from "../../arrow/runFile.ts";
import { failure } from "../../errors.ts";
import { disk } from "../../sinks/fileSystem.ts";
import { writeFailure } from "../../sinks/files.ts";
import { type Lease, takeLease } from "../../sinks/lease.ts";
import { experimentFileName, experimentIfWhole, shownState } from "../experimentFile.ts";
import { refuseOther } from "../finding/labels.ts";
import { note, say } from "../output/say.ts";
import { askAtTerminal } from "../trust.ts";

const help = `
Only directories of runs and experiments are removed, with everything in them. One that a process writes is refused, and
a link is never followed: one that lies in the directory is removed, and what it points to stays.

Examples:
  fluxion rm runs/dlae-1                     ask, then remove an experiment with its runs
  fluxion rm runs/dlae-1 runs/dlae-2 --yes   without asking, as scripts need it
  fluxion rm runs/dlae-1 --dry-run           say what would be removed`;

interface Flags {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** Adds the options of `fluxion rm` and what it does. */
export function rmCommand(command: Command, exit: (code: number) => void): void {
  command
    .option("-y, --yes", "do not ask")
    .option("--dry-run", "say what would be removed, and remove nothing")
    .option("--debug", "show where an error comes from")
    .addHelpText("after", help)
    .action(async (directories: readonly string[], flags: Flags) => exit(await remove(directories, flags)));
}

async function remove(given: readonly string[], { yes = false, dryRun = false }: Flags): Promise<number> {
  const directories = [...new Set(given.map((path) => path.replace(/(?<=.)[/\\]+$/, "")))];
  // All are looked at before the first is removed.
  const sizes = directories.map((directory) => {
    refuseOther("rm", directory);
    refuseBusy(directory);
    return sizeOf(directory);
  });
  for (const [i, directory] of directories.entries()) {
    const { files, bytes } = sizes[i]!;
    say(`${directory}: ${files} files, ${(bytes / 1e6).toPrecision(3)} MB`);
  }
  if (dryRun) return 0;
  if (!yes) {
    const ask = askAtTerminal();
    if (ask === undefined) {
      throw failure("ERR_COMMAND_LINE", "rm: nobody is there to confirm it; add --yes to remove without asking");
    }
    const what = directories.length === 1 ? "this directory" : `these ${directories.length} directories`;
    if (!(await ask(`Remove ${what} for good? [y/N] `))) {
      note("nothing was removed");
      return 1;
    }
  }
  for (const directory of directories) removeDirectory(directory);
  return 0;
}

/** Refuses a directory of which a process says that it writes there. A lease is looked at when the directory is taken. */
function refuseBusy(directory: string): void {
  const experiment = experimentIfWhole(directory);
  let state = experiment === undefined ? "" : shownState(directory, experiment);
  if (experiment === undefined) {
    try {
      state = runState(readRunFile(directory), directory);
    } catch {
      // A damaged run is removed like any other.
    }
  }
  if (!state.startsWith("running") && !state.startsWith("unknown")) return;
  throw failure(
    "ERR_RUN_BUSY",
    `rm: ${directory} is ${state === "running" ? "being written" : state}; stop that process first (Ctrl-C), or wait for it`,
  );
}

function removeDirectory(directory: string): void {
  let lease: Lease | undefined;
  try {
    // Between here and the end no process can begin to write: resume and runDirectory take the lease first.
    lease = takeLease("rm", directory);
    refuseBusyChildren(directory);
    // The file that makes it an experiment or a run goes last, so that a removal that was cut short can be done again.
    const last = [experimentFileName, runFileName];
    for (const name of readdirSync(directory)) {
      if (!last.includes(name) && !/^lease-\d+\.json$/.test(name)) removeEntry(join(directory, name));
    }
    for (const name of last) disk.remove(join(directory, name));
    lease.release();
    rmSync(directory, { recursive: true });
  } catch (error) {
    lease?.release();
    if ((error as { code?: string }).code?.startsWith("ERR_RUN") === true) throw error;
    throw writeFailure("rm", directory, error);
  }
}

/** Runs of a program may lie in an experiment's directory and have leases of their own. */
function refuseBusyChildren(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const names = readdirSync(join(directory, entry.name));
    if (names.some((name) => name === runFileName || attemptOf(name) !== undefined)) {
      takeLease("rm", join(directory, entry.name)).release();
    }
  }
}

/** Removes a file, a link as such, or a directory with what is in it. */
function removeEntry(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

function sizeOf(path: string): { files: number; bytes: number } {
  const facts = lstatSync(path, { throwIfNoEntry: false });
  if (facts === undefined) return { files: 0, bytes: 0 };
  if (!facts.isDirectory()) return { files: 1, bytes: facts.size };
  const sum = { files: 0, bytes: 0 };
  for (const name of readdirSync(path)) {
    const { files, bytes } = sizeOf(join(path, name));
    sum.files += files;
    sum.bytes += bytes;
  }
  return sum;
}
