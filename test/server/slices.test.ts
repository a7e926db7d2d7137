/** Slices of the loss that viewers ask for: what runs answer, and what hostile viewers cannot do. */
import { take } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { AppliedCommand } from "../../src/arrow/row.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import type { Problem } from "../../src/problems/problem.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { createViewerServer, type ViewerServer } from "../../src/server/createViewerServer.ts";
import { makeSliceTurns } from "../../src/server/sliceTurns.ts";
import { webSocket } from "../../src/sinks/webSocket.ts";
import { iterate } from "../../src/streams/iterate.ts";
import type { Iterate } from "../../src/streams/types.ts";
import { connect, type Viewer } from "../support/viewer.ts";

const slices = suite("slices");

/** Runs until `steps`, slowly enough to be asked, on a server with a process of its own. */
async function withRun(
  act: (viewer: Viewer, server: ViewerServer, rows: readonly Iterate[], stop: () => void) => Promise<void>,
  problem: Problem = quartic(),
  obeys = true,
): Promise<void> {
  const server = await createViewerServer({ warn: () => undefined });
  const rows: Iterate[] = [];
  const commands = obeys ? { commands: server.commandsFor("a") } : {};
  const run = iterate(problem, [1, 2], gradientStep(1e-6), { name: "a", ...commands })
    .pipe(webSocket(server, { batch: { seconds: 0.02 } }), take(1e7))
    .subscribe((row) => {
      if ((row.commands ?? []).length > 0) rows.push(row);
    });
  try {
    const viewer = await connect(server);
    await viewer.until(
      () => viewer.messages.some((message) => "runs" in message && message.runs.some(({ name }) => name === "a")),
      "run",
    );
    if (obeys) {
      await viewer.until(
        () => viewer.messages.some((message) => "runs" in message && message.runs.some(({ steerable }) => steerable)),
        "steerable run",
      );
    }
    await act(viewer, server, rows, () => run.unsubscribe());
  } finally {
    run.unsubscribe();
    await server.close();
  }
}

const replies = (viewer: Viewer): AppliedCommand[] =>
  viewer.messages.flatMap((message) => ("reply" in message ? [message.reply.outcome] : []));

async function answers(viewer: Viewer, count: number): Promise<AppliedCommand[]> {
  return await viewer.until(() => (replies(viewer).length >= count ? replies(viewer) : undefined), `${count} replies`);
}

slices("come from a live run, and stand in its rows", () =>
  withRun(async (viewer, _server, rows) => {
    viewer.send({ command: { run: "a", id: 1, type: "slice", points: 5, along: ["step", "lowest"] } });
    const [outcome] = await answers(viewer, 1);
    assert.equal(
      outcome!.slice!.lines.map(({ along, values }) => [along, values.length]),
      [
        ["step", 5],
        ["lowest", 5],
      ],
    );
    await viewer.until(() => rows.length > 0, "row with the slice");
    assert.is(rows[0]!.step, outcome!.step);
    assert.is(rows[0]!.value, outcome!.slice!.lines[0]!.values[2]);
    assert.equal(rows[0]!.commands, [outcome]);
  }),
);

slices("of absurd size or of unknown directions are not understood", () =>
  withRun(async (_viewer, server, rows) => {
    for (const wrong of [
      { points: 1e9 },
      { points: 4 },
      { along: [] },
      { along: ["up"] },
      { along: ["step", "step"] },
      { radius: -1 },
      { radius: "wide" },
      { seconds: 1e9 },
      { seed: 0.5 },
      { take: "everything" },
    ]) {
      const viewer = await connect(server);
      viewer.send({ command: { run: "a", id: 1, type: "slice", ...wrong } });
      assert.is((await viewer.closed).code, 4400, JSON.stringify(wrong));
    }
    assert.is(rows.length, 0);
  }),
);

slices("are refused in words while one is computed, and soon after it", () =>
  withRun(async (viewer, server, rows) => {
    const other = await connect(server);
    for (let id = 0; id < 40; id++) {
      viewer.send({ command: { run: "a", id, type: "slice", points: 401 } });
      other.send({ command: { run: "a", id, type: "slice", points: 401 } });
    }
    const all = [...(await answers(viewer, 40)), ...(await answers(other, 40))];
    const taken = all.filter(({ slice }) => slice !== undefined);
    const refused = all.flatMap(({ refused = [] }) => refused);
    assert.is(taken.length + refused.length, 80);
    assert.ok(taken.length >= 1 && taken.length <= 8, `${taken.length} were computed`);
    for (const why of refused) assert.match(why, /another slice of this run|at most a 5th of a run's time/);
    await viewer.until(() => rows.length > 0, "rows");
    other.socket.terminate();
  }),
);

slices("are refused where a run ended meanwhile, obeys nobody, or the page may only read", async () => {
  const sleepy: Problem = { ...quartic(), evaluate: (z, field) => quartic().evaluate(z, field) };
  await withRun(async (viewer, _server, _rows, stop) => {
    stop();
    viewer.send({ command: { run: "a", id: 1, type: "slice" } });
    assert.match((await answers(viewer, 1))[0]!.refused ?? "", /is over|ended before/);
  }, sleepy);
  await withRun(
    async (viewer) => {
      viewer.send({ command: { run: "a", id: 1, type: "slice", points: 5 } });
      const [outcome] = await answers(viewer, 1);
      assert.equal(outcome, { type: "slice", step: 0, refused: outcome!.refused! });
      assert.match(outcome!.refused!, /nobody obeys commands/);
    },
    quartic(),
    false,
  );
  await withRun(async (_viewer, server) => {
    const reader = await connect(server, { token: server.readToken });
    reader.send({ command: { run: "a", id: 1, type: "slice" } });
    assert.match((await answers(reader, 1))[0]!.refused ?? "", /reading only/);
    reader.socket.terminate();
  });
});

slices("show where a loss is NaN, as a text on the wire", async () => {
  const edge: Problem = {
    ...quartic(),
    evaluate: (z, field) => (z[0]! > 1.001 ? field.fill(Number.NaN)[0]! : quartic().evaluate(z, field)),
  };
  await withRun(async (viewer) => {
    viewer.send({ command: { run: "a", id: 1, type: "slice", along: ["random"], points: 3, radius: 1 } });
    const [outcome] = await answers(viewer, 1);
    const values: readonly unknown[] = outcome!.slice!.lines[0]!.values;
    assert.is(values.filter((value) => value === "NaN").length, 1);
    assert.is(values.filter((value) => typeof value === "number").length, 2);
  }, edge);
});

slices.run();

const turns = suite("sliceTurns");

turns("leave four fifths of its time to a run, and each run has its own", () => {
  let now = 0;
  const mine = makeSliceTurns(() => now);
  const slice = { lines: [], missing: [], evaluations: 1, products: 0, seconds: 2 };
  assert.is(mine.refusal("a"), undefined);
  mine.begin("a");
  assert.match(mine.refusal("a")!, /another slice/);
  assert.is(mine.refusal("b"), undefined);
  now = 2000;
  mine.end("a", { type: "slice", step: 1, slice });
  assert.match(mine.refusal("a")!, /ask again in 8 s/);
  now = 9999;
  assert.match(mine.refusal("a")!, /ask again in 1 s/);
  now = 10_000;
  assert.is(mine.refusal("a"), undefined);
  mine.begin("a");
  mine.end("a", { type: "slice", step: 1, refused: "no" });
  assert.is(mine.refusal("a"), undefined);
});

turns.run();
