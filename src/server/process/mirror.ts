/**
 * What the process of a run keeps of its runs, so that a server that starts late, lags or starts again can be told
 * everything: names, schemas, places of batches in files (32 bytes each) and, for runs without a file, the newest batches
 * up to a limit. It is the state that is sent, so nothing is ever queued.
 */
import type { AppliedCommand, Run } from "../../arrow/row.ts";
import type { RunCells, RunEnding } from "../messages.ts";
import { Numbers } from "../numbers.ts";
import type { FinishedFile } from "../runRows.ts";
import { type Batch, memorySegment, type Segment } from "../segment.ts";
import type { FinishedRun, RunMessage } from "./channel.ts";

/** Number of runs that are over and are sent at once. */
const finishedAtOnce = 250;
/** Number of batches whose places are sent at once. */
const placesAtOnce = 4096;

interface Attempt {
  readonly run: Run;
  readonly header: Uint8Array;
  readonly directory: string | undefined;
  readonly earlier: readonly FinishedFile[];
  /** Batches of an attempt without a file. */
  readonly memory: Segment | undefined;
  /** Places of the batches in the file, four numbers each. */
  readonly places: Numbers;
  ending?: RunEnding;
}

/** A run, and how much of it the server has been told. */
export class MirroredRun {
  readonly opened = Date.now();
  readonly #attempts: Attempt[] = [];
  /** What commands changed in the newest attempt: whether it is paused, and each setting. */
  #notes: Map<string, AppliedCommand> | undefined;
  #live = false;
  // Place of the next message: attempt, batch within it, and which parts of it were sent.
  #attempt = 0;
  #batch = 0;
  #isOpened = false;
  #saidFinished = false;
  #unsentNotes: AppliedCommand[] = [];
  #cells: RunCells | undefined;
  #unsentCells = false;

  /** @param finished files and ending of a run that is over from the beginning */
  constructor(
    readonly name: string,
    private readonly run: Run,
    private readonly finished?: { readonly files: readonly FinishedFile[]; readonly ending: RunEnding | undefined },
  ) {}

  get live(): boolean {
    return this.#live;
  }
  /** Number of the newest attempt. */
  get attempt(): number {
    return this.#attempts.at(-1)?.run.attempt ?? this.run.attempt;
  }

  open(
    run: Run,
    header: Uint8Array,
    directory: string | undefined,
    earlier: readonly FinishedFile[],
    memoryBytes: number,
  ): void {
    const memory = directory === undefined ? memorySegment(header, run.attempt, memoryBytes) : undefined;
    this.#attempts.push({ run, header, directory, earlier, memory, places: new Numbers() });
    this.#notes = undefined;
    this.#live = true;
  }

  append(bytes: Uint8Array, firstStep: number, lastStep: number, rows: number): void {
    const { memory, places } = this.#attempts.at(-1)!;
    if (memory === undefined) places.push(bytes.length, firstStep, lastStep, rows);
    else memory.append(bytes, firstStep, lastStep, rows);
  }

  describe(cells: RunCells): void {
    this.#cells = cells;
    this.#unsentCells = true;
  }

  end(ending: RunEnding): void {
    this.#attempts.at(-1)!.ending = ending;
    this.#live = false;
  }

  /** Keeps what a command did, for a server that starts again. */
  note(outcome: AppliedCommand): void {
    if (outcome.refused !== undefined || outcome.type === "checkpoint" || outcome.type === "slice") return;
    this.#notes ??= new Map();
    this.#notes.set(outcome.type === "set" ? `set ${outcome.setting}` : "paused", outcome);
  }

  /** Begins again at the first message, for a server that knows nothing. */
  restart(): void {
    this.#attempt = 0;
    this.#batch = 0;
    this.#isOpened = false;
    this.#saidFinished = false;
    this.#unsentNotes = this.#live ? [...(this.#notes?.values() ?? [])] : [];
    this.#unsentCells = this.#cells !== undefined;
  }

  /** Returns the run if it was over from the beginning and the server has not been told, and counts it as sent. */
  takeFinished(): FinishedRun | undefined {
    if (this.finished === undefined || this.#saidFinished) return undefined;
    this.#saidFinished = true;
    this.#unsentCells = false;
    return { name: this.name, run: this.run, opened: this.opened, cells: this.#cells, ...this.finished };
  }

  /** Returns the next message for the server and counts it as sent; undefined: the server knows everything. */
  next(): RunMessage | undefined {
    const { name, opened } = this;
    const over = this.takeFinished();
    if (over !== undefined) return { kind: "finished", runs: [over] };
    const attempt = this.#attempts[this.#attempt];
    if (attempt === undefined) return this.#nextCells();
    if (!this.#isOpened) {
      this.#isOpened = true;
      this.#batch = 0;
      const { run, header, directory } = attempt;
      return { kind: "open", name, run, header, directory, earlier: attempt.earlier, opened };
    }
    const rows = attempt.memory === undefined ? this.#nextPlaces(attempt.places) : this.#nextBatch(attempt.memory);
    if (rows !== undefined) return rows;
    if (this.#attempt === this.#attempts.length - 1 && this.#unsentNotes.length > 0) {
      return { kind: "note", name, outcome: this.#unsentNotes.shift()! };
    }
    if (this.#unsentCells) return this.#nextCells();
    if (attempt.ending === undefined) return undefined;
    this.#attempt++;
    this.#isOpened = false;
    return { kind: "ended", name, ending: attempt.ending };
  }

  #nextCells(): RunMessage | undefined {
    if (!this.#unsentCells || this.#cells === undefined) return undefined;
    this.#unsentCells = false;
    return { kind: "cells", name: this.name, cells: this.#cells };
  }

  #nextPlaces(places: Numbers): RunMessage | undefined {
    const from = 4 * this.#batch;
    if (from >= places.length) return undefined;
    const numbers = places.slice(from, from + 4 * placesAtOnce);
    this.#batch += numbers.length / 4;
    return { kind: "places", name: this.name, numbers };
  }

  #nextBatch(memory: Segment): RunMessage | undefined {
    const { name } = this;
    if (this.#batch < memory.begin) {
      const count = memory.begin - this.#batch;
      this.#batch = memory.begin;
      return { kind: "dropped", name, count };
    }
    const batch: Batch | undefined = memory.batches(this.#batch, this.#batch + 1)[0];
    if (batch === undefined) return undefined;
    this.#batch++;
    const { firstStep, lastStep, rows } = batch;
    return { kind: "batch", name, bytes: batch.read()!, firstStep, lastStep, rows };
  }
}

/** The runs that a server is told of. */
interface Mirror {
  readonly runs: Map<string, MirroredRun>;
  /** Says that there is something new about a run. */
  touch(run: MirroredRun): void;
  /** Returns the next message, from each run in turn; undefined: the server knows everything. */
  next(): RunMessage | undefined;
  restart(): void;
}

export function makeMirror(): Mirror {
  const runs = new Map<string, MirroredRun>();
  // Runs with something to send, in the order in which it is their turn.
  const news = new Set<MirroredRun>();
  /** The next runs that are over, as far as no other kind of news comes between them. */
  function finished(): RunMessage | undefined {
    const taken: FinishedRun[] = [];
    for (const run of news) {
      const next = taken.length < finishedAtOnce ? run.takeFinished() : undefined;
      if (next === undefined) break;
      taken.push(next);
      // It may have more to say.
      news.delete(run);
      news.add(run);
    }
    return taken.length === 0 ? undefined : { kind: "finished", runs: taken };
  }
  return {
    runs,
    touch: (run) => void news.add(run),
    next() {
      const over = finished();
      if (over !== undefined) return over;
      for (const run of news) {
        news.delete(run);
        const message = run.next();
        if (message === undefined) continue;
        news.add(run);
        return message;
      }
      return undefined;
    },
    restart() {
      news.clear();
      for (const run of runs.values()) {
        run.restart();
        news.add(run);
      }
    },
  };
}
