/** A campaign of ends as a stream: the same ends whatever runs the searches, and in whatever order they arrive. */

import type { Table } from "apache-arrow";
import { Observable, type Subscriber } from "rxjs";
import { failure } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import { isPortable } from "../../linalg/blas/blas.ts";
import type { WorkerData } from "../threads/protocol.ts";
import { campaignId, claimCampaign, newSpec, refuseForeign } from "./campaignSpec.ts";
import { type CampaignThread, startCampaignThread } from "./campaignThread.ts";
import type { EndCell, EndRecord } from "./endRecord.ts";
import type { CampaignEngine } from "./engines.ts";
import { everyIndex, IndexBits, type IndexRanges, indicesBelow, indicesOf } from "./indexSet.ts";
import type { EndBatch } from "./partReader.ts";
import { runEngine } from "./runEngine.ts";
import { type SetAside, Work } from "./work.ts";

/** Milliseconds between looks at what the workers have written. */
const lookEvery = 250;

/** A campaign whose options were checked. */
export interface EndsCampaign {
  readonly experiment: WorkerData["experiment"];
  readonly directory: string;
  readonly engine: CampaignEngine;
  readonly options: Readonly<Record<string, JsonValue>>;
  readonly seed: number;
  readonly portable: boolean | undefined;
  readonly keepEvery: number;
  /** The searches that are wanted; undefined: all. */
  readonly indices: IndexRanges | undefined;
  readonly order: "index" | "arrival";
  readonly onSetAside: ((search: SetAside) => void) | undefined;
  readonly onNote: ((line: string) => void) | undefined;
}

/** Emits the end of each search once. See `campaign`. */
export function endsCampaign(about: EndsCampaign): Observable<EndRecord> {
  return new Observable((subscriber) => {
    const abort = new AbortController();
    run(about, subscriber, abort).then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
    return () => abort.abort();
  });
}

async function run(about: EndsCampaign, subscriber: Subscriber<EndRecord>, abort: AbortController): Promise<void> {
  const { experiment, directory, engine, options, seed, keepEvery, order, onSetAside, onNote } = about;
  const { portable = isPortable() } = about;
  const start = (): CampaignThread => startCampaignThread({ experiment, options, seed }, portable);
  const first = start();
  let timer: NodeJS.Timeout | undefined;
  try {
    const { name, source, count, executor } = await first.prepared;
    if (abort.signal.aborted) return;
    const spec = newSpec({ name, source, options, seed, count, keepEvery, executor });
    const ranges = about.indices === undefined ? everyIndex(count) : indicesBelow(about.indices, count, "campaign");
    claimCampaign(directory, spec);
    const ends = new EndQueue(ranges, count, order, subscriber);
    const refuse = refuseForeign(directory, campaignId(spec));
    const take = (batch: EndBatch, rows: readonly number[]): void => ends.take(batch, rows);
    const work = new Work(directory, count, ranges, refuse, take, about.indices !== undefined);
    ends.emit();
    let failed: { readonly error: unknown } | undefined;
    timer = setInterval(() => {
      try {
        work.look();
        ends.emit(work.aside);
      } catch (error) {
        failed ??= { error };
        abort.abort();
      }
    }, lookEvery);
    if (work.doneOfWanted < work.wanted) {
      await runEngine(engine, {
        work,
        directory,
        spec,
        first,
        start,
        signal: abort.signal,
        tell: (line) => onNote?.(line),
      });
    }
    if (failed !== undefined) throw failed.error;
    if (subscriber.closed) return;
    work.look();
    ends.emit("rest");
    tellAside(work.aside, onSetAside);
  } finally {
    clearInterval(timer);
    await first.close();
  }
}

/** Nobody who counts ends may take a campaign for whole of which searches are missing. */
function tellAside(aside: readonly SetAside[], listener: EndsCampaign["onSetAside"]): void {
  const [one] = aside;
  if (one === undefined) return;
  if (listener === undefined) {
    throw failure(
      "ERR_CAMPAIGN_INCOMPLETE",
      `campaign: ${aside.length} of the searches could not be done, among them search ${one.search}, ` +
        `since it failed on ${one.workers.join(", ")}: ${one.cause}. The option onSetAside takes them instead of this error`,
    );
  }
  for (const each of aside) listener(each);
}

/** Emits ends when it is their turn. */
class EndQueue {
  readonly #wanted: IndexBits;
  readonly #waiting = new Map<number, EndRecord>();
  readonly #order: Iterator<number, void>;
  #next: number | undefined;

  constructor(
    ranges: IndexRanges,
    count: number,
    private readonly kind: EndsCampaign["order"],
    private readonly subscriber: Subscriber<EndRecord>,
  ) {
    this.#wanted = new IndexBits(count);
    for (const index of indicesOf(ranges, count)) this.#wanted.add(index);
    this.#order = this.#wanted.indices();
    this.#step();
  }

  take({ table }: EndBatch, rows: readonly number[]): void {
    for (const row of rows) {
      const end = endAt(table, row);
      if (!this.#wanted.has(end.search)) continue;
      if (this.kind === "arrival") this.subscriber.next(end);
      else this.#waiting.set(end.search, end);
    }
  }

  /** Emits all ends whose turn it is. @param over searches that are not waited for, or `rest`: none is */
  emit(over: readonly SetAside[] | "rest" = []): void {
    if (this.kind === "arrival") return;
    const passed = over === "rest" ? undefined : new Set(over.map(({ search }) => search));
    while (this.#next !== undefined && !this.subscriber.closed) {
      const end = this.#waiting.get(this.#next);
      if (end !== undefined) {
        this.#waiting.delete(this.#next);
        this.subscriber.next(end);
      } else if (passed?.has(this.#next) === false) return;
      this.#step();
    }
    // A search that was passed over has ended after all.
    if (over === "rest") for (const end of this.#waiting.values()) this.subscriber.next(end);
  }

  #step(): void {
    const { done, value } = this.#order.next();
    this.#next = done === true ? undefined : value;
  }
}

function endAt(table: Table, row: number): EndRecord {
  const end: Record<string, EndCell> = {};
  for (const { name } of table.schema.fields) {
    const cell: unknown = table.getChild(name)?.get(row);
    if (cell !== null && cell !== undefined) end[name] = cell as EndCell;
  }
  return end as EndRecord;
}
