/** Fills a RunData: history first, then live rows; after a lost connection only what is missing. */
import type { RunInfo } from "../server/messages.ts";
import { type Batch, readStream } from "./arrowReader.ts";
import { address, type Link, openLink } from "./link.ts";
import { coordinatesMost, RunData } from "./runData.ts";

/** Rows of history: with 8 watched columns about 470 buckets, each with its extremes. */
const historyPoints = 8000;
/** Rows a second while live: more cannot be seen. */
const liveRate = 400;

export interface RunFeed {
  readonly data: RunData;
  /** Why there are no (more) rows. */
  readonly trouble: string | undefined;
  /** Rows between two steps at a resolution of their own. */
  detail(fromStep: number, toStep: number): Promise<RunData>;
  /** From the first row again, with history thinned for another axis. */
  restart(scale: "linear" | "log"): void;
  /** The run is live: goes on with it, if it had come to an end before. */
  resume(): void;
  close(): void;
}

export function openFeed(run: RunInfo, firstScale: "linear" | "log", changed: () => void): RunFeed {
  const data = new RunData(run.columns);
  const plain = plainColumns(run);
  let scale = firstScale;
  let attempt = 0;
  /** Vector columns short enough to be kept; undefined: not known yet. */
  let vectors: readonly string[] | undefined;
  let trouble: string | undefined;
  let link: Link | undefined;
  let over = false;

  const columns = (): string[] => [...plain, ...(vectors ?? [])];

  function subscribe(to: Link): void {
    const fromStep = data.lastStep === undefined ? 0 : data.lastStep + 1;
    to.send({
      subscribe: { run: run.name, columns: columns(), fromStep, points: historyPoints, scale, maxRate: liveRate },
    });
  }
  function restart(newScale: "linear" | "log"): void {
    scale = newScale;
    link?.close();
    data.clear();
    connect();
  }
  function connect(): void {
    trouble = undefined;
    over = false;
    link = openLink({
      opened: subscribe,
      message(message) {
        if ("subscribed" in message) {
          // While the connection was lost the run was resumed, perhaps from an earlier step than the last one seen here.
          if (attempt !== 0 && message.subscribed.attempt !== attempt && data.length > 0) {
            data.clear();
            if (link !== undefined) subscribe(link);
          }
          attempt = message.subscribed.attempt;
        } else if ("thinned" in message || "gap" in message) data.thinned = true;
        else if ("error" in message) trouble = message.error.message;
        else if ("ended" in message) {
          over = true;
          link?.close();
        }
        changed();
      },
      rows(bytes) {
        for (const batch of readStream(bytes)) data.append(batch);
        if (vectors === undefined) void lookAtVectors();
        changed();
      },
    });
  }
  /** Asks for one row, since vectors may be long: only short ones are subscribed to. */
  async function lookAtVectors(): Promise<void> {
    vectors = [];
    const step = data.at("step", 0) ?? 0;
    const own = Object.entries(run.columns).flatMap(([name, { kind }]) => (kind === "vector" ? [name] : []));
    const [batch] = await fetchRows(run.name, { fromStep: step, toStep: step, columns: ["point", ...own].join(",") });
    const short = [...(batch?.columns ?? [])].flatMap(([name, column]) => {
      const length = column.kind === "list" ? (column.values[0]?.length ?? 0) : 0;
      return length > 0 && length <= coordinatesMost ? [name] : [];
    });
    if (short.length === 0) return;
    vectors = short;
    restart(scale);
  }
  connect();
  return {
    data,
    restart,
    get trouble() {
      return trouble;
    },
    async detail(fromStep, toStep) {
      const part = new RunData(run.columns);
      const names = columns().join(",");
      const query = { fromStep, toStep, points: historyPoints, scale, columns: names };
      for (const batch of await fetchRows(run.name, query)) part.append(batch);
      return part;
    },
    resume() {
      if (over) connect();
    },
    close: () => link?.close(),
  };
}

/** Everything but vectors, whose length nobody knows yet. */
function plainColumns(run: RunInfo): string[] {
  const own = Object.entries(run.columns).filter(([, column]) => column.kind !== "vector");
  const core = [
    "step",
    "seconds",
    "status",
    "evaluations",
    "products",
    "value",
    "squaredFieldNorm",
    "stepSize",
    "commands",
  ];
  return [...core, ...own.map(([name]) => name)];
}

/** Rows by HTTP: those of a stretch, at a resolution of their own. */
export async function fetchRows(run: string, query: Readonly<Record<string, string | number>>): Promise<Batch[]> {
  const url = new URL(address(`/runs/${encodeURIComponent(run)}/rows`));
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return readStream(await response.arrayBuffer());
}
