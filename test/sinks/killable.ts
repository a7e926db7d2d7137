/** Runs that a test kills: `killable.ts game|wide DIRECTORY` writes one, and prints the last step of each batch that it wrote. */
import { existsSync, writeSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { from, type Observable, tap } from "rxjs";
import type { Row } from "../../src/arrow/row.ts";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../src/operators/steps/momentum.ts";
import { bilinear } from "../../src/problems/games/bilinear.ts";
import { randomSource } from "../../src/random.ts";
import { checkpointFileName, loadCheckpoint, saveCheckpoint } from "../../src/sinks/checkpointFile.ts";
import { runDirectory } from "../../src/sinks/runDirectory.ts";
import { chain } from "../../src/streams/chain.ts";
import { defineMeasure } from "../../src/streams/defineMeasure.ts";
import { iterate } from "../../src/streams/iterate.ts";
import type { Iterate } from "../../src/streams/types.ts";
import { makeRow, makeRun } from "../support/rows.ts";

export const gameSteps = 3000;
export const wideSteps = 4000;
/** Rows a batch. */
export const batchOf = { game: 16, wide: 128 };

/** A game with another coefficient at every step, momentum, and a running mean after the loop: all of it has memory. */
export function game(directory?: string): Observable<Iterate> {
  const checkpointed = directory !== undefined && existsSync(join(directory, checkpointFileName));
  const start = checkpointed ? loadCheckpoint(directory) : [1, -0.5];
  const update = chain(untilStep(gameSteps), momentum({ decay: -0.3 }), gradientStep(0.01));
  const problem = (step: number) => bilinear({ coefficient: 1 + 0.1 * randomSource(5, "batch", step).normal() });
  const save = directory === undefined ? () => {} : saveCheckpoint(directory);
  const mean = defineMeasure({
    name: "mean",
    columns: { mean: { meaning: "mean of ||F||^2 so far" } },
    init: () => ({ sum: 0, count: 0 }),
    step(it, state) {
      const next = { sum: state.sum + it.squaredFieldNorm, count: state.count + 1 };
      return { state: next, columns: { mean: next.sum / next.count } };
    },
  });
  return iterate(problem, start, update, { name: "game", checkpoints: { every: 50, save } }).pipe(mean);
}

/** Rows of 80 kB, so that most of the time a write is under way. */
export function* wide(): Generator<Row> {
  const run = makeRun({ name: "wide" });
  for (let step = 0; step < wideSteps; step++) {
    yield makeRow(run, step, { point: new Float64Array(10_000).fill(step) });
  }
}

const [, program, kind, directory] = process.argv;
if (program !== undefined && import.meta.url === pathToFileURL(program).href && directory !== undefined) {
  const rest = new Int32Array(new SharedArrayBuffer(4));
  const rows: Observable<Row> = kind === "game" ? game(directory) : from(wide());
  rows
    .pipe(
      tap(({ step }) => {
        // Slow enough to be killed in the middle.
        if (step % (kind === "game" ? 4 : 8) === 0) Atomics.wait(rest, 0, 0, 1);
      }),
      runDirectory(directory, {
        points: "all",
        batch: { rows: batchOf[kind as "game" | "wide"], bytes: 2 ** 30, seconds: 1000 },
        // Nothing that was written before the first checkpoint can be resumed.
        overwrite: !existsSync(join(directory, checkpointFileName)),
        onMessage: (message) => {
          if (message.kind === "batch") writeSync(1, `${message.lastStep}\n`);
        },
      }),
    )
    .subscribe();
}
