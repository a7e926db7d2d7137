/** Connects a session with the page: the page receives the rows, the search receives the page's commands. */
import type { CommandBody, FromWorker, RowSummary } from "../experiments/threads/protocol.ts";
import type { SearchThread } from "../experiments/threads/searchThread.ts";
import { endMeanings } from "../operators/support/ends/endMeanings.ts";
import type { ViewerServer } from "../server/createViewerServer.ts";
import type { RunEnding } from "../server/messages.ts";

interface ServedRuns {
  take(message: FromWorker): void;
  close(): void;
}

/** Passes rows to the page, and the page's commands to the search. `placed` is told the name and directory of each run. */
export function serveRuns(
  server: ViewerServer | undefined,
  thread: SearchThread,
  placed: (name: string, directory: string) => void = () => undefined,
): ServedRuns {
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
      type === "slice"
        ? { type, ...(given.asked === undefined ? {} : { asked: given.asked }) }
        : type === "set"
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
        placed(name, message.directory);
      } else if (message.kind === "replayed") {
        placed(hub.addFinished(message.run, message.directory, endingOf(message.last)), message.directory);
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
      // A failure may have left runs open. Closing a run twice changes nothing.
      for (const name of servedNames.values()) hub.close(name, { status: "failed" });
    },
  };
}

type LastRow = Pick<RowSummary, "status" | "step" | "seconds" | "value" | "squaredFieldNorm" | "columns">;

/** How a run ended, for the page. A run was interrupted if its last row is still running. */
function endingOf(last: LastRow | undefined): RunEnding {
  if (last === undefined) return { status: "stopped", message: "interrupted" };
  const { status, step, seconds, value, squaredFieldNorm, columns } = last;
  const { end: verdict, morseIndex: index } = columns;
  const numbers = { step, ...finite({ seconds, value, squaredFieldNorm, index }) };
  if (status === "running") return { status: "stopped", message: "interrupted", ...numbers };
  return { status, ...numbers, ...(typeof verdict === "string" ? { verdict } : {}), ...meaningOf(verdict) };
}

function meaningOf(verdict: unknown): Pick<RunEnding, "meaning"> {
  const known = (Object.keys(endMeanings) as (keyof typeof endMeanings)[]).find((name) => name === verdict);
  return known === undefined ? {} : { meaning: endMeanings[known] };
}

/** The entries that JSON can hold as numbers. */
export function finite<K extends string>(entries: Readonly<Record<K, unknown>>): { readonly [N in K]?: number } {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => Number.isFinite(value))) as {
    readonly [N in K]?: number;
  };
}
