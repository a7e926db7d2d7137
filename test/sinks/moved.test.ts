/** A file or directory that is removed or moved during a run is noticed at the next batch or checkpoint, and told once. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Subject } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../src/arrow/row.ts";
import { readRunFile } from "../../src/arrow/runFile.ts";
import { verifyRun } from "../../src/arrow/verifyRun.ts";
import { arrowFile } from "../../src/sinks/arrowFile.ts";
import { loadCheckpoint, saveCheckpoint } from "../../src/sinks/checkpointFile.ts";
import { runDirectory } from "../../src/sinks/runDirectory.ts";
import { replay } from "../../src/streams/replay.ts";
import type { Checkpoint } from "../../src/streams/types.ts";
import { checkError } from "../support/assert.ts";
import { collect, valuesOf } from "../support/collect.ts";
import { makeRow, makeRun } from "../support/rows.ts";
import { assertSameRows } from "../support/sameRows.ts";
import { scratchPath } from "../support/scratch.ts";

const run = makeRun();
const file = "iterates-0001.arrows";
const checkpoint: Checkpoint = {
  format: 2,
  run: run.name,
  attempt: 1,
  step: 4,
  seconds: 0,
  evaluations: 0,
  products: 0,
  point: Float64Array.of(1),
  operators: {},
};

const disturbances: readonly (readonly [string, (path: string) => void, RegExp])[] = [
  ["the directory is removed", (path) => rmSync(path, { recursive: true }), /the file was removed/],
  ["the file is removed", (path) => rmSync(join(path, file)), /the file was removed/],
  ["the directory is moved", (path) => renameSync(path, `${path}-moved`), /the file was moved/],
  ["the file is moved", (path) => renameSync(join(path, file), join(path, "other")), /the file was moved/],
  [
    "another file takes its place",
    (path) => {
      renameSync(join(path, file), join(path, "other"));
      writeFileSync(join(path, file), "mine");
    },
    /the file was moved/,
  ],
  [
    "another directory takes its place",
    (path) => {
      renameSync(path, `${path}-moved`);
      mkdirSync(path);
    },
    /the file was moved|another process has taken over/,
  ],
];

const moved = suite("a run whose files are disturbed");

for (const [what, disturb, message] of disturbances) {
  for (const by of ["batch", "checkpoint"] as const) {
    moved(`ends with an error at the next ${by} when ${what}`, async () => {
      const path = scratchPath();
      const source = new Subject<Row>();
      const told = collect(source.pipe(runDirectory(path, { batch: { rows: 2, seconds: 1000 } })));
      const save = saveCheckpoint(path);
      for (let step = 0; step < 3; step++) source.next(makeRow(run, step));
      save({ ...checkpoint, step: 3 });
      disturb(path);
      const before = existsSync(path);
      if (by === "checkpoint") {
        try {
          save(checkpoint);
          assert.unreachable();
        } catch (error) {
          assert.match((error as Error).message, message);
        }
        assert.is(existsSync(path), before, "a removed directory comes back");
      }
      for (let step = 3; step < 9 && source.observed; step++) source.next(makeRow(run, step));
      const { error } = await told;
      assert.match((error as Error).message, message);
      const rows = [0, 1, 2].map((step) => makeRow(run, step));
      for (const place of [join(`${path}-moved`, file), join(path, "other")]) {
        if (existsSync(place)) assertSameRows((await valuesOf(replay(place))).slice(0, 3), rows);
      }
    });
  }
}

moved("tells it once: the error of the stream, and nothing afterwards", async () => {
  const path = scratchPath();
  const source = new Subject<Row>();
  const told = collect(source.pipe(runDirectory(path, { batch: { rows: 1 } })));
  source.next(makeRow(run, 0));
  source.next(makeRow(run, 1));
  rmSync(path, { recursive: true });
  source.next(makeRow(run, 2));
  source.next(makeRow(run, 3));
  const { error, values } = await told;
  checkError(error, "ERR_WRITE", /was removed/);
  assert.ok(values.length <= 3);
  assert.not(existsSync(path));
});

const beside = suite("a run that goes on beside files that are disturbed");

async function warningsDuring(work: () => Promise<void>): Promise<string[]> {
  const warnings: string[] = [];
  const note = ({ name, message }: Error): void => void (name === "FluxionWarning" && warnings.push(message));
  process.on("warning", note);
  try {
    await work();
  } finally {
    // Warnings come a turn later.
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", note);
  }
  return warnings;
}

for (const [what, disturb] of disturbances) {
  for (const by of ["batch", "checkpoint"] as const) {
    beside(`has all later rows and its checkpoint in a fresh directory, found at a ${by}, when ${what}`, async () => {
      const path = scratchPath();
      const fresh = `${path}-2`;
      const source = new Subject<Row>();
      const warnings = await warningsDuring(async () => {
        const told = collect(source.pipe(runDirectory(path, { batch: { rows: 2, seconds: 1000 }, moved: "beside" })));
        const save = saveCheckpoint(path);
        for (let step = 0; step < 3; step++) source.next(makeRow(run, step));
        save({ ...checkpoint, step: 3 });
        disturb(path);
        const left = existsSync(path)
          ? readdirSync(path)
              .filter((name) => name !== "lease-1.json")
              .sort()
          : undefined;
        if (by === "checkpoint") save(checkpoint);
        for (let step = 3; step < 9; step++) source.next(makeRow(run, step));
        assert.ok(readdirSync(fresh).includes("lease-1.json"), "no lease in the fresh directory");
        save({ ...checkpoint, step: 9 });
        source.complete();
        const { error, values } = await told;
        assert.is(error, undefined);
        assert.is(values.length, 9);
        assert.equal(existsSync(path) ? readdirSync(path).sort() : undefined, left, "the old place is touched");
      });
      assert.is(warnings.length, 1, warnings.join("\n"));
      assert.match(warnings[0]!, /during the run the file was (removed|moved).*The run goes on in .*-2/);
      assert.equal(readdirSync(fresh).sort(), ["checkpoint.bin", file, "run.json"]);
      assert.equal(verifyRun(fresh).problems, []);
      assert.is(loadCheckpoint(fresh).step, 9);
      const later = [3, 4, 5, 6, 7, 8].map((step) => makeRow(run, step));
      assertSameRows(await valuesOf(replay(fresh)), later);
      assert.is(readRunFile(fresh).attempts.at(-1)?.ended?.rows, 6);
    });
  }
}

beside("can be disturbed again and again, each time told once", async () => {
  const path = scratchPath();
  const places = [path, `${path}-2`, `${path}-3`, `${path}-4`];
  // A directory that is there already is nobody's to write into.
  mkdirSync(places[2]!);
  const source = new Subject<Row>();
  const warnings = await warningsDuring(async () => {
    const told = collect(source.pipe(runDirectory(path, { batch: { rows: 1 }, moved: "beside" })));
    const save = saveCheckpoint(path);
    for (let step = 0; step < 6; step++) {
      source.next(makeRow(run, step));
      save({ ...checkpoint, step });
      if (step === 1) renameSync(places[0]!, `${path}-a`);
      if (step === 3) renameSync(places[1]!, `${path}-b`);
    }
    source.complete();
    assert.is((await told).error, undefined);
  });
  assert.is(warnings.length, 2);
  assert.equal(readdirSync(places[2]!), []);
  const steps = async (place: string): Promise<number[]> => (await valuesOf(replay(place))).map(({ step }) => step);
  assert.equal(await steps(`${path}-a`), [0, 1]);
  assert.equal(await steps(`${path}-b`), [2, 3]);
  assert.equal(await steps(places[3]!), [4, 5]);
  assert.is(loadCheckpoint(places[3]!).step, 5);
});

beside("is a file beside, for a sink that writes one file", async () => {
  const directory = scratchPath();
  const path = join(directory, "a.arrows");
  const source = new Subject<Row>();
  const warnings = await warningsDuring(async () => {
    const told = collect(source.pipe(arrowFile(path, { batch: { rows: 2 }, moved: "beside" })));
    for (let step = 0; step < 3; step++) source.next(makeRow(run, step));
    rmSync(path);
    for (let step = 3; step < 9; step++) source.next(makeRow(run, step));
    source.complete();
    assert.is((await told).error, undefined);
  });
  assert.is(warnings.length, 1);
  assert.equal(readdirSync(directory), ["a-2.arrows"]);
  const rows = await valuesOf(replay(join(directory, "a-2.arrows")));
  assertSameRows(
    rows,
    [2, 3, 4, 5, 6, 7, 8].map((step) => makeRow(run, step)),
  );
});

beside("ends after all when there is no place beside", async () => {
  const path = join(scratchPath(), "a", "b");
  const source = new Subject<Row>();
  const told = collect(source.pipe(runDirectory(path, { batch: { rows: 1 }, moved: "beside" })));
  source.next(makeRow(run, 0));
  source.next(makeRow(run, 1));
  rmSync(join(path, ".."), { recursive: true });
  writeFileSync(join(path, ".."), "a file");
  source.next(makeRow(run, 2));
  source.next(makeRow(run, 3));
  checkError((await told).error, "ERR_WRITE", /a part of the path is a file/);
});

moved.run();
beside.run();
