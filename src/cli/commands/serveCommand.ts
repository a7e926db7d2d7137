/** `fluxion serve`: shows finished runs on the page. */
import type { Command } from "commander";
import type { Run } from "../../arrow/row.ts";
import { type RunFile, runState } from "../../arrow/runFile.ts";
import { failure } from "../../errors.ts";
import { createViewerServer } from "../../server/createViewerServer.ts";
import type { RunEnding } from "../../server/messages.ts";
import { figureGallery } from "../figureGallery.ts";
import { type FoundEnds, foundEnds } from "../foundEnds.ts";
import { openBrowser } from "../openBrowser.ts";
import { note, say } from "../output/say.ts";
import { readableRuns, runsIn } from "../runDirectories.ts";
import { finite } from "../servedRuns.ts";
import { accessOptions, portOf, secretsOf } from "../serving.ts";
import { waitForSignal } from "../signals.ts";

interface Flags {
  readonly port?: number;
  readonly host?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly open?: boolean;
}

const examples = `
Examples:
  fluxion serve runs/dlae-1               all runs of an experiment
  fluxion serve runs/dlae-1/search-01     one of its runs
  fluxion serve runs --port 8080 --open   all experiments, on a port of your choice`;

/** Adds the options of `fluxion serve` and what it does. */
export function serveCommand(command: Command): void {
  command.option("--port <port>", "port of the page (default: any free one)", portOf("--port"));
  for (const option of accessOptions()) command.addOption(option);
  command
    .option("--debug", "show where an error comes from")
    .addHelpText("after", examples)
    .action((directories: string[], flags: Flags) => serve(directories, flags));
}

async function serve(directories: readonly string[], { port, host, open, ...flags }: Flags): Promise<void> {
  const secrets = secretsOf(flags);
  const runs = readableRuns(directories.flatMap(runsIn));
  const server = await createViewerServer({
    ...(port === undefined ? {} : { port }),
    ...(host === undefined ? {} : { host }),
    ...secrets,
    // Figures compare the runs of one experiment.
    ...(directories.length === 1 ? { figures: figureGallery(() => directories[0]) } : {}),
    warn: (message) => note(`fluxion: ${message}`),
  });
  let served = 0;
  const found = foundEnds();
  for (const { name, directory, file } of runs) {
    try {
      server.hub.addFinished(runOf(name, file), directory, endingOf(file, directory, found));
      served++;
    } catch (error) {
      note(`fluxion: ${directory} is left out: ${(error as Error).message}`);
    }
  }
  if (served === 0) {
    await server.close();
    throw failure("ERR_EXPERIMENT_DIRECTORY", `${directories.join(", ")}: none of the runs there has any rows`);
  }
  say(`${served} ${served === 1 ? "run" : "runs"}: ${server.url}`);
  if (secrets.readToken !== undefined) say(`for reading only: ${server.readUrl}`);
  say("Press Ctrl-C to end");
  if (open === true) openBrowser(server.url);
  await waitForSignal();
  await server.close();
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
