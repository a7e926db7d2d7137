/** A long history that comes progressively: a sample, then all of it, the newest part first, with live rows in between. */
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RunEncoder } from "../../src/arrow/encoder.ts";
import { recordRun } from "../../src/arrow/recorder.ts";
import type { Row } from "../../src/arrow/row.ts";
import { iteratesFileName } from "../../src/arrow/runFile.ts";
import type { ServerMessage } from "../../src/server/messages.ts";
import type { Range } from "../../src/server/rows/chosenBatches.ts";
import { historyParts } from "../../src/server/rows/historyParts.ts";
import { scratchDirectory } from "../support/command.ts";
import * as fc from "../support/fastCheck.ts";
import { everyOf, pathError, spiral } from "../support/paths.ts";
import { makeRow, makeRun } from "../support/rows.ts";
import { connect, firstSteps, type Viewer, withServer } from "../support/viewer.ts";

const progressive = suite("progressive history");

type Part = Extract<ServerMessage, { part: unknown }>["part"];

function record(rows: number, row: (step: number) => Partial<Row>): string {
  const directory = scratchDirectory();
  const file = openSync(join(directory, iteratesFileName(1)), "w");
  const sink = ({ bytes }: { readonly bytes: Uint8Array }): void => void writeSync(file, bytes);
  const recorder = recordRun(makeRun(), { batch: { rows: 10 }, sink });
  for (let step = 0; step < rows; step++) recorder.append(makeRow(makeRun(), step, row(step)));
  recorder.close();
  closeSync(file);
  return directory;
}

/** Everything that came, in order: messages and the steps of each frame. */
function inOrder({ socket }: Viewer): (Part | "live" | "ended" | number[])[] {
  const came: (Part | "live" | "ended" | number[])[] = [];
  socket.on("message", (data: Buffer, isBinary: boolean) => {
    if (isBinary) return came.push(Array.from(tableFromIPC(data).getChild("step")!, Number));
    const message = JSON.parse(String(data)) as ServerMessage;
    if ("part" in message) came.push(message.part);
    else if ("live" in message) came.push("live");
    else if ("ended" in message) came.push("ended");
    return undefined;
  });
  return came;
}

/** What a viewer holds who puts the rows of each part in the place of those that came before. */
function held(came: ReturnType<typeof inOrder>): { readonly steps: number[]; readonly parts: Part[] } {
  let steps: number[] = [];
  const parts: Part[] = [];
  let left = 0;
  for (const each of came) {
    if (typeof each === "string") continue;
    if (Array.isArray(each)) {
      steps.push(...each);
      left -= each.length;
      continue;
    }
    assert.ok(left <= 0, "a part begins before all rows of the one before have come");
    left = each.sent;
    parts.push(each);
    steps = steps.filter((step) => step < each.fromStep || step > each.toStep);
  }
  return { steps: steps.sort((a, b) => a - b), parts };
}

progressive("ends with all extremes, from parts that lie side by side, the newest first", async () => {
  // Batches that a sample leaves out hold the spikes.
  const spikes = [10_003, 25_007, 39_994];
  const directory = record(40_000, (step) => ({ value: spikes.includes(step) ? 1e9 : 1 }));
  for (const scale of ["linear", "log"] as const) {
    await withServer(async (server) => {
      server.hub.addFinished(makeRun(), directory, { status: "stopped" });
      const viewer = await connect(server);
      const came = inOrder(viewer);
      viewer.send({ subscribe: { run: "example", points: 400, scale, columns: ["value"], progressive: true } });
      await viewer.message("ended");
      const { steps, parts } = held(came);
      assert.ok(parts.length > 2, `${parts.length} parts`);
      assert.is(parts[0]!.toStep, 39_999);
      assert.is(parts.at(-1)!.fromStep, 0);
      for (const [index, part] of parts.entries()) {
        assert.is(part.of, 40_000);
        if (index === 0) continue;
        assert.is(part.toStep, parts[index - 1]!.fromStep - 1);
        assert.ok(part.read > parts[index - 1]!.read);
      }
      assert.is(parts.at(-1)!.read, 40_000);
      for (const step of [0, ...spikes, 39_999]) assert.ok(steps.includes(step), `${scale}: no step ${step}`);
      assert.is(new Set(steps).size, steps.length, "a row came twice");
      assert.ok(steps.length < 1000, `${steps.length} rows`);
      assert.equal(came.slice(-2), ["live", "ended"]);
    });
  }
});

progressive("keeps the shape of a path, of each part of it", () =>
  withServer(async (server) => {
    const directory = record(spiral.length, (step) => ({ point: Float64Array.from(spiral[step]!) }));
    server.hub.addFinished(makeRun(), directory, { status: "stopped" });
    const viewer = await connect(server);
    const came = inOrder(viewer);
    viewer.send({
      subscribe: { run: "example", points: 1200, scale: "log", columns: ["value", "point"], progressive: true },
    });
    await viewer.message("ended");
    const { steps, parts } = held(came);
    assert.ok(parts.length > 2 && steps.length < 2400, `${parts.length} parts, ${steps.length} rows`);
    const [own, uniform] = [pathError(spiral, steps), pathError(spiral, everyOf(spiral, steps.length))];
    assert.ok(own < 0.02 && own < uniform / 10, `${own} beside ${uniform}`);
  }),
);

progressive("is sent whole, in order, where it is short", () =>
  withServer(async (server) => {
    const directory = record(300, () => ({}));
    server.hub.addFinished(makeRun(), directory, { status: "stopped" });
    const viewer = await connect(server);
    viewer.send({ subscribe: { run: "example", points: 400, progressive: true } });
    await viewer.message("ended");
    assert.equal(viewer.steps, firstSteps(300));
    assert.not.ok(viewer.messages.some((message) => "part" in message));
  }),
);

progressive("does not keep live rows waiting, and loses none of them", () =>
  withServer(async (server) => {
    const run = makeRun();
    const encoder = new RunEncoder(run, 2, { capacity: 20 });
    const name = server.hub.open(run, encoder.header);
    let step = 0;
    const emit = (batches: number): void => {
      for (let batch = 0; batch < batches; batch++) {
        const first = step;
        for (let row = 0; row < 20; row++) encoder.append(makeRow(run, step++));
        server.hub.batch(name, encoder.flush()!, first, step - 1, 20);
      }
    };
    emit(3000);
    const before = step;
    const viewer = await connect(server);
    const came = inOrder(viewer);
    viewer.send({ subscribe: { run: name, points: 400, progressive: true, columns: ["value"] } });
    const isPart = (message: ServerMessage): boolean => "part" in message;
    for (let parts = 1; parts <= 3; parts++) {
      await viewer.until(() => viewer.messages.filter(isPart).length >= parts, `part ${parts}`);
      emit(1);
    }
    await viewer.message("live");
    emit(1);
    server.hub.close(name, { status: "stopped" });
    await viewer.message("ended");
    const { steps } = held(came);
    assert.equal(
      steps.filter((each) => each >= before),
      firstSteps(step).slice(before),
    );
    const live = came.findIndex((each) => Array.isArray(each) && each[0]! >= before);
    assert.ok(live < came.indexOf("live"), "live rows waited for the whole history");
  }),
);

/** Attempts of one run, each of which begins at a step that the one before has done. */
const attempts = fc.array(
  fc.record({ batches: fc.integer({ min: 1, max: 400 }), back: fc.integer({ max: 50, min: 0 }) }),
  {
    minLength: 1,
    maxLength: 4,
  },
);

progressive("is divided without a hole or an overlap, whatever its attempts and the size of its batches", () => {
  const scales = fc.constantFrom("linear" as const, "log" as const);
  fc.assert(
    fc.property(attempts, fc.integer({ min: 1, max: 2 ** 21 }), scales, (list, bytes, scale) => {
      let step = 0;
      const attempts = list.map(({ batches: count, back }) => {
        step = Math.max(0, step - back);
        const first = step;
        const batches = Array.from({ length: count }, (_, index) => {
          const firstStep = step;
          step += 3;
          return { index, firstStep, lastStep: step - 1, rows: 3, bytes, read: () => undefined };
        });
        return { first, batches };
      });
      // Newer attempts take the place of what older ones have from their first step on.
      const ranges = attempts.flatMap(({ batches }, segment): Range[] => {
        const upToStep = Math.min(...attempts.slice(segment + 1).map(({ first }) => first), Number.POSITIVE_INFINITY);
        const kept = batches.filter(({ firstStep }) => firstStep < upToStep);
        return kept.length === 0 ? [] : [{ segment, header: new Uint8Array(0), batches: kept, fromStep: 0, upToStep }];
      });
      const parts = historyParts(ranges, { points: 1000, scale, stillWanted: (range) => range });
      const seen: Range["batches"][number][] = [];
      let upTo = step;
      for (let part = parts.next(); part !== undefined; part = parts.next()) {
        assert.is(part.toStep, upTo - 1);
        upTo = part.fromStep;
        seen.unshift(...part.ranges.flatMap(({ batches }) => batches));
        assert.is(part.read, 3 * seen.length);
      }
      assert.is(upTo, 0);
      assert.equal(
        seen,
        ranges.flatMap(({ batches }) => batches),
      );
      assert.is(parts.rows, 3 * seen.length);
    }),
  );
});

progressive.run();
