/** `fluxion serve`: the page on runs that are over. */
import { Command } from "commander";
import type { Run } from "../../arrow/row.ts";
import { type RunFile, readRunFile, runState } from "../../arrow/runFile.ts";
import { failure } from "../../errors.ts";
import { createViewerServer } from "../../server/createViewerServer.ts";
import type { RunEnding } from "../../server/messages.ts";
import { base } from "../base.ts";
import { figureGallery } from "../figureGallery.ts";
import { openBrowser } from "../openBrowser.ts";
import { runsIn } from "../runDirectories.ts";
import { portFrom } from "../serving.ts";
import { waitForSignal } from "../signals.ts";

interface Flags {
  readonly port?: number;
  readonly host?: string;
  readonly token?: string;
  readonly open?: boolean;
}

const examples = `
Examples:
  fluxion serve runs/dlae-1               all runs of an experiment
  fluxion serve runs/dlae-1/search-01     one of them
  fluxion serve runs --port 8080 --open   all experiments, on a port of your choice`;

export function serveCommand(): Command {
  return base(new Command("serve"))
    .description("look at finished runs in the browser")
    .argument("<directory...>", "of runs, of experiments, or of many of them")
    .option("--port <port>", "where the page is (default: any free one)", portFrom)
    .option("--host <address>", "listen there instead of on this machine only; demands --token")
    .option("--token <text>", "what the page's address must carry (default: random)")
    .option("--open", "open the page in the browser")
    .option("--debug", "show where an error comes from")
    .addHelpText("after", examples)
    .action((directories: string[], flags: Flags) => serve(directories, flags));
}

async function serve(directories: readonly string[], { port, host, token, open }: Flags): Promise<void> {
  const runs = directories
    .flatMap(runsIn)
    .map(({ name, directory }) => ({ name, directory, file: readRunFile(directory) }));
  const server = await createViewerServer({
    ...(port === undefined ? {} : { port }),
    ...(host === undefined ? {} : { host }),
    ...(token === undefined ? {} : { token }),
    // Figures compare the runs of one experiment.
    ...(directories.length === 1 ? { figures: figureGallery(() => directories[0]) } : {}),
    warn: (message) => console.error(`fluxion: ${message}`),
  });
  let served = 0;
  for (const { name, directory, file } of runs) {
    try {
      server.hub.addFinished(runOf(name, file), directory, endingOf(file));
      served++;
    } catch (error) {
      console.error(`fluxion: ${directory} is left out: ${(error as Error).message}`);
    }
  }
  if (served === 0) {
    await server.close();
    throw failure("ERR_EXPERIMENT_DIRECTORY", `${directories.join(", ")}: no run there has any rows`);
  }
  console.log(`${served} ${served === 1 ? "run" : "runs"}: ${server.url}\nCtrl-C ends this`);
  if (open === true) openBrowser(server.url);
  await waitForSignal();
  await server.close();
}

function runOf(name: string, { columns, settings, description, attempts }: RunFile): Run {
  const attempt = attempts.at(-1)?.attempt ?? 1;
  return { name, attempt, columns, settings, ...(description === undefined ? {} : { description }) };
}

function endingOf(file: RunFile): RunEnding {
  const ended = file.attempts.at(-1)?.ended;
  const step = ended?.step === undefined ? {} : { step: ended.step };
  if (ended?.how === "failed")
    return { status: "failed", ...step, ...(ended.message === undefined ? {} : { message: ended.message }) };
  if (ended?.status !== undefined && ended.status !== "running") return { status: ended.status, ...step };
  return { status: "stopped", ...step, message: runState(file) };
}
