import { failure } from "../errors.ts";
import { corrupt, type ReadAt, readFrom, type StreamEnd, streamMessages } from "./messages.ts";
import type { Columns, Row, Run } from "./row.ts";
import { RowDecoder } from "./rowDecoder.ts";

/**
 * Reads the rows of a stream, from bytes or through a function that reads a file, and holds at most one batch at a
 * time.
 *
 * A stream whose writer was killed ends within a message. Then every whole batch before it is read, and `end` tells
 * that the stream is torn. The schema is read at once, the rows as they are asked for. Each iteration begins anew and
 * sees what was appended since.
 *
 * @example
 * import { readFileSync } from "node:fs";
 * const reader = new RunReader(readFileSync("runs/a/iterates-0001.arrows"), "iterates-0001.arrows");
 * for (const row of reader) console.log(row.step, row.value);
 * console.log(reader.end?.end); // "marked", "open" or "torn"
 * @throws {FluxionInputError} ERR_ARROW_EMPTY, ERR_ARROW_FORMAT, ERR_ARROW_FOREIGN; while rows are read
 *   ERR_ARROW_CORRUPT
 */
export class RunReader implements Iterable<Row> {
  /** The run that the schema describes. */
  readonly run: Run;
  readonly decoder: RowDecoder;
  /** How the stream ended; undefined until an iteration has come to the end. */
  end: StreamEnd | undefined;
  readonly #readAt: ReadAt;

  /**
   * @param source bytes, or a function that reads them
   * @param name name of the source, for error messages
   * @param declared see {@link RowDecoder}
   */
  constructor(
    source: Uint8Array | ReadAt,
    readonly name = "the stream",
    declared?: Columns,
  ) {
    this.#readAt = typeof source === "function" ? source : readFrom(source);
    const first = streamMessages(this.#readAt, name).next();
    if (first.done === true) {
      throw failure(
        "ERR_ARROW_EMPTY",
        `${name} ends within its schema, before any row; expected a whole schema. Was its run killed at the start?`,
      );
    }
    if (first.value.kind !== "schema") {
      throw failure("ERR_ARROW_FORMAT", `${name} does not begin with a schema; expected a whole Arrow stream`);
    }
    this.decoder = new RowDecoder(first.value.bytes, name, declared);
    this.run = this.decoder.run;
  }

  /** Yields the rows batch by batch. */
  *batches(): Generator<readonly Row[], StreamEnd, undefined> {
    const messages = streamMessages(this.#readAt, this.name);
    for (;;) {
      const next = messages.next();
      if (next.done === true) {
        this.end = next.value;
        return next.value;
      }
      const { offset, bytes, kind } = next.value;
      if (kind === "schema" && offset === 0) continue;
      if (kind !== "batch") throw corrupt(this.name, offset, "a message that is not a record batch");
      let rows: readonly Row[];
      try {
        rows = this.decoder.decode(bytes);
      } catch (error) {
        throw corrupt(this.name, offset, error instanceof Error ? error.message : String(error), error);
      }
      yield rows;
    }
  }

  /** Yields the rows in order. */
  *[Symbol.iterator](): Generator<Row, void, undefined> {
    for (const rows of this.batches()) yield* rows;
  }
}
