/** Runs, viewers and their requests at random, and a naive model of the rows that each viewer gets. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { RecordBatchReader } from "apache-arrow";
import * as assert from "uvu/assert";
import { WebSocket } from "ws";
import { recordRun } from "../../src/arrow/recorder.ts";
import type { Run } from "../../src/arrow/row.ts";
import { iteratesFileName } from "../../src/arrow/runFile.ts";
import type { ViewerServer } from "../../src/server/createViewerServer.ts";
import type { ServerMessage } from "../../src/server/messages.ts";
import * as fc from "./fastCheck.ts";
import { makeRow } from "./rows.ts";

/** A row as the model knows it. */
export interface Seen {
  readonly step: number;
  readonly attempt: number;
}

export interface Attempt {
  readonly first: number;
  readonly rows: number;
  readonly batch: number;
  /** What is left of its file. `torn`: half of the last batch is missing. */
  readonly state: "empty" | "halfSchema" | "schemaOnly" | "torn" | "whole";
}
export type Action =
  | { readonly kind: "subscribe"; readonly viewer: number; readonly request: Wanted }
  | {
      readonly kind: "get";
      readonly request: Wanted & { readonly toStep?: number | undefined; readonly last?: number | undefined };
    }
  | { readonly kind: "grow"; readonly rows: number }
  | { readonly kind: "pause" };
export interface Wanted {
  readonly columns?: readonly string[] | undefined;
  readonly fromStep: number;
  readonly framing: "frames" | "continuous";
  /** Number of rows to which history is thinned. */
  readonly points?: number | undefined;
}

export const viewers = 3;
export const step = fc.nat({ max: 70 });
export const wanted = {
  columns: fc.option(fc.constantFrom(["value"], ["value", "residual"], ["step"], ["spectrum"]), { nil: undefined }),
  fromStep: step,
  framing: fc.constantFrom("frames" as const, "continuous" as const),
  points: fc.option(fc.integer({ min: 16, max: 18 }), { nil: undefined, freq: 3 }),
};
export const anyAttempt: fc.Arbitrary<Attempt> = fc.record({
  first: fc.nat({ max: 40 }),
  rows: fc.nat({ max: 40 }),
  batch: fc.integer({ min: 1, max: 16 }),
  state: fc.constantFrom("empty", "halfSchema", "schemaOnly", "torn", "whole"),
});
export const anyAction: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    kind: fc.constant("subscribe" as const),
    viewer: fc.nat({ max: viewers - 1 }),
    request: fc.record(wanted),
  }),
  fc.record({
    kind: fc.constant("get" as const),
    request: fc.record({
      ...wanted,
      toStep: fc.option(step, { nil: undefined }),
      last: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
    }),
  }),
  fc.record({ kind: fc.constant("grow" as const), rows: fc.integer({ min: 1, max: 20 }) }),
  fc.constant({ kind: "pause" as const }),
);

/** Writes the file of an attempt and returns the rows that can be read from it. */
export function writeAttempt(
  directory: string,
  number: number,
  run: Run,
  { first, rows, batch, state }: Attempt,
): Seen[] {
  const path = join(directory, iteratesFileName(number));
  if (state === "empty") {
    writeFileSync(path, "");
    return [];
  }
  let readable: Seen[] = [];
  const parts: Uint8Array[] = [];
  const recorder = recordRun(run, {
    batch: { rows: batch },
    sink: ({ kind, bytes, ...place }) => {
      if (kind === "end") return;
      parts.push(bytes);
      if (kind !== "batch" || !("firstStep" in place)) return;
      for (let at = place.firstStep; at <= place.lastStep; at++) readable.push({ step: at, attempt: run.attempt });
    },
  });
  for (let at = first; at < first + rows; at++) recorder.append(valued(run, at));
  recorder.close();
  // A recorder writes its schema with the first row.
  if (parts.length === 0) return writeAttempt(directory, number, run, { first, rows: 1, batch, state: "schemaOnly" });
  if (state === "halfSchema") parts.splice(0, parts.length, parts[0]!.subarray(0, 100));
  if (state === "schemaOnly") parts.splice(1);
  if (state === "halfSchema" || state === "schemaOnly") readable = [];
  if (state === "torn") {
    const last = parts.pop()!;
    parts.push(last.subarray(0, last.length / 2));
    readable = parts.length === 1 ? [] : readable.slice(0, Math.floor((rows - 1) / batch) * batch);
  }
  writeFileSync(path, Buffer.concat(parts));
  return readable;
}

/** The value tells the attempt, so that rows of different attempts can be told apart. */
export const valued = (run: Run, at: number) => makeRow(run, at, { value: run.attempt * 1000 + at });

/** Rows of all attempts, those left out that a newer attempt did again. */
export function merged(attempts: readonly (readonly Seen[])[]): Seen[] {
  return attempts.flatMap((rows, index) => {
    const later = attempts.slice(index + 1).flatMap((other) => (other.length === 0 ? [] : [other[0]!.step]));
    return rows.filter((row) => row.step < Math.min(...later, Number.POSITIVE_INFINITY));
  });
}

/** Reads Arrow streams that stand one after the other. The last one may lack its end. */
export function readStreams(bytes: Uint8Array, columns: readonly string[] | undefined): Seen[] {
  const rows: Seen[] = [];
  if (bytes.length === 0) return rows;
  for (const reader of RecordBatchReader.readAll(bytes) as Iterable<RecordBatchReader>) {
    for (const batch of reader) {
      const names = batch.schema.fields.map(({ name }) => name);
      if (columns === undefined) assert.ok(names.length > 8, names.join());
      else assert.equal([...names].sort(), [...new Set(["step", ...columns])].sort());
      const steps = batch.getChild("step")!;
      const values = batch.getChild("value");
      for (let i = 0; i < batch.numRows; i++) {
        const at = Number(steps.get(i));
        rows.push({ step: at, attempt: values === null ? -1 : (Number(values.get(i)) - at) / 1000 });
      }
    }
  }
  return rows;
}

/** What the model says for a request, in the form in which `readStreams` gives it. */
export function expected(
  all: readonly Seen[],
  { columns, fromStep, toStep, last }: Wanted & { toStep?: number | undefined; last?: number | undefined },
) {
  const from = Math.max(fromStep, last === undefined ? 0 : (all.at(-1)?.step ?? 0) - last + 1);
  const known = columns === undefined || columns.includes("value");
  return all
    .filter((row) => row.step >= from && row.step <= (toStep ?? Number.POSITIVE_INFINITY))
    .map((row) => (known ? row : { ...row, attempt: -1 }));
}

/** Thinned rows are some of those that were asked for, in order, and the first and the last of them. */
export function assertRows(got: readonly Seen[], wantedRows: readonly Seen[], { points }: Wanted): void {
  if (points === undefined) {
    assert.equal(got, wantedRows);
    return;
  }
  let at = 0;
  for (const { step, attempt } of got) {
    at = wantedRows.findIndex((row, index) => index >= at && row.step === step && row.attempt === attempt) + 1;
    assert.ok(at > 0, `step ${step} of attempt ${attempt} was not asked for, or came twice`);
  }
  assert.equal([got[0], got.at(-1)], [wantedRows[0], wantedRows.at(-1)]);
}

/** A viewer that keeps what came for its newest subscription. */
export class Client {
  request: Wanted | undefined;
  #frames: Buffer[] = [];
  #state = "";
  /** Whether the newest subscription was answered. One that is replaced early is not answered. */
  #answered = false;
  #wake: (() => void)[] = [];
  constructor(readonly socket: WebSocket) {
    socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary) this.#frames.push(data);
      else {
        const message = JSON.parse(String(data)) as ServerMessage;
        if ("subscribed" in message) {
          const { subscribed } = message;
          this.#answered = isDeepStrictEqual(
            [subscribed.columns, subscribed.fromStep, subscribed.framing, subscribed.points],
            [this.request?.columns, this.request?.fromStep, this.request?.framing, this.request?.points],
          );
          this.#frames = [];
          this.#state = "";
        } else if ("live" in message || "ended" in message) this.#state = Object.keys(message)[0]!;
        else if ("error" in message) this.#state = `error: ${message.error.message}`;
      }
      for (const wake of this.#wake.splice(0)) wake();
    });
  }
  subscribe(run: string, request: Wanted): void {
    this.request = request;
    this.#answered = false;
    const { columns, ...rest } = request;
    this.socket.send(JSON.stringify({ subscribe: { run, ...rest, ...(columns === undefined ? {} : { columns }) } }));
  }
  async until(state: "live" | "ended"): Promise<void> {
    const end = Date.now() + 10_000;
    const reached = () => this.#answered && (this.#state === state || this.#state === "ended");
    while (!reached()) {
      assert.ok(Date.now() < end && !this.#state.startsWith("error"), `no "${state}" but "${this.#state}"`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 100);
        this.#wake.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }
  rows(): Seen[] {
    const { columns, framing } = this.request!;
    if (framing === "continuous") return readStreams(Buffer.concat(this.#frames), columns);
    return this.#frames.flatMap((frame) => readStreams(frame, columns));
  }
}

export async function clientOf(server: ViewerServer): Promise<Client> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/stream?token=${server.token}`, ["v1.fluxion"]);
  await new Promise((resolve, reject) => socket.on("open", resolve).on("error", reject));
  return new Client(socket);
}
