/** Damaged parts of a stream that wait for what is read next, since that tells which steps they had. */
import { failure } from "../../errors.ts";
import type { Damage } from "./damage.ts";
import type { BatchFacts } from "./seal.ts";

interface Part {
  readonly offset: number;
  readonly bytes: number;
  readonly why: string;
  /** Number of batches lost, where it is known at once. */
  readonly batches?: number;
}

export class Losses {
  #waiting: Part | undefined;
  #last: BatchFacts | undefined;

  /** @param tell function that gets each damaged part; undefined: damage is an error */
  constructor(
    private readonly source: string,
    private readonly tell: ((damage: Damage) => void) | undefined,
  ) {}

  /** Notes a part of which nothing else is known. @throws ERR_ARROW_CORRUPT unless damage is told */
  unknown(part: Part, cause?: unknown): void {
    if (this.tell === undefined) throw corrupt(this.source, part.offset, part.why, cause);
    if (this.#waiting === undefined) this.#waiting = part;
    else this.#waiting = { ...this.#waiting, bytes: part.offset + part.bytes - this.#waiting.offset };
  }

  /** Tells that the body of a batch is damaged whose head is whole. @throws ERR_ARROW_CORRUPT unless damage is told */
  batch(part: Part, facts: BatchFacts | undefined, cause?: unknown): void {
    if (facts === undefined || this.tell === undefined) {
      this.unknown(part, cause);
      return;
    }
    const { firstStep, lastStep, rows } = facts;
    this.tell({ ...part, source: this.source, batches: 1, rows, fromStep: firstStep, toStep: lastStep });
  }

  /** Notes a batch whose head is whole: what waits lies between it and the batch before. */
  reached(facts: BatchFacts): void {
    this.#flush(facts.ordinal - (this.#last?.ordinal ?? -1) - 1, facts.firstStep - 1);
    this.#last = facts;
  }

  /** Notes the end of the stream. */
  end(): void {
    this.#flush(undefined, undefined);
  }

  #flush(batches: number | undefined, toStep: number | undefined): void {
    const part = this.#waiting;
    if (part === undefined) return;
    this.#waiting = undefined;
    const lost = part.batches ?? (batches === undefined ? undefined : Math.max(0, batches));
    const fromStep = this.#last === undefined ? undefined : this.#last.lastStep + 1;
    const steps =
      lost === 0 ? { rows: 0, fromStep: undefined, toStep: undefined } : { rows: undefined, fromStep, toStep };
    this.tell?.({ ...part, source: this.source, batches: lost, ...steps });
  }
}

/** Makes the error of a stream that is damaged at a byte. */
export function corrupt(name: string, offset: number, why: string, cause?: unknown): Error {
  return failure(
    "ERR_ARROW_CORRUPT",
    `${name} is damaged at byte ${offset}: ${why}; the rows before it are whole. fluxion verify says what else is, and ` +
      "replay(path, { onDamage }) passes over the damage",
    cause === undefined ? undefined : { cause },
  );
}
