/** A run in a process that leaks descriptors: `scarce.ts DIRECTORY [LEAK]`, which a test starts under `ulimit -n`. */
import { openSync, writeSync } from "node:fs";
import { devNull } from "node:os";
import { concat, defer, tap } from "rxjs";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../src/operators/steps/momentum.ts";
import { bilinear } from "../../src/problems/games/bilinear.ts";
import { loadCheckpoint, saveCheckpoint } from "../../src/sinks/checkpointFile.ts";
import { runDirectory } from "../../src/sinks/runDirectory.ts";
import { chain } from "../../src/streams/chain.ts";
import { iterate } from "../../src/streams/iterate.ts";

const scarceSteps = 400;

const [, , directory, leak] = process.argv;
const descriptors: number[] = [];

function takeAll(): void {
  try {
    for (;;) descriptors.push(openSync(devNull, "r"));
  } catch (error) {
    writeSync(1, `${(error as NodeJS.ErrnoException).code} after ${descriptors.length}\n`);
  }
}

/** Runs one after the other: the second begins when no descriptor is left. */
const runs = ["first", "second"].map((name) => {
  const update = chain(untilStep(scarceSteps), momentum({ decay: -0.3 }), gradientStep(0.01));
  const save = saveCheckpoint(`${directory}/${name}`);
  return iterate(bilinear(), [1, -0.5], update, { name, checkpoints: { every: 50, save } }).pipe(
    tap(({ step }) => {
      if (leak !== undefined && name === "first" && step % 20 === 10) takeAll();
    }),
    runDirectory(`${directory}/${name}`, { batch: { rows: 16, seconds: 1000 } }),
  );
});
/** The first run goes on from its checkpoint, for which its directory, its checkpoint and its rows are read. */
const further = defer(() => {
  const path = `${directory}/first`;
  const update = chain(untilStep(2 * scarceSteps), momentum({ decay: -0.3 }), gradientStep(0.01));
  return iterate(bilinear(), loadCheckpoint(path), update, {
    checkpoints: { every: 50, save: saveCheckpoint(path) },
  }).pipe(runDirectory(path, { batch: { rows: 16, seconds: 1000 } }));
});
if (directory !== undefined) concat(...runs, further).subscribe();
