/** One session of an experiment as the main thread sees it: commands, signals, progress, `experiment.json`, summary. */
import type { Finding } from "../experiments/definition.ts";
import type { CommandBody, FromWorker, RowSummary } from "../experiments/threads/protocol.ts";
import type { SearchThread } from "../experiments/threads/searchThread.ts";
import type { ViewerServer } from "../sinks/server/createViewerServer.ts";
import type { RunEnding } from "../sinks/server/messages.ts";
import { messageOf } from "./complain.ts";
import { type ExperimentFile, writeExperiment } from "./experimentFile.ts";
import { makeProgress } from "./progress.ts";
import { watchSignals } from "./signals.ts";
import { summaryLines } from "./summary.ts";

export interface SessionOptions {
  readonly thread: SearchThread;
  readonly directory: string;
  readonly file: ExperimentFile;
  readonly resume: boolean;
  readonly workers: number;
  readonly server: ViewerServer | undefined;
}

/** Runs the search to its end and says what was found. Returns the exit code: 0, or 128 + the signal that stopped it. */
export async function runSession(options: SessionOptions): Promise<number> {
  const { thread, directory, file, resume, workers, server } = options;
  const progress = makeProgress();
  const record = keepRecord(directory, file);
  const served = serveRuns(server, thread);
  const opened = new Set<string>();
  const handle = (message: FromWorker): void => {
    if (message.kind === "opened") opened.add(message.run.name);
    // Another thread ran it, and was listened to; the leader reads it back.
    if (message.kind === "replayed" && opened.has(message.run.name)) return;
    record.take(message);
    served.take(message);
    progress.take(message);
  };

  // What goes wrong in this thread (a full disk) ends the session like what goes wrong in the other.
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
    thread.stop();
    progress.note("stopping at the next evaluation; Ctrl-C again ends at once");
  });
  try {
    const done = thread.next("done");
    thread.post({ kind: "start", order: { options: file.options, seed: file.seed, directory, resume, workers } });
    const { stopped } = await Promise.race([done, broken]);
    progress.end();
    record.end({ state: stopped ? "stopped" : "finished" });
    for (const line of record.summary()) console.log(line);
    console.log(`\n${whatNow(directory, stopped)}`);
    return stopped ? signals.exitCode() : 0;
  } catch (error) {
    progress.end();
    try {
      record.end({ state: "failed", message: messageOf(error) });
    } catch {
      // The first failure is the one to tell; on a full disk this write fails too.
    }
    if (record.hasRows()) console.error(`what was written before is kept: npx fluxion replay ${directory}`);
    throw error;
  } finally {
    signals.close();
    served.close();
    await thread.close();
  }
}

/** Where the files are and how to look at them again. */
function whatNow(directory: string, stopped: boolean): string {
  const lines = [
    `${stopped ? "stopped; all rows so far are" : "all rows are"} in ${directory}`,
    `  npx fluxion serve ${directory}    look at them again in the browser`,
    `  npx fluxion replay ${directory}   print them`,
  ];
  if (stopped) lines.push(`  npx fluxion resume ${directory}   go on`);
  return lines.join("\n");
}

/** `experiment.json`, kept up to date. */
function keepRecord(
  directory: string,
  file: ExperimentFile,
): {
  take(message: FromWorker): void;
  end(change: Pick<ExperimentFile, "state" | "message">): void;
  summary(): string[];
  hasRows(): boolean;
} {
  const runs = [...file.runs];
  const findings: Finding[] = [];
  const conclusions: string[] = [];
  const lastRows = new Map<string, RowSummary>();
  let now = file;
  const save = (change: Partial<ExperimentFile>): void => {
    now = { ...now, ...change };
    writeExperiment(directory, now);
  };
  const addRun = (run: string): void => {
    if (runs.includes(run)) return;
    runs.push(run);
    save({ runs });
  };
  return {
    take(message) {
      if (message.kind === "opened") addRun(message.run.name);
      if (message.kind === "batch") lastRows.set(message.run, message.last);
      if (message.kind === "replayed") {
        addRun(message.run.name);
        if (message.last !== undefined) lastRows.set(message.run.name, message.last);
      }
      if (message.kind === "finding") {
        findings.push(message.finding);
        save({ findings });
      }
      if (message.kind === "conclusion") {
        conclusions.push(message.line);
        save({ conclusions });
      }
    },
    end: (change) => save({ ...change, ended: new Date().toISOString() }),
    summary: () => {
      const lines = summaryLines(directory, runs, findings, lastRows);
      return conclusions.length === 0 ? lines : [...lines, "", ...conclusions];
    },
    hasRows: () => lastRows.size > 0,
  };
}

/** Hands rows to the page, and the page's commands to the search. */
function serveRuns(
  server: ViewerServer | undefined,
  thread: SearchThread,
): { take(message: FromWorker): void; close(): void } {
  if (server === undefined) return { take: () => undefined, close: () => undefined };
  const { hub } = server;
  const servedNames = new Map<string, string>();
  const runNames = new Map<string, string>();
  const replies = new Map<number, (outcome: Extract<FromWorker, { kind: "reply" }>["outcome"]) => void>();
  const lastRows = new Map<string, RowSummary>();
  let lastId = 0;
  const subscription = server.commands.subscribe((given) => {
    const { run, reply, type } = given;
    const id = ++lastId;
    if (reply !== undefined) replies.set(id, reply);
    const command: CommandBody =
      type === "set"
        ? { type, setting: given.setting, value: given.value }
        : type === "step"
          ? { type, ...(given.count === undefined ? {} : { count: given.count }) }
          : { type };
    thread.post({ kind: "command", id, run: runNames.get(run) ?? run, command });
  });
  return {
    take(message) {
      if (message.kind === "opened") {
        const name = hub.open(message.run, message.header, { directory: message.directory });
        servedNames.set(message.run.name, name);
        runNames.set(name, message.run.name);
      } else if (message.kind === "replayed") {
        hub.addFinished(message.run, message.directory, endingOf(message.last));
      } else if (message.kind === "batch") {
        lastRows.set(message.run, message.last);
        const name = servedNames.get(message.run)!;
        hub.batch(name, message.bytes, message.firstStep, message.lastStep, message.rows);
      } else if (message.kind === "closed") {
        const name = servedNames.get(message.run);
        if (name !== undefined) hub.close(name, endingOf(lastRows.get(message.run)));
      } else if (message.kind === "reply") {
        replies.get(message.id)?.(message.outcome);
        replies.delete(message.id);
      }
    },
    close() {
      subscription.unsubscribe();
      // Runs that a failure left open; a second close changes nothing.
      for (const name of servedNames.values()) hub.close(name, { status: "failed" });
    },
  };
}

/** How a run ended, for the page; a run whose last row goes on was interrupted. */
export function endingOf(last: Pick<RowSummary, "status"> | undefined): RunEnding {
  if (last === undefined || last.status === "running") return { status: "stopped", message: "interrupted" };
  return { status: last.status };
}
