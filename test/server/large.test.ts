/** Large answers come piece by piece, others are answered meanwhile, and nothing is done for who has left. */
import { connect as connectSocket } from "node:net";
import { from, Subject } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { recordRun } from "../../src/arrow/recorder.ts";
import type { Row } from "../../src/arrow/row.ts";
import { iteratesFileName } from "../../src/arrow/runFile.ts";
import { planFor } from "../../src/server/rows/plan.ts";
import { renderThinned } from "../../src/server/rows/render.ts";
import type { Batch } from "../../src/server/segment.ts";
import { ServedRun } from "../../src/server/servedRun.ts";
import { makePauses, nextTurn } from "../../src/server/turns.ts";
import type { ViewerServer } from "../../src/server/viewerServer.ts";
import { arrowFile } from "../../src/sinks/arrowFile.ts";
import { webSocket } from "../../src/sinks/webSocket.ts";
import { makeRow, makeRun } from "../support/rows.ts";
import { scratchPath } from "../support/scratch.ts";
import { withServer } from "../support/viewer.ts";

const large = suite("large answers");

/** Encoded batches that count how often they are read. */
function countedBatches(count: number) {
  const batches: Batch[] = [];
  let header: Uint8Array | undefined;
  const reads: number[] = [];
  const run = makeRun();
  const recorder = recordRun(run, {
    batch: { rows: 10 },
    sink(message) {
      if (message.kind === "header") header = message.bytes;
      if (message.kind !== "batch") return;
      const index = batches.length;
      const { firstStep, lastStep, rows, bytes } = message;
      const read = (): Uint8Array => {
        reads.push(index);
        return bytes;
      };
      batches.push({ index, firstStep, lastStep, rows, bytes: bytes.length, read });
    },
  });
  for (let step = 0; step < 10 * count; step++) recorder.append(makeRow(run, step));
  recorder.close();
  return { header: header!, batches, reads };
}

/** Does work while each look at the clock costs some milliseconds, so that shares end alike on every processor. */
async function onSlowClock<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
  const { now } = performance;
  let looks = 0;
  performance.now = () => now.call(performance) + milliseconds * looks++;
  try {
    return await work();
  } finally {
    performance.now = now;
  }
}

large("are not thinned any further once nobody wants them", async () => {
  const { header, batches, reads } = countedBatches(50);
  const range = { segment: 0, header, batches, fromStep: 0, upToStep: Number.POSITIVE_INFINITY };
  const thin = async (wanted: () => boolean): Promise<number> => {
    let rows = 0;
    const parts = renderThinned([range], [planFor(header, undefined)], { points: 16, scale: "linear" }, wanted);
    for await (const part of parts) rows += part.rows;
    return rows;
  };
  assert.is(await thin(() => reads.length < 7), 0);
  assert.is(reads.length, 7);
  assert.ok((await thin(() => true)) > 0);
});

large("read the files of a run only as long as somebody waits for them, once for all who wait", async () => {
  const path = `${scratchPath()}-${iteratesFileName(1)}`;
  const run = makeRun();
  from(Array.from({ length: 20_000 }, (_, step) => makeRow(run, step)))
    .pipe(arrowFile(path, { batch: { rows: 10 } }))
    .subscribe();
  const served = new ServedRun("example", run, [{ path, attempt: 1 }]);
  let looks = 0;
  assert.is(await served.prepare(() => looks++ < 1), false);
  assert.is(served.isPrepared, false);
  let turns = 0;
  const count = (): void => {
    turns++;
    if (!served.isPrepared) setImmediate(count);
  };
  setImmediate(count);
  const prepared = await onSlowClock(2, () => Promise.all([served.prepare(() => true), served.prepare(() => true)]));
  assert.equal(prepared, [true, true]);
  assert.is(served.segments.length, 1);
  assert.is(served.segments[0]!.rows, 20_000);
  assert.ok(turns >= 400, `others had ${turns} turns`);
  served.close();
});

large("take turns, so that each waits for one share of another's work", async () => {
  const order: string[] = [];
  const work = async (name: string): Promise<void> => {
    const pause = makePauses();
    await nextTurn();
    for (let piece = 0; piece < 6; piece++) {
      order.push(name);
      const end = performance.now() + 9;
      while (performance.now() < end);
      await pause();
    }
  };
  await Promise.all([work("a"), work("b"), work("c")]);
  assert.is(order.join(""), "abc".repeat(6));
});

function request(server: ViewerServer, path: string) {
  const socket = connectSocket(server.port, "127.0.0.1");
  let bytes = 0;
  let tail = "";
  socket.on("data", (chunk) => {
    bytes += chunk.length;
    tail = (tail + chunk.toString("latin1")).slice(-16);
  });
  socket.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nConnection: close\r\n\r\n`);
  return { socket, closed, bytes: () => bytes, isComplete: () => tail.endsWith("\r\n0\r\n\r\n") };
}

large("wait for their client, hold no rows for it, and say when rows are gone", () =>
  withServer(
    async (server) => {
      const run = makeRun({ columns: {} });
      const rows = new Subject<Row>();
      rows.pipe(webSocket(server, { batch: { rows: 8 }, points: "all" })).subscribe();
      const point = new Float64Array(8192);
      let step = 0;
      const emit = (count: number): void => {
        for (const end = step + count; step < end; step++) rows.next(makeRow(run, step, { point }));
      };
      emit(400);
      const path = `/runs/example/rows?token=${server.token}`;
      const whole = request(server, path);
      await whole.closed;
      assert.ok(whole.isComplete() && whole.bytes() > 390 * 65_536, `${whole.bytes()} bytes`);
      const stalled = request(server, path);
      stalled.socket.pause();
      // The list of runs is answered while 26 MB wait for a client who does not read.
      for (let i = 0; i < 20; i++) {
        const list = request(server, `/runs?token=${server.token}`);
        await list.closed;
        assert.ok(list.bytes() > 100);
      }
      // All that the stalled client has not taken is dropped from memory.
      emit(1000);
      stalled.socket.resume();
      await stalled.closed;
      assert.not.ok(stalled.isComplete(), "an answer with a hole looked whole");
      const after = request(server, path);
      await after.closed;
      assert.ok(after.isComplete());
    },
    { memoryBytes: 2 ** 25 },
  ),
);

large.run();
