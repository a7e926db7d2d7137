import { from, NEVER, of, Subject, throwError } from "rxjs";
import { concatWith } from "rxjs/operators";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../src/arrow/row.ts";
import { extragradient } from "../../src/operators/games/extragradient.ts";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { bilinear } from "../../src/problems/games/bilinear.ts";
import type { ViewerServer } from "../../src/server/createViewerServer.ts";
import type { RunInfo } from "../../src/server/messages.ts";
import { webSocket } from "../../src/sinks/webSocket.ts";
import { iterate } from "../../src/streams/iterate.ts";
import { assertError } from "../support/assert.ts";
import { makeRow, makeRows, makeRun } from "../support/rows.ts";
import { connect, firstSteps, withServer } from "../support/viewer.ts";

const sink = suite("webSocket");

async function runsOf(server: ViewerServer): Promise<readonly RunInfo[]> {
  const response = await fetch(`http://127.0.0.1:${server.port}/runs?token=${server.token}`);
  return ((await response.json()) as { runs: readonly RunInfo[] }).runs;
}

sink("passes the very rows through, in the same turn", () =>
  withServer(async (server) => {
    const rows = makeRows(700);
    const passed: Row[] = [];
    from(rows)
      .pipe(webSocket(server))
      .subscribe((row) => passed.push(row));
    assert.is(passed.length, 700);
    assert.ok(passed.every((row, i) => row === rows[i]));
  }),
);

sink("shows them to viewers who come before, during and after", () =>
  withServer(async (server) => {
    const run = makeRun();
    const source = new Subject<Row>();
    source.pipe(webSocket(server)).subscribe();
    for (let step = 0; step < 10; step++) source.next(makeRow(run, step));
    const during = await connect(server);
    during.send({ subscribe: { run: "example" } });
    await during.until(() => during.steps.length === 10, "10 rows");
    for (let step = 10; step < 20; step++) source.next(makeRow(run, step, step === 19 ? { status: "converged" } : {}));
    await during.message("ended");
    assert.equal(during.steps, firstSteps(20));
    const after = await connect(server);
    after.send({ subscribe: { run: "example" } });
    await after.message("ended");
    assert.equal(after.steps, firstSteps(20));
  }),
);

sink("tells how a run ended", () =>
  withServer(async (server) => {
    const rows = (name: string) =>
      makeRows(3, makeRun({ name })).map((row) => ({ ...row, status: "running" as const }));
    from(rows("completed")).pipe(webSocket(server)).subscribe();
    from(rows("failed"))
      .pipe(concatWith(throwError(() => new Error("out of luck"))), webSocket(server))
      .subscribe({ error: () => undefined });
    from(rows("left")).pipe(concatWith(NEVER), webSocket(server)).subscribe().unsubscribe();
    of({ ...rows("diverged")[0]!, status: "diverged" as const })
      .pipe(webSocket(server))
      .subscribe();
    const endings = new Map((await runsOf(server)).map(({ name, ending }) => [name, ending]));
    assert.equal(endings.get("completed"), { status: "stopped", message: "the stream completed without a verdict" });
    assert.equal(endings.get("failed"), { status: "failed", message: "out of luck" });
    assert.equal(endings.get("left"), { status: "stopped", message: "interrupted" });
    assert.equal(endings.get("diverged"), { status: "diverged" });
  }),
);

sink("keeps several runs of one stream apart", () =>
  withServer(async (server) => {
    const [a, b] = [makeRun({ name: "a" }), makeRun({ name: "b" })];
    from([makeRow(a, 0), makeRow(b, 0), makeRow(a, 1), makeRow(b, 1), makeRow(a, 2)])
      .pipe(webSocket(server))
      .subscribe();
    assert.equal(
      (await runsOf(server)).map(({ name, lastStep }) => [name, lastStep]),
      [
        ["a", 2],
        ["b", 1],
      ],
    );
  }),
);

sink("lets rows through after the server was closed", async () => {
  let passed = 0;
  const source = new Subject<Row>();
  await withServer(async (server) => {
    source.pipe(webSocket(server)).subscribe(() => passed++);
    source.next(makeRow(makeRun({ name: "early" }), 0));
  });
  const [, ...rest] = makeRows(600, makeRun({ name: "late" }));
  for (const row of rest) source.next(row);
  assert.is(passed, 600);
});

sink("lets viewers steer the loop: pause, single steps, a parameter, stop; each stands in the rows", () =>
  withServer(async (server) => {
    const rows: Row[] = [];
    const commands = server.commandsFor("game");
    iterate(bilinear(), [1, 1], extragradient({ stepSize: 0.1 }), { name: "game", commands })
      .pipe(untilStep(1e9), webSocket(server))
      .subscribe((row) => rows.push(row));
    const viewer = await connect(server);
    await viewer.until(
      () => viewer.messages.some((message) => "runs" in message && message.runs[0]?.steerable === true),
      "steerable run",
    );
    let id = 0;
    const steer = async (command: Readonly<Record<string, unknown>>) => {
      const own = ++id;
      viewer.send({ command: { run: "game", id: own, ...command } });
      const reply = await viewer.until(
        () => viewer.messages.find((message) => "reply" in message && message.reply.id === own),
        `reply to ${JSON.stringify(command)}`,
      );
      return "reply" in reply ? reply.reply.outcome : undefined;
    };
    const paused = await steer({ type: "pause" });
    const count = rows.length;
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.is(rows.length, count, "no row comes while the run is paused");
    await steer({ type: "set", setting: "extragradient.stepSize", value: 0.2 });
    assert.is((await steer({ type: "step", count: 2 }))?.step, paused?.step);
    assert.match(
      (await steer({ type: "set", setting: "extragradient.stepsize", value: 1 }))?.refused ?? "",
      /Did you mean/,
    );
    await viewer.until(() => rows.length === count + 2, "two rows");
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.is(rows.length, count + 2, "two steps were let through");
    await steer({ type: "stop" });
    await viewer.until(() => rows.at(-1)?.status === "stopped", "last row");
    assert.equal([rows[count]?.stepSize, rows[count + 1]?.stepSize], [0.2, 0.2]);
    const recorded = rows.flatMap((row) => row.commands ?? []).map(({ type }) => type);
    assert.equal(recorded, ["pause", "set", "step", "set", "stop"]);
    viewer.send({ subscribe: { run: "game" } });
    const { ended } = await viewer.message("ended");
    assert.equal(ended.ending, { status: "stopped" });
    assert.is(viewer.steps.at(-1), rows.at(-1)?.step);
  }),
);

sink("refuses limits that are no positive numbers, at once", () => {
  const server = { hub: {} as ViewerServer["hub"] };
  assertError(() => webSocket(server, { batch: { rows: 0 } }), "ERR_OPTION_RANGE", /batch.rows/);
  assertError(() => webSocket(server, { batch: { seconds: -1 } }), "ERR_OPTION_RANGE", /batch.seconds/);
});

sink.run();
