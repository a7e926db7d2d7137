/** Fills a RunData with history, then with live rows. After a lost connection it asks only for what is missing. */
import { plainFields } from "../arrow/coreColumns.ts";
import type { RunInfo } from "../server/messages.ts";
import { type Batch, readStream } from "./arrowReader.ts";
import { address, type Link, openLink } from "./link.ts";
import { coordinatesMost, RunData } from "./runData.ts";

/** Number of rows of history: with 8 watched columns about 470 buckets, each with its extremes. */
const historyPoints = 8000;
/** Number of rows per second while the run is live; more cannot be seen. */
const liveRate = 400;

export interface RunFeed {
  readonly data: RunData;
  /** Why there are no rows, or no more. */
  readonly trouble: string | undefined;
  /** Fetches the rows between two steps at a finer resolution. */
  detail(fromStep: number, toStep: number): Promise<RunData>;
  /** Begins again at the first row, with history thinned for another axis. */
  restart(scale: "linear" | "log"): void;
  /** Goes on with a run that is live again after it had ended. */
  resume(): void;
  close(): void;
}

export function openFeed(run: RunInfo, firstScale: "linear" | "log", changed: () => void): RunFeed {
  const data = new RunData(run.columns);
  const plain = plainColumns(run);
  let scale = firstScale;
  let attempt = 0;
  /** Vector columns short enough to be kept; undefined: they are not known yet. */
  let vectors: readonly string[] | undefined;
  /** Whether the search for them got no answer, as when the server ended meanwhile. */
  let unanswered = false;
  let trouble: string | undefined;
  let link: Link | undefined;
  let over = false;
  /** Whether all rows were asked for after a first picture from a sample of them. */
  let refining = false;
  /** The search for short vectors, which never fails. */
  let looking: Promise<void> = Promise.resolve();
  /** Whether the rows that come next are from a sample. */
  let samples = false;

  const columns = (): string[] => [...plain, ...(vectors ?? [])];

  /** Asks for what is missing. A long history comes from a sample first; its rows are replaced by those that follow. */
  function subscribe(to: Link): void {
    if (unanswered) vectors = undefined;
    unanswered = false;
    const fromStep = data.lastStep === undefined || data.sampled ? 0 : data.lastStep + 1;
    const thinning = { points: historyPoints, scale, maxRate: liveRate, preview: data.length === 0 };
    to.send({ subscribe: { run: run.name, columns: columns(), fromStep, ...thinning } });
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
    refining = false;
    samples = false;
    link = openLink({
      opened: subscribe,
      message(message) {
        if ("subscribed" in message) {
          // The run was resumed while the connection was lost, perhaps from an earlier step than the last one seen
          // here.
          if (attempt !== 0 && message.subscribed.attempt !== attempt && data.length > 0) {
            data.clear();
            if (link !== undefined) subscribe(link);
          }
          attempt = message.subscribed.attempt;
          refining = false;
        } else if ("thinned" in message) {
          data.thinned = true;
          samples = message.thinned.read !== undefined;
        } else if ("gap" in message) data.thinned = true;
        else if ("live" in message) {
          refining = data.sampled;
          if (refining) void refine();
        } else if ("error" in message) trouble = message.error.message;
        else if ("ended" in message && !refining) {
          over = true;
          link?.close();
        }
        changed();
      },
      rows(bytes) {
        data.sampled = samples;
        for (const batch of readStream(bytes)) data.append(batch);
        if (vectors === undefined) looking = lookAtVectors();
        changed();
      },
    });
  }
  /** Asks for one row to learn how long vectors are, and subscribes to the short ones. */
  async function lookAtVectors(): Promise<void> {
    vectors = [];
    const step = data.at("step", 0) ?? 0;
    const own = Object.entries(run.columns).flatMap(([name, { kind }]) => (kind === "vector" ? [name] : []));
    const query = { fromStep: step, toStep: step, columns: ["point", ...own].join(",") };
    // Without an answer the page shows what it has, and looks again when it asks for rows the next time.
    const [batch] = await fetchRows(run.name, query).catch((): Batch[] => []);
    unanswered = batch === undefined;
    const short = [...(batch?.columns ?? [])].flatMap(([name, column]) => {
      const length = column.kind === "list" ? (column.values[0]?.length ?? 0) : 0;
      return length > 0 && length <= coordinatesMost ? [name] : [];
    });
    if (short.length === 0) return;
    vectors = short;
    // What is drawn stays until the rows with their vectors come in its place.
    data.sampled = true;
    if (over || link === undefined) connect();
    // After a sample all rows are asked for in any case, with what is known then.
    else if (!refining && !samples) subscribe(link);
  }
  /** Asks for all rows after a sample, once it is known which vectors to ask for. */
  async function refine(): Promise<void> {
    const from = link;
    await looking;
    if (from !== undefined && from === link && refining) subscribe(from);
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

/** Returns all columns except vectors, whose length is not known yet. */
function plainColumns(run: RunInfo): string[] {
  const own = Object.entries(run.columns).filter(([, column]) => column.kind !== "vector");
  return [...plainFields, "commands", ...own.map(([name]) => name)];
}

/** Fetches rows by HTTP. */
async function fetchRows(run: string, query: Readonly<Record<string, string | number>>): Promise<Batch[]> {
  const url = new URL(address(`/runs/${encodeURIComponent(run)}/rows`));
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return readStream(await response.arrayBuffer());
}
