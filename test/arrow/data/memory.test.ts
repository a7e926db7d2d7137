/** Memory while a field and minibatches read a file that is larger than what they may take. */
import { spawnSync } from "node:child_process";
import { rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { writeDataFile } from "../../../scripts/dataFile.ts";
import { scratchPath } from "../../support/scratch.ts";
import type { StreamedReport } from "../../support/streamedRun.ts";

const memory = suite("memory while a file is read");

/** A number between -1 and 1, and the state from which the next one comes. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    yield state / 2 ** 31;
  }
}

/** Writes so many rows of 784 numbers and a class of ten, 6352 bytes each. */
function writeImages(path: string, rows: number): void {
  const batch = 2048;
  const pattern = numbers(1);
  const images = Float64Array.from({ length: batch * 784 }, () => pattern.next().value);
  writeDataFile(
    path,
    (function* () {
      for (let first = 0; first < rows; first += batch) {
        const some = Math.min(batch, rows - first);
        const x = images.slice(0, some * 784);
        // Every batch has numbers of its own.
        for (let i = 0; i < some; i++) x[i * 784] = Math.sin(first + i);
        const y = new Float64Array(some * 10);
        for (let i = 0; i < some; i++) y[i * 10 + ((first + i) % 10)] = 1;
        yield { x: { numbers: x, extents: [784] }, y: { numbers: y, extents: [10] } };
      }
    })(),
  );
}

function train(path: string, steps: number): StreamedReport {
  const program = fileURLToPath(new URL("../../support/streamedRun.ts", import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", program, path, String(steps)], {
    encoding: "utf8",
  });
  assert.is(status, 0, stderr);
  return JSON.parse(stdout) as StreamedReport;
}

const full = process.env.FLUXION_TEST_FULL === "1";
const bytes = full ? 4 * 2 ** 30 : 3e8;
const room = statfsSync(tmpdir());
const hasRoom = room.bavail * room.bsize > 2 * bytes;
if (!hasRoom) console.log(`skipped: ${tmpdir()} has no room for a file of ${bytes} bytes`);

memory(
  `grows by a fraction of a file of ${(bytes / 1e9).toFixed(1)} GB, over which a gradient and 200 steps go`,
  () => {
    if (!hasRoom) return;
    const path = scratchPath("images.arrow");
    try {
      writeImages(path, Math.ceil(bytes / 6352));
      const { before, peak } = train(path, 200);
      const words = `${before} bytes before, ${peak} at most`;
      assert.ok(peak - before < 100e6, words);
      assert.ok(peak < 500e6, words);
    } finally {
      rmSync(path, { force: true });
    }
  },
);

memory.run();
