import { failure } from "../errors.ts";
import type { Damage } from "./checks/damage.ts";
import { corrupt } from "./checks/losses.ts";
import type { BatchFacts } from "./checks/seal.ts";
import { type MessageOptions, type ReadAt, readFrom, type StreamEnd, streamMessages } from "./messages.ts";
import type { Columns, Row, Run } from "./row.ts";
import { RowDecoder } from "./rowDecoder.ts";

/** Options of {@link RunReader}. */
export interface RunReaderOptions extends Pick<MessageOptions, "onDamage" | "strict" | "select"> {
  /**
   * Function that gives the schema message of another stream with the same columns, where the stream's own schema is
   * damaged. It gets the word `fields` of a batch. Default: such a stream cannot be read.
   */
  readonly otherSchema?: (fields: string) => Uint8Array | undefined;
}

/**
 * Reads the rows of a stream, from bytes or through a function that reads a file, and holds at most one batch at a
 * time.
 *
 * A stream whose writer was killed ends within a message. Then every whole batch before it is read, and `end` tells
 * that the stream is torn. The schema is read at once, the rows as they are asked for. Each iteration begins anew and
 * sees what was appended since. Schema and batches are checked where they have a checksum.
 *
 * @example
 * import { readFileSync } from "node:fs";
 * const reader = new RunReader(readFileSync("runs/a/iterates-0001.arrows"), "iterates-0001.arrows");
 * for (const row of reader) console.log(row.step, row.value);
 * console.log(reader.end?.end); // "marked", "open" or "torn"
 * @throws {FluxionInputError} ERR_ARROW_EMPTY, ERR_ARROW_FORMAT, ERR_ARROW_FOREIGN, ERR_ARROW_CORRUPT; while rows are
 *   read ERR_ARROW_CORRUPT, unless there is an `onDamage`
 */
export class RunReader implements Iterable<Row> {
  /** The run that the schema describes. */
  readonly run: Run;
  readonly decoder: RowDecoder;
  /** How the stream ended; undefined until an iteration has come to the end. */
  end: StreamEnd | undefined;
  /** Whether schema and batches have checksums, as far as they were read. Files of earlier versions have none. */
  checked: boolean;
  readonly #readAt: ReadAt;

  /**
   * @param source bytes, or a function that reads them
   * @param name name of the source, for error messages
   * @param declared see {@link RowDecoder}
   * @param options {@link RunReaderOptions}
   */
  constructor(
    source: Uint8Array | ReadAt,
    readonly name = "the stream",
    declared?: Columns,
    private readonly options: RunReaderOptions = {},
  ) {
    this.#readAt = typeof source === "function" ? source : readFrom(source);
    const { onDamage, strict = false, otherSchema } = options;
    const damages: Damage[] = [];
    // Damage is told when the rows are read.
    const quiet = onDamage === undefined ? undefined : (damage: Damage) => void damages.push(damage);
    const first = streamMessages(this.#readAt, name, { strict, onDamage: quiet }).next();
    if (first.done === true) {
      if (damages.length > 0) throw corrupt(name, 0, "its schema is damaged, and no batch is whole");
      throw failure(
        "ERR_ARROW_EMPTY",
        `${name} ends within its schema, before any row; expected a whole schema. Was its run killed at the start?`,
      );
    }
    const { kind, facts, bytes, checked } = first.value;
    if (kind !== "schema" && damages.length === 0) {
      throw failure("ERR_ARROW_FORMAT", `${name} does not begin with a schema; expected a whole Arrow stream`);
    }
    const header = kind === "schema" ? bytes : facts === undefined ? undefined : otherSchema?.(facts.fields);
    if (header === undefined) throw corrupt(name, 0, "its schema is damaged");
    this.checked = checked;
    this.decoder = new RowDecoder(header, name, declared);
    this.run = this.decoder.run;
  }

  /** Yields the rows batch by batch. */
  *batches(): Generator<readonly Row[], StreamEnd, undefined> {
    const { onDamage, strict = false, select } = this.options;
    const messages = streamMessages(this.#readAt, this.name, { onDamage, strict, select });
    for (;;) {
      const next = messages.next();
      if (next.done === true) {
        this.end = next.value;
        return next.value;
      }
      const { offset, bytes, kind, facts, checked } = next.value;
      if (kind === "schema" && offset === 0) continue;
      this.checked &&= checked;
      const refuse = (why: string, cause?: unknown): void => {
        if (onDamage === undefined) throw corrupt(this.name, offset, why, cause);
        onDamage({ source: this.name, offset, bytes: bytes.length, why, ...lossOf(facts) });
      };
      if (kind !== "batch") {
        refuse("a message that is not a record batch");
        continue;
      }
      let rows: readonly Row[];
      try {
        rows = this.decoder.decode(bytes);
      } catch (error) {
        refuse(error instanceof Error ? error.message : String(error), error);
        continue;
      }
      yield rows;
    }
  }

  /** Yields the rows in order. */
  *[Symbol.iterator](): Generator<Row, void, undefined> {
    for (const rows of this.batches()) yield* rows;
  }
}

/** What the facts of a batch tell about its loss. */
function lossOf(facts: BatchFacts | undefined): Pick<Damage, "batches" | "rows" | "fromStep" | "toStep"> {
  return { batches: 1, rows: facts?.rows, fromStep: facts?.firstStep, toStep: facts?.lastStep };
}
