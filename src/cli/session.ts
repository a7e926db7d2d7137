/** A session of an experiment in the main thread: commands, signals, progress, `experiment.json`, summary. */
import { basename, resolve } from "node:path";
import type { FromWorker } from "../experiments/threads/protocol.ts";
import { type SearchThread, WorkerFailure } from "../experiments/threads/searchThread.ts";
import type { ViewerServer } from "../server/createViewerServer.ts";
import { shellWord } from "../shellWord.ts";
import type { Lease } from "../sinks/lease.ts";
import type { AlertWish } from "./alerts/alertOptions.ts";
import { exitCodeOf, type FailOn } from "./alerts/exitCodes.ts";
import { openLedger } from "./alerts/ledger.ts";
import { openTellers } from "./alerts/tellers.ts";
import { certificateShelf } from "./certificates/endCertificates.ts";
import { messageOf } from "./complain.ts";
import { watchDisk } from "./diskWatch.ts";
import { type ExperimentFile, removeUnused, writeExperiment } from "./experimentFile.ts";
import { keepRecord } from "./experimentRecord.ts";
import { figureGallery } from "./figureGallery.ts";
import { makeProgress } from "./output/progress.ts";
import { note, say } from "./output/say.ts";
import { serveRuns } from "./servedRuns.ts";
import { keepServing, type ServeWish, startServer } from "./serving.ts";
import { watchSignals } from "./signals.ts";
import { shown } from "./trust.ts";

interface SessionOptions {
  readonly thread: SearchThread;
  readonly directory: string;
  /** Lease on the directory, which the session gives back at its end. */
  readonly lease: Lease;
  /** Rejects if another process takes over the directory. Default: that shows when something is written. */
  readonly lost?: Promise<never>;
  readonly file: ExperimentFile;
  /** Directories that were made for this session, the innermost first. Absent: it goes on in one that was there. */
  readonly made?: readonly string[];
  readonly resume: boolean;
  readonly workers: number;
  /** Bytes that the directory may take. Absent: no limit. */
  readonly maxDisk?: number | undefined;
  readonly server: ViewerServer | undefined;
  /** Called with the name under which a run is served, and its directory. */
  readonly placed: (name: string, directory: string) => void;
  /** What to watch for, and whom to tell. */
  readonly alerts: AlertWish;
  /** Endings with an exit code of their own. Default: those of a run that stands alone. */
  readonly failOn: readonly FailOn[] | undefined;
}

/**
 * Starts the page if it is wanted, then runs a session. `begin` makes the session's directory and file, and takes the
 * lease; it is called last, when nothing else can be refused. In an interactive terminal the page stays open
 * afterwards.
 */
export async function serveSession(
  wish: ServeWish | undefined,
  summary: string,
  begin: () => Omit<SessionOptions, "server" | "placed">,
): Promise<number> {
  let begun: string | undefined;
  let lease: Lease | undefined;
  const shelf = certificateShelf();
  const figures = figureGallery(() => (begun === undefined ? [] : [begun]));
  const server = await startServer(wish, { figures, certificates: shelf.read });
  try {
    const options = begin();
    const { directory, file } = options;
    begun = directory;
    lease = options.lease;
    writeExperiment(directory, file, lease);
    note(`${file.name}: ${summary}\nfiles: ${directory}`);
    const code = await runSession({ ...options, server, placed: shelf.place });
    lease.release();
    if (code < exitSignal) await keepServing(server);
    return code;
  } finally {
    lease?.release();
    await server?.close();
  }
}

/** Exit code after an experiment that refuses to report a result, or whose files have used up their budget. */
const exitRefused = 1;
/** Exit codes from here on say that a signal ended the command. */
const exitSignal = 128;

/**
 * Runs the search to its end and prints what was found. Returns the exit code: 0, 1 if a result was refused or the
 * budget of the disk is used up, that of an ending (`exitCodeOf`), or 128 + the signal's number.
 */
async function runSession(options: SessionOptions): Promise<number> {
  const { thread, directory, file, made, resume, workers, server, placed, lease, lost, alerts, failOn, maxDisk } =
    options;
  const progress = makeProgress();
  const record = keepRecord(directory, file, lease);
  const served = serveRuns(server, thread, placed);
  const source = { began: file.began, experiment: basename(resolve(directory)) };
  const hint = `npx fluxion replay ${shellWord(directory)} --events with the same flags`;
  const tellers = openTellers(alerts, source, openLedger(directory, lease), hint);
  const opened = new Set<string>();
  let spent = false;
  const wrote = watchDisk({
    directory,
    budget: maxDisk,
    warn: (line) => progress.note(`fluxion: ${line}`),
    full: () => {
      spent = true;
      thread.stop();
    },
  });
  const handle = (message: FromWorker): void => {
    if (message.kind === "opened") opened.add(message.run.name);
    // Another thread has done this run, and its rows were shown then; now the leader reads it back.
    if (message.kind === "replayed" && opened.has(message.run.name)) return;
    record.take(message);
    served.take(message);
    progress.take(message);
    if (message.kind === "event") tellers.event(message.event);
    if (message.kind === "batch") wrote(message.bytes.length);
  };

  // A failure in this thread (a full disk) ends the session as a failure in the other thread does.
  const broken = new Promise<never>((_, reject) => {
    let whole = true;
    thread.onMessage((message) => {
      if (!whole) return;
      try {
        handle(message);
      } catch (error) {
        whole = false;
        thread.stop();
        reject(error);
      }
    });
  });
  const signals = watchSignals(() => {
    thread.stop(() => progress.note("the step lasts longer than 5 s and is given up: the last checkpoint stands"));
    progress.note("stopping after this step, with a checkpoint; press Ctrl-C again to quit at once");
  });
  try {
    const done = thread.next("done");
    const { release: _, ...claim } = lease;
    const { options: chosen, seed, repeat, keeping, rules } = file;
    const more = {
      ...(repeat === undefined ? {} : { repetitions: repeat }),
      ...(keeping === undefined ? {} : { keeping }),
      ...(rules === undefined ? {} : { rules }),
    };
    thread.post({
      kind: "start",
      order: { options: chosen, seed, directory, resume, workers, lease: claim, ...more },
    });
    const { stopped } = await Promise.race([done, broken, ...(lost === undefined ? [] : [lost])]);
    progress.end();
    record.end({ state: stopped ? "stopped" : "finished" });
    tellers.tell(record.ending());
    for (const line of record.summary()) say(line);
    say(`\n${whatNow(directory, file.source.module, stopped)}`);
    // From here on Ctrl-C ends the process at once.
    signals.close();
    await tellers.close();
    if (stopped) return spent ? exitRefused : signals.exitCode();
    return record.refused() ? exitRefused : exitCodeOf(record.facts(), failOn);
  } catch (error) {
    progress.end();
    try {
      record.end({ state: "failed", message: messageOf(error) });
    } catch {
      // On a full disk this write fails too. The first failure is the one to report.
    }
    tellers.tell(record.ending());
    signals.close();
    await tellers.close();
    if (made !== undefined && !record.hasRows() && removeUnused(directory, made, lease)) {
      note(`nothing was computed, so ${directory} is removed again`);
    }
    if (record.hasRows()) note(`rows written before the error are kept: npx fluxion replay ${shellWord(directory)}`);
    if (record.hasRows() && error instanceof WorkerFailure && error.code === "ERR_DEVICE") {
      note(`without that device it goes on by ${resumeText(directory, file.source.module)} --executor float64`);
    }
    throw error;
  } finally {
    signals.close();
    served.close();
    await thread.close();
  }
}

/** Lines that say where the files are and how to look at them again. */
function whatNow(directory: string, module: string, stopped: boolean): string {
  const lines = [
    `${stopped ? "stopped; the rows so far are" : "all rows are"} in ${directory}`,
    `  npx fluxion serve ${shellWord(directory)}    look at them again in the browser`,
    `  npx fluxion replay ${shellWord(directory)}   print them`,
  ];
  if (stopped) lines.push(`  ${resumeText(directory, module)}   continue`);
  return lines.join("\n");
}

/** The command that continues an experiment. */
function resumeText(directory: string, module: string): string {
  const word = shellWord(directory);
  return `npx fluxion resume ${module === "built-in" ? word : `${word} ${shellWord(shown(module))}`}`;
}
