import { tableFromIPC } from "apache-arrow";
import { Subject } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../src/arrow/row.ts";
import type { ViewerServer } from "../../src/server/createViewerServer.ts";
import { webSocket } from "../../src/sinks/webSocket.ts";
import { makeRow, makeRun } from "../support/rows.ts";
import { connect, firstSteps, withServer } from "../support/viewer.ts";

const stream = suite("the stream");

/** A run whose rows the test makes. */
function openRun(server: ViewerServer, name = "example") {
  const run = makeRun({ name });
  const rows = new Subject<Row>();
  rows.pipe(webSocket(server, { batch: { rows: 10, seconds: 0.02 } })).subscribe();
  let step = 0;
  return {
    run,
    emit(count: number, fields: (step: number) => Partial<Row> = () => ({})) {
      for (const end = step + count; step < end; step++) rows.next(makeRow(run, step, fields(step)));
    },
    end: () => rows.next(makeRow(run, step++, { status: "converged" })),
  };
}

stream("gives a late viewer the history, then live rows, without a gap or a duplicate", () =>
  withServer(async (server) => {
    const run = openRun(server);
    run.emit(95);
    const viewers = [];
    for (let round = 0; round < 8; round++) {
      const viewer = await connect(server);
      viewer.send({ subscribe: { run: "example" } });
      viewers.push(viewer);
      // Rows come while the viewer is being given the history.
      run.emit(23);
      await new Promise((resolve) => setTimeout(resolve, round));
    }
    run.emit(50);
    run.end();
    const total = 95 + 8 * 23 + 50 + 1;
    for (const viewer of viewers) {
      await viewer.message("ended");
      assert.equal(viewer.steps, firstSteps(total));
      const live = await viewer.message("live");
      assert.ok(live.live.run === "example");
    }
  }),
);

stream("continues from a step, as a viewer does that lost its connection", () =>
  withServer(async (server) => {
    const run = openRun(server);
    run.emit(57);
    const viewer = await connect(server);
    viewer.send({ subscribe: { run: "example", fromStep: 33 } });
    run.emit(20);
    run.end();
    await viewer.message("ended");
    assert.equal(viewer.steps, firstSteps(78).slice(33));
  }),
);

stream("sends the columns that were asked for, and the step", () =>
  withServer(async (server) => {
    const run = openRun(server);
    run.emit(20);
    run.end();
    const viewer = await connect(server);
    viewer.send({ subscribe: { run: "example", columns: ["value", "residual"] } });
    await viewer.message("ended");
    const table = tableFromIPC(viewer.frames[0]!);
    assert.equal(
      table.schema.fields.map((field) => field.name),
      ["step", "value", "residual"],
    );
    assert.is(table.getChild("residual")!.get(14), 2);
  }),
);

stream("sends one schema and then batches in the continuous framing, which ends like a file", () =>
  withServer(async (server) => {
    const run = openRun(server);
    run.emit(25);
    const viewer = await connect(server);
    viewer.framing = "continuous";
    viewer.send({ subscribe: { run: "example", framing: "continuous" } });
    await viewer.message("live");
    run.emit(25);
    run.end();
    await viewer.message("ended");
    const table = tableFromIPC(Buffer.concat(viewer.frames));
    assert.equal([...table.getChild("step")!].map(Number), firstSteps(51));
  }),
);

stream("thins a long history to about the points asked for, and keeps spikes and NaN", () =>
  withServer(async (server) => {
    const run = openRun(server);
    const odd = new Map([
      [1234, 1e6],
      [1999, Number.NaN],
      [2718, -1e6],
    ]);
    run.emit(4000, (step) => ({ value: odd.get(step) ?? 1 / (1 + step) }));
    run.end();
    const viewer = await connect(server);
    viewer.send({ subscribe: { run: "example", points: 400 } });
    await viewer.message("ended");
    const { thinned } = await viewer.message("thinned");
    assert.is(thinned.rows, 4001);
    assert.is(thinned.sent, viewer.steps.length);
    assert.ok(thinned.sent <= 400, `${thinned.sent} rows`);
    for (const step of [0, ...odd.keys(), 4000]) assert.ok(viewer.steps.includes(step), `step ${step}`);
    assert.equal(
      viewer.steps,
      [...viewer.steps].sort((a, b) => a - b),
    );
  }),
);

stream("sends at most the rate asked for, up to the last row", () =>
  withServer(async (server) => {
    const run = openRun(server);
    run.emit(1);
    const viewer = await connect(server);
    viewer.send({ subscribe: { run: "example", maxRate: 50 } });
    await viewer.message("live");
    run.emit(5000);
    run.end();
    await viewer.message("ended");
    assert.ok(viewer.steps.length < 1000, `${viewer.steps.length} rows`);
    assert.is(viewer.steps.at(-1), 5001);
  }),
);

stream("says which rows are gone, where a run was kept in memory only", () =>
  withServer(
    async (server) => {
      const run = openRun(server);
      run.emit(3000);
      run.end();
      const viewer = await connect(server);
      viewer.send({ subscribe: { run: "example" } });
      await viewer.message("ended");
      const { gap } = await viewer.message("gap");
      assert.is(gap.fromStep, 0);
      assert.equal(viewer.steps, firstSteps(3001).slice(gap.toStep + 1));
    },
    { memoryBytes: 100_000 },
  ),
);

stream("lists runs as they come and end", () =>
  withServer(async (server) => {
    const viewer = await connect(server);
    assert.equal((await viewer.message("runs")).runs, []);
    const run = openRun(server, "one");
    run.emit(1);
    const infos = () => viewer.messages.flatMap((message) => ("runs" in message ? message.runs : []));
    const first = await viewer.until(() => infos().find(({ name }) => name === "one"), "run");
    assert.is(first.live, true);
    assert.is(first.columns!.residual?.meaning, "||J p + F||");
    run.end();
    const over = await viewer.until(() => infos().find(({ ending }) => ending !== undefined), "ending");
    assert.equal(over.ending, { status: "converged" });
  }),
);

stream("closes with 4400 what it does not understand, and says why", () =>
  withServer(async (server) => {
    openRun(server).emit(1);
    for (const [message, why] of [
      ["no json", /something that is not JSON/],
      [{ hello: 1 }, /expected subscribe, unsubscribe, command or acknowledge/],
      [{ subscribe: { run: "example", points: 3 } }, /expected subscribe/],
      [{ subscribe: { run: "example", extra: 1 } }, /expected subscribe/],
      [{ subscribe: { run: "example", columns: ["nonsense"] } }, /has no column nonsense/],
      [{ command: { run: "example", type: "set", setting: "a", value: "1" } }, /expected subscribe/],
      [{ command: { run: "example", type: "explode" } }, /expected subscribe/],
    ] as const) {
      const viewer = await connect(server);
      viewer.send(message);
      const { error } = await viewer.message("error");
      assert.match(error.message, why);
      assert.is((await viewer.closed).code, 4400);
    }
    const binary = await connect(server);
    binary.socket.send(Buffer.from("{}"));
    assert.is((await binary.closed).code, 4400);
  }),
);

stream("closes with 4404 for a run that nobody knows, and names those that there are", () =>
  withServer(async (server) => {
    openRun(server, "one").emit(1);
    const viewer = await connect(server);
    viewer.send({ subscribe: { run: "two" } });
    const { error } = await viewer.message("error");
    assert.equal(error, { code: "ERR_RUN_UNKNOWN", message: 'no run is called "two"; the runs are one' });
    assert.is((await viewer.closed).code, 4404);
  }),
);

stream("waits for a run of which a server that was started again has not been told yet, and for no other", () =>
  withServer(
    async (server) => {
      const [early, other, gone] = [await connect(server), await connect(server), await connect(server)];
      early.send({ subscribe: { run: "one" } });
      gone.send({ command: { run: "one", id: 1, type: "stop" } });
      gone.socket.close();
      await gone.closed;
      other.send({ subscribe: { run: "two" } });
      assert.is((await other.closed).code, 4404);
      const obeyed: string[] = [];
      server.commands.subscribe(({ type }) => obeyed.push(type));
      openRun(server, "one").emit(3);
      await early.until(() => early.steps.length === 3, "rows");
      assert.equal(early.steps, firstSteps(3));
      assert.equal(obeyed, []);
    },
    { awaited: ["one"] },
  ),
);

stream("takes no messages over 64 KB, nor a flood of them", () =>
  withServer(async (server) => {
    const big = await connect(server);
    big.send({ subscribe: { run: "x".repeat(70_000) } });
    assert.is((await big.closed).code, 1009);
    const flood = await connect(server);
    for (let i = 0; i < 150; i++) flood.send({ acknowledge: {} });
    assert.is((await flood.closed).code, 4400);
  }),
);

stream.run();
