/** `fluxion serve`: shows finished runs on the page, and those that another process writes. */
import type { Command } from "commander";
import { filter, from, mergeMap } from "rxjs";
import type { Run } from "../../arrow/row.ts";
import { type RunFile, runState } from "../../arrow/runFile.ts";
import { failure } from "../../errors.ts";
import { createViewerServer } from "../../server/createViewerServer.ts";
import type { RunEnding } from "../../server/messages.ts";
import { certificateShelf } from "../certificates/endCertificates.ts";
import { inWordsOfCommand } from "../complain.ts";
import { figureGallery } from "../figureGallery.ts";
import { type FoundEnds, foundEnds } from "../foundEnds.ts";
import { followLiveRuns } from "../liveRuns.ts";
import { openBrowser } from "../openBrowser.ts";
import { note, say } from "../output/say.ts";
import { readableRuns, runsIn } from "../runDirectories.ts";
import { finite } from "../servedRuns.ts";
import { accessOf, accessOptions, portOf, type ServeFlags } from "../serving.ts";
import { waitForSignal } from "../signals.ts";
import { runsAsTheyBegin } from "./followRuns.ts";

interface Flags extends Omit<ServeFlags, "serve"> {
  readonly port?: number;
}

const examples = `
Examples:
  fluxion serve runs/dlae-1               all runs of an experiment
  fluxion serve runs/dlae-1/search-01     one of its runs
  fluxion serve runs --port 8080 --open   all experiments, on a port of your choice

Runs that another process writes are shown as they grow. If that process is gone without an ending, the terminal and the
page say so.`;

/** Adds the options of `fluxion serve` and what it does. */
export function serveCommand(command: Command): void {
  command.option("--port <port>", "port of the page (default: any free one)", portOf("--port"));
  for (const option of accessOptions()) command.addOption(option);
  command
    .option("--debug", "show where an error comes from")
    .addHelpText("after", examples)
    .action((directories: string[], flags: Flags) => serve(directories, flags));
}

async function serve(directories: readonly string[], { port, open, ...flags }: Flags): Promise<void> {
  const access = accessOf(flags);
  const runs = readableRuns(directories.flatMap(runsIn));
  const shelf = certificateShelf();
  const server = await createViewerServer({
    ...(port === undefined ? {} : { port }),
    ...access,
    figures: figureGallery(() => directories),
    certificates: shelf.read,
    warn: (message) => note(`fluxion: ${inWordsOfCommand(message)}`),
  });
  let served = 0;
  const found = foundEnds();
  const ending = (file: RunFile, directory: string): RunEnding => endingOf(file, directory, found);
  const live = followLiveRuns(server.hub, { endingOf: ending, placed: shelf.place });
  for (const { name, directory, file } of runs) {
    try {
      if (goesOn(file, directory)) live.add(name, directory);
      else shelf.place(server.hub.addFinished(runOf(name, file), directory, ending(file, directory)), directory);
      served++;
    } catch (error) {
      note(`fluxion: ${directory} is left out: ${(error as Error).message}`);
    }
  }
  if (served === 0) {
    live.close();
    await server.close();
    throw failure("ERR_EXPERIMENT_DIRECTORY", `${directories.join(", ")}: none of the runs there has any rows`);
  }
  say(`${served} ${served === 1 ? "run" : "runs"}: ${server.url}`);
  if (access.readToken !== undefined) say(`for reading only: ${server.readUrl}`);
  say("Press Ctrl-C to end");
  if (open === true) openBrowser(server.url);
  const known = new Set(runs.map(({ directory }) => directory));
  const begun = from(directories)
    .pipe(
      mergeMap(runsAsTheyBegin),
      filter(({ directory }) => !known.has(directory)),
    )
    .subscribe({
      next: ({ name, directory }) => live.add(name, directory),
      error: (error: Error) => note(`fluxion: new runs are not looked for any longer: ${error.message}`),
    });
  await waitForSignal();
  begun.unsubscribe();
  live.close();
  await server.close();
}

/** Whether another process may still write a run. */
function goesOn(file: RunFile, directory: string): boolean {
  const state = runState(file, directory);
  return state === "running" || state === "unknown";
}

function runOf(name: string, { columns, settings, description, attempts }: RunFile): Run {
  const attempt = attempts.at(-1)?.attempt ?? 1;
  return { name, attempt, columns, settings, ...(description === undefined ? {} : { description }) };
}

function endingOf(file: RunFile, directory: string, found: FoundEnds): RunEnding {
  const ended = file.attempts.at(-1)?.ended;
  const { step, seconds, value, squaredFieldNorm } = ended ?? {};
  const numbers = finite({ step, seconds, value, squaredFieldNorm });
  if (ended?.how === "failed")
    return { status: "failed", ...numbers, ...(ended.message === undefined ? {} : { message: ended.message }) };
  if (ended?.status !== undefined && ended.status !== "running")
    return { status: ended.status, ...numbers, ...found(directory) };
  return { status: "stopped", ...numbers, message: runState(file, directory) };
}
