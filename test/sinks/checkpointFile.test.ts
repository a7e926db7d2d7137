import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { from, Subject } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../src/arrow/row.ts";
import { RunReader } from "../../src/arrow/runReader.ts";
import { isFluxionError } from "../../src/errors.ts";
import { arrowFile } from "../../src/sinks/arrowFile.ts";
import { checkpointFileName, loadCheckpoint, saveCheckpoint } from "../../src/sinks/checkpointFile.ts";
import { runDirectory } from "../../src/sinks/runDirectory.ts";
import type { Checkpoint } from "../../src/streams/types.ts";
import { assertError } from "../support/assert.ts";
import { valuesOf } from "../support/collect.ts";
import { onFullDisk } from "../support/disk.ts";
import * as fc from "../support/fastCheck.ts";
import { makeRow, makeRows, makeRun } from "../support/rows.ts";
import { scratchPath } from "../support/scratch.ts";

const checkpoint: Checkpoint = {
  format: 2,
  run: "example",
  attempt: 1,
  step: 7,
  seconds: 0.25,
  evaluations: 20,
  products: 3,
  point: Float64Array.of(1, -0, Number.NaN, 5e-324),
  operators: {
    adam: {
      state: { first: Float64Array.of(0.1), second: new Float32Array(3), count: 7, list: [1, undefined, "é"] },
      begun: 3,
      restarted: undefined,
      settings: { rate: 0.1 },
      inside: true,
    },
    average: { state: undefined, begun: undefined, restarted: undefined, settings: {}, inside: false },
  },
};

const trips = suite("saveCheckpoint, loadCheckpoint");

trips("give back a checkpoint bit for bit, from its directory and from its file", () => {
  for (const sync of [false, true]) {
    const path = join(scratchPath(), "deep", "run");
    saveCheckpoint(path, { sync })(checkpoint);
    assert.equal(readdirSync(path), [checkpointFileName]);
    assert.ok(isDeepStrictEqual(loadCheckpoint(path), checkpoint));
    assert.ok(isDeepStrictEqual(loadCheckpoint(join(path, checkpointFileName)), checkpoint));
  }
});

trips("give back any state of an operator that a structured clone takes", () => {
  const path = scratchPath();
  const state = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true });
  fc.assert(
    fc.property(state, (memory) => {
      // Prototypes are lost in a structured clone.
      const operators = {
        any: { state: structuredClone(memory), begun: 3, restarted: undefined, settings: {}, inside: true },
      };
      saveCheckpoint(path)({ ...checkpoint, operators });
      assert.ok(isDeepStrictEqual(loadCheckpoint(path), { ...checkpoint, operators }));
    }),
  );
});

trips("keep the newest one only, and each run's in its own directory", () => {
  const root = scratchPath();
  const save = saveCheckpoint(({ run }) => join(root, run));
  save({ ...checkpoint, step: 1 });
  save({ ...checkpoint, step: 2 });
  save({ ...checkpoint, run: "other", step: 3 });
  assert.is(loadCheckpoint(join(root, "example")).step, 2);
  assert.is(loadCheckpoint(join(root, "other")).step, 3);
});

trips("write a first line that tells people what it is", () => {
  const path = scratchPath();
  saveCheckpoint(path)(checkpoint);
  const line = readFileSync(join(path, checkpointFileName), "latin1").split("\n", 1)[0]!;
  assert.match(line, /^fluxion checkpoint \{/);
  const { format, node, run, attempt, step } = JSON.parse(
    line.slice("fluxion checkpoint ".length),
  ) as typeof checkpoint & {
    node: string;
  };
  assert.equal([format, node, run, attempt, step], [1, process.versions.node, "example", 1, 7]);
});

trips("write the rows before it that still wait for their batch, those of other directories not", () => {
  const [path, other] = [scratchPath(), scratchPath()];
  const source = new Subject<Row>();
  const run = makeRun();
  const subscriptions = [
    source.pipe(runDirectory(path)).subscribe(),
    source.pipe(arrowFile(join(path, "more.arrows"))).subscribe(),
    source.pipe(runDirectory(other)).subscribe(),
  ];
  for (let step = 0; step < 7; step++) source.next(makeRow(run, step));
  const count = (file: string): number => [...new RunReader(readFileSync(file))].length;
  assert.is(count(join(path, "iterates-0001.arrows")), 0);
  saveCheckpoint(path)(checkpoint);
  assert.is(count(join(path, "iterates-0001.arrows")), 7);
  assert.is(count(join(path, "more.arrows")), 7);
  assert.is(count(join(other, "iterates-0001.arrows")), 0);
  for (const subscription of subscriptions) subscription.unsubscribe();
  saveCheckpoint(path)(checkpoint);
  assert.is(count(join(other, "iterates-0001.arrows")), 7);
});

trips("count it as one of the newest attempt that the directory saw", async () => {
  const path = scratchPath();
  saveCheckpoint(path)(checkpoint);
  await valuesOf(from(makeRows(3, makeRun())).pipe(runDirectory(path)));
  await valuesOf(from(makeRows(3, makeRun({ attempt: 2 }))).pipe(runDirectory(path)));
  assert.is(loadCheckpoint(path).attempt, 2);
  assert.is(loadCheckpoint(join(path, checkpointFileName)).attempt, 1);
  saveCheckpoint(path)({ ...checkpoint, attempt: 3 });
  assert.is(loadCheckpoint(path).attempt, 3);
});
trips.run();

const refused = suite("loadCheckpoint: refusals");

function saved(): { readonly path: string; readonly content: Buffer } {
  const path = join(scratchPath(), checkpointFileName);
  saveCheckpoint(dirname(path))(checkpoint);
  return { path, content: readFileSync(path) };
}

refused("nothing there, with how one is written", () => {
  const path = scratchPath();
  const expected = /there is no checkpoint .*checkpoint\.bin; iterate's option checkpoints/;
  assertError(() => loadCheckpoint(join(path, checkpointFileName)), "ERR_CHECKPOINT", expected);
  mkdirSync(path);
  assertError(() => loadCheckpoint(path), "ERR_CHECKPOINT", expected);
  mkdirSync(join(path, checkpointFileName));
  assertError(() => loadCheckpoint(path), "ERR_READ", /cannot read .*checkpoint\.bin/);
});

refused("another kind of file, another format, a damaged first line", () => {
  const { path, content } = saved();
  const cases: readonly (readonly [string | Uint8Array, RegExp])[] = [
    ["", /is not a checkpoint of fluxion/],
    ["ARROW1", /is not a checkpoint of fluxion/],
    ["fluxion checkpoint {", /is not a checkpoint of fluxion/],
    ["fluxion checkpoint {\n", /has a damaged first line/],
    ["fluxion checkpoint null\n", /has a damaged first line/],
    [content.toString("latin1").replace('"format":1', '"format":2'), /has format 2, this version .* reads format 1/],
  ];
  for (const [text, message] of cases) {
    writeFileSync(path, text);
    assertError(() => loadCheckpoint(path), "ERR_CHECKPOINT", message);
  }
});

refused("a file cut at any byte", () => {
  const { path, content } = saved();
  for (let cut = 0; cut < content.length; cut++) {
    writeFileSync(path, content.subarray(0, cut));
    assertError(() => loadCheckpoint(path), "ERR_CHECKPOINT", /is cut|is not a checkpoint/);
  }
});

refused("a file with one byte changed after its first line, and never gives another checkpoint", () => {
  const { path, content } = saved();
  const begin = content.indexOf(10) + 1;
  fc.assert(
    fc.property(fc.nat({ max: content.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = Buffer.from(content);
      changed[at]! ^= change;
      writeFileSync(path, changed);
      if (at >= begin) assertError(() => loadCheckpoint(path), "ERR_CHECKPOINT", /is damaged/);
      try {
        assert.ok(isDeepStrictEqual(loadCheckpoint(path), checkpoint));
      } catch (error) {
        assert.ok(isFluxionError(error) && error.code === "ERR_CHECKPOINT", String(error));
      }
    }),
  );
});

refused("what another version of Node wrote in a way that this one cannot read, naming both", () => {
  const { path, content } = saved();
  const head = JSON.parse(content.toString("latin1").split("\n", 1)[0]!.slice(19)) as object;
  // No bytes: a checksum that fits, and nothing to deserialise.
  const sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  writeFileSync(path, `fluxion checkpoint ${JSON.stringify({ ...head, node: "99.0.0", bytes: 0, sha256 })}\n`);
  assertError(
    () => loadCheckpoint(path),
    "ERR_CHECKPOINT",
    new RegExp(`cannot be read by Node ${process.versions.node}; Node 99\\.0\\.0 wrote it`),
  );
});

refused("to lose the earlier checkpoint where a new one cannot be written", () => {
  const { path } = saved();
  const save = saveCheckpoint(dirname(path));
  onFullDisk(() =>
    assertError(() => save({ ...checkpoint, step: 8 }), "ERR_WRITE", /^saveCheckpoint: .* the disk is full/),
  );
  assert.is(loadCheckpoint(path).step, 7);
  save({ ...checkpoint, step: 9 });
  assert.is(loadCheckpoint(path).step, 9);
  assert.not(existsSync(join(dirname(path), `.${checkpointFileName}.${process.pid}.tmp`)));
});
refused.run();
