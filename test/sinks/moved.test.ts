/** A file or directory that is removed or moved during a run is noticed at the next batch or checkpoint, and told once. */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Subject } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../src/arrow/row.ts";
import { saveCheckpoint } from "../../src/sinks/checkpointFile.ts";
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

moved.run();
