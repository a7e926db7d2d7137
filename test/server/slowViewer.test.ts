import { Subject } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../src/arrow/row.ts";
import type { ViewerServer } from "../../src/server/createViewerServer.ts";
import { webSocket } from "../../src/sinks/webSocket.ts";
import { makeRow, makeRun } from "../support/rows.ts";
import { connect, firstSteps, withServer } from "../support/viewer.ts";

const slow = suite("a slow viewer");

/** Rows of 64 KB: 500 of them are more than what sockets of this machine hold. */
const rows = 500;
const large = { memoryBytes: 2 ** 28, bufferedBytes: 2 ** 18 };

async function overwhelm(server: ViewerServer, whenSlow: "thin" | "wait" | "close") {
  const run = makeRun({ columns: {} });
  const source = new Subject<Row>();
  source.pipe(webSocket(server, { batch: { rows: 8, seconds: 0.02 }, points: "all" })).subscribe();
  const point = Float64Array.from({ length: 8192 }, (_, i) => i);
  source.next(makeRow(run, 0, { point }));
  const [lazy, fast] = [await connect(server), await connect(server)];
  lazy.send({ subscribe: { run: "example", whenSlow, points: 64 } });
  fast.send({ subscribe: { run: "example", whenSlow: "wait" } });
  await Promise.all([lazy.message("live"), fast.message("live")]);
  lazy.socket.pause();
  for (let step = 1; step < rows; step++) {
    source.next(makeRow(run, step, { point, ...(step === rows - 1 ? { status: "converged" } : {}) }));
    if (step % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await fast.message("ended");
  assert.equal(fast.steps, firstSteps(rows), "the other one has every row");
  lazy.socket.resume();
  return lazy;
}

slow("gets the rows it missed thinned, and stays", () =>
  withServer(async (server) => {
    const lazy = await overwhelm(server, "thin");
    await lazy.message("ended");
    await lazy.message("thinned");
    assert.ok(lazy.steps.length < rows);
    assert.is(lazy.steps.at(-1), rows - 1);
  }, large),
);

slow("gets every row later, if it wants to wait", () =>
  withServer(async (server) => {
    const lazy = await overwhelm(server, "wait");
    await lazy.message("ended");
    assert.equal(lazy.steps, firstSteps(rows));
  }, large),
);

slow("is closed with 4429, if it wants every row at once", () =>
  withServer(async (server) => {
    const lazy = await overwhelm(server, "close");
    assert.is((await lazy.closed).code, 4429);
  }, large),
);

slow.run();
