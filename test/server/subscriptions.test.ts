/** Whatever viewers ask for, and in whatever order, each gets the rows that a naive model gives, once and in order. */
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { RecordBatchReader } from "apache-arrow";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { WebSocket } from "ws";
import { recordRun } from "../../src/arrow/recorder.ts";
import type { Run } from "../../src/arrow/row.ts";
import { iteratesFileName } from "../../src/arrow/runFile.ts";
import type { ViewerServer } from "../../src/server/createViewerServer.ts";
import type { ServerMessage } from "../../src/server/messages.ts";
import * as fc from "../support/fastCheck.ts";
import { makeRow, makeRun } from "../support/rows.ts";
import { scratchPath } from "../support/scratch.ts";
import { withServer } from "../support/viewer.ts";

const subscriptions = suite("subscriptions and requests");

/** A row as the model knows it. */
interface Seen {
  readonly step: number;
  readonly attempt: number;
}

interface Attempt {
  readonly first: number;
  readonly rows: number;
  readonly batch: number;
  /** What is left of its file. `torn`: half of the last batch is missing. */
  readonly state: "empty" | "halfSchema" | "schemaOnly" | "torn" | "whole";
}
type Action =
  | { readonly kind: "subscribe"; readonly viewer: number; readonly request: Wanted }
  | {
      readonly kind: "get";
      readonly request: Wanted & { readonly toStep?: number | undefined; readonly last?: number | undefined };
    }
  | { readonly kind: "grow"; readonly rows: number }
  | { readonly kind: "pause" };
interface Wanted {
  readonly columns?: readonly string[] | undefined;
  readonly fromStep: number;
  readonly framing: "frames" | "continuous";
  /** Number of rows to which history is thinned. */
  readonly points?: number | undefined;
}

const viewers = 3;
const step = fc.nat({ max: 70 });
const wanted = {
  columns: fc.option(fc.constantFrom(["value"], ["value", "residual"], ["step"], ["spectrum"]), { nil: undefined }),
  fromStep: step,
  framing: fc.constantFrom("frames" as const, "continuous" as const),
  points: fc.option(fc.integer({ min: 16, max: 18 }), { nil: undefined, freq: 3 }),
};
const anyAttempt: fc.Arbitrary<Attempt> = fc.record({
  first: fc.nat({ max: 40 }),
  rows: fc.nat({ max: 40 }),
  batch: fc.integer({ min: 1, max: 16 }),
  state: fc.constantFrom("empty", "halfSchema", "schemaOnly", "torn", "whole"),
});
const anyAction: fc.Arbitrary<Action> = fc.oneof(
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
function writeAttempt(directory: string, number: number, run: Run, { first, rows, batch, state }: Attempt): Seen[] {
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
const valued = (run: Run, at: number) => makeRow(run, at, { value: run.attempt * 1000 + at });

/** Rows of all attempts, those left out that a newer attempt did again. */
function merged(attempts: readonly (readonly Seen[])[]): Seen[] {
  return attempts.flatMap((rows, index) => {
    const later = attempts.slice(index + 1).flatMap((other) => (other.length === 0 ? [] : [other[0]!.step]));
    return rows.filter((row) => row.step < Math.min(...later, Number.POSITIVE_INFINITY));
  });
}

/** Reads Arrow streams that stand one after the other. The last one may lack its end. */
function readStreams(bytes: Uint8Array, columns: readonly string[] | undefined): Seen[] {
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
function expected(
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
function assertRows(got: readonly Seen[], wantedRows: readonly Seen[], { points }: Wanted): void {
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
class Client {
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

async function clientOf(server: ViewerServer): Promise<Client> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/stream?token=${server.token}`, ["v1.fluxion"]);
  await new Promise((resolve, reject) => socket.on("open", resolve).on("error", reject));
  return new Client(socket);
}

subscriptions("give each viewer exactly the rows it asked for, once, in order, on any files", () =>
  withServer(async (server) => {
    let count = 0;
    const scenario = fc.record({
      earlier: fc.array(anyAttempt, { maxLength: 3 }),
      live: fc.record({ first: fc.nat({ max: 40 }), batch: fc.integer({ min: 1, max: 8 }), inMemory: fc.boolean() }),
      actions: fc.array(anyAction, { minLength: 1, maxLength: 14 }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ earlier, live, actions }) => {
        const directory = scratchPath();
        mkdirSync(directory);
        const plain = `run-${++count}`;
        const run = makeRun({ name: plain, attempt: earlier.length + 1 });
        const attempts: Seen[][] = earlier.map((attempt, index) =>
          writeAttempt(directory, index + 1, { ...run, attempt: index + 1 }, attempt),
        );
        const grown: Seen[] = [];
        attempts.push(grown);
        let name = "";
        let next = live.first;
        const inFile = !live.inMemory || earlier.length > 0;
        const recorder = recordRun(run, {
          batch: { rows: live.batch },
          sink(message) {
            if (inFile) appendFileSync(join(directory, iteratesFileName(run.attempt)), message.bytes);
            if (message.kind === "header") name = server.hub.open(run, message.bytes, inFile ? { directory } : {});
            if (message.kind !== "batch") return;
            server.hub.batch(name, message.bytes, message.firstStep, message.lastStep, message.rows);
            for (let at = message.firstStep; at <= message.lastStep; at++)
              grown.push({ step: at, attempt: run.attempt });
          },
        });
        const grow = (rows: number): void => {
          for (const end = next + rows; next < end; next++) recorder.append(valued(run, next));
          recorder.flush();
        };
        // The schema comes with the first row.
        grow(1);
        const clients = await Promise.all(Array.from({ length: viewers }, () => clientOf(server)));
        try {
          for (const action of actions) {
            if (action.kind === "grow") grow(action.rows);
            else if (action.kind === "pause") {
              for (const client of clients) if (client.request !== undefined) await client.until("live");
            } else if (action.kind === "subscribe") clients[action.viewer]!.subscribe(name, action.request);
            else {
              const { columns, framing: _, ...numbers } = action.request;
              const query = new URLSearchParams({ token: server.token });
              for (const [key, value] of Object.entries(numbers))
                if (value !== undefined) query.set(key, String(value));
              if (columns !== undefined) query.set("columns", columns.join());
              const response = await fetch(`http://127.0.0.1:${server.port}/runs/${name}/rows?${query}`);
              const body = new Uint8Array(await response.arrayBuffer());
              assert.is(response.status, 200, Buffer.from(body).toString());
              assertRows(readStreams(body, columns), expected(merged(attempts), action.request), action.request);
            }
          }
          recorder.close();
          server.hub.close(name, { status: "stopped" });
          for (const client of clients) {
            if (client.request === undefined) continue;
            await client.until("ended");
            assertRows(client.rows(), expected(merged(attempts), client.request), client.request);
          }
        } finally {
          for (const client of clients) client.socket.terminate();
        }
      }),
      { numRuns: 60 },
    );
  }),
);

subscriptions.run();
