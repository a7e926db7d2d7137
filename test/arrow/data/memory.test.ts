/** Memory while a field and minibatches read a file that is larger than what they may take. */
import { rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { imageBytes, writeImages } from "../../../scripts/dataFile.ts";
import { scratchPath } from "../../support/scratch.ts";
import { trainApart } from "../../support/streamedRun.ts";

const memory = suite("memory while a file is read");

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
      writeImages(path, Math.ceil(bytes / imageBytes));
      const { before, peak } = trainApart(path, 200);
      const words = `${before} bytes before, ${peak} at most`;
      assert.ok(peak - before < 100e6, words);
      assert.ok(peak < 500e6, words);
    } finally {
      rmSync(path, { force: true });
    }
  },
);

memory.run();
