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
import { followLiveRuns } from "../liveRuns.ts";
import { openBrowser } from "../openBrowser.ts";
import { note, say } from "../output/say.ts";
import { eachReadableRun, runsIn } from "../runDirectories.ts";
import { type RunFacts, runFacts } from "../runFacts.ts";
import { finite } from "../servedRuns.ts";
import { accessOf, accessOptions, portOf, type ServeFlags } from "../serving.ts";
import { waitForSignal } from "../signals.ts";
import { goesOnIn, runsAsTheyBegin } from "./followRuns.ts";

interface Flags extends Omit<ServeFlags, "serve"> {
  readonly port?: number;
}

/** Milliseconds of reading after which the server gets its turn, and after which the terminal says what takes so long. */
const share = 50;
const tellAfter = 2000;

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
  // First this: a run that begins meanwhile is found afterwards.
  const growing = directories.filter(goesOnIn);
  const runs = directories.flatMap(runsIn);
  const shelf = certificateShelf();
  const server = await createViewerServer({
    ...(port === undefined ? {} : { port }),
    ...access,
    figures: figureGallery(() => directories),
    certificates: shelf.read,
    warn: (message) => note(`fluxion: ${inWordsOfCommand(message)}`),
  });
  let served = 0;
  const facts = runFacts();
  const ending = (file: RunFile, directory: string): RunEnding => endingOf(file, directory, facts);
  const placed = (name: string, directory: string, file?: RunFile): void => {
    shelf.place(name, directory);
    server.hub.describe(name, facts.cells(directory, file));
  };
  const live = followLiveRuns(server.hub, { endingOf: ending, placed });
  const take = async (): Promise<void> => {
    const began = performance.now();
    let turn = began;
    let told = false;
    for (const { name, directory, file } of eachReadableRun(runs)) {
      try {
        if (goesOn(file, directory)) live.add(name, directory);
        else placed(server.hub.addFinished(runOf(name, file), directory, ending(file, directory)), directory, file);
        served++;
      } catch (error) {
        note(`fluxion: ${directory} is left out: ${(error as Error).message}`);
      }
      if (performance.now() - turn < share) continue;
      // The page shows runs while others are being read.
      await new Promise((resolve) => setImmediate(resolve));
      turn = performance.now();
      if (told || turn - began < tellAfter) continue;
      told = true;
      note(`reading ${runs.length} runs; the page shows those that are read: ${server.url}`);
    }
    if (served > 0) return;
    throw failure("ERR_EXPERIMENT_DIRECTORY", `${directories.join(", ")}: none of the runs there has any rows`);
  };
  try {
    await take();
    await server.told();
  } catch (error) {
    live.close();
    await server.close();
    throw error;
  }
  say(`${served} ${served === 1 ? "run" : "runs"}: ${server.url}`);
  if (access.readToken !== undefined) say(`for reading only: ${server.readUrl}`);
  say("Press Ctrl-C to end");
  if (open === true) openBrowser(server.url);
  const known = new Set(growing.length === 0 ? [] : runs.map(({ directory }) => directory));
  const begun = from(growing)
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

function endingOf(file: RunFile, directory: string, { found }: RunFacts): RunEnding {
  const ended = file.attempts.at(-1)?.ended;
  const { step, seconds, value, squaredFieldNorm } = ended ?? {};
  const numbers = finite({ step, seconds, value, squaredFieldNorm });
  if (ended?.how === "failed")
    return { status: "failed", ...numbers, ...(ended.message === undefined ? {} : { message: ended.message }) };
  if (ended?.status !== undefined && ended.status !== "running")
    return { status: ended.status, ...numbers, ...found(directory) };
  return { status: "stopped", ...numbers, message: runState(file, directory) };
}
