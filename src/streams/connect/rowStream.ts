import { coreColumns } from "../../arrow/coreColumns.ts";
import { readFrom, streamMessages } from "../../arrow/messages.ts";
import { endOfStream } from "../../arrow/recordBatch.ts";
import type { Row, Run } from "../../arrow/row.ts";
import { RowDecoder } from "../../arrow/rowDecoder.ts";
import { sameColumns } from "../../arrow/schema.ts";
import { failure } from "../../errors.ts";

/** Columns that every row has, without its point. */
export const neededColumns = Object.keys(coreColumns).filter((name) => name !== "point");

/**
 * Reads the binary messages of a subscription, of the framing `continuous`, and passes on each row once.
 *
 * What was passed on is known by attempt and step, over any number of connections. Rows of one attempt share one `run`,
 * so that measures keep their states.
 */
export class RowStream {
  /** Attempt and step of the last row that was passed on. */
  last: { readonly attempt: number; readonly step: number } | undefined;
  #decoder: RowDecoder | undefined;
  #run: Run | undefined;
  /** The `run` of a later connection that stands for `#run`. */
  #other: Run | undefined;

  constructor(
    private readonly who: string,
    private readonly fromStep: number,
  ) {}

  /** Begins with the messages of another subscription. */
  restart(): void {
    this.#decoder = undefined;
  }

  /** The first step that a connection has to ask for. */
  get wanted(): number {
    return this.last === undefined ? this.fromStep : Math.max(this.fromStep, this.last.step + 1);
  }

  /** Reads a message. @throws ERR_ARROW_CORRUPT, ERR_ARROW_EMPTY, ERR_ARROW_FORMAT, ERR_ARROW_FOREIGN */
  *read(bytes: Uint8Array): Generator<Row, void, undefined> {
    if (isMark(bytes)) {
      this.#decoder = undefined;
      return;
    }
    const name = `${this.who}: a message of the server`;
    for (const message of streamMessages(readFrom(bytes), name)) {
      if (message.kind === "schema") this.#decoder = new RowDecoder(message.bytes, name);
      else yield* this.#rows(message.bytes);
    }
  }

  *#rows(message: Uint8Array): Generator<Row, void, undefined> {
    let rows: readonly Row[] = [];
    try {
      if (this.#decoder === undefined) throw new RangeError("rows came before their schema");
      rows = this.#decoder.decode(message);
    } catch (cause) {
      throw failure("ERR_ARROW_CORRUPT", `${this.who}: the server sent rows that cannot be read`, { cause });
    }
    for (const row of rows) {
      const { attempt } = row.run;
      const { last } = this;
      const known =
        last !== undefined && (attempt < last.attempt || (attempt === last.attempt && row.step <= last.step));
      if (known || row.step < this.fromStep) continue;
      this.last = { attempt, step: row.step };
      yield this.#same(row);
    }
  }

  #same(row: Row): Row {
    const run = this.#run;
    if (run === row.run) return row;
    if (run !== undefined && row.run !== this.#other) {
      if (run.attempt === row.run.attempt && run.name === row.run.name && sameColumns(run, row.run)) {
        this.#other = row.run;
      } else {
        this.#run = row.run;
        return row;
      }
    }
    this.#run ??= row.run;
    return run === undefined ? row : { ...row, run };
  }
}

function isMark(bytes: Uint8Array): boolean {
  return bytes.length === endOfStream.length && bytes.every((byte, at) => byte === endOfStream[at]);
}
