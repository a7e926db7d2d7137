/** How much memory and time does training on a file take, whatever its size is? */
import { rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imageBytes, writeImages } from "../scripts/dataFile.ts";
import { trainApart } from "../test/support/streamedRun.ts";

/*
 * npm run bench -- dataFiles [--largest 4]
 *
 * Files of 1/16, 1/4, 1 ... GiB up to the largest: wall times of the check of all numbers, of a gradient over all rows of
 * MLP 784-32-10, and of a step on 64 rows, with the greatest resident memory of the process.
 */
const place = process.argv.indexOf("--largest");
const largest = place < 0 ? 4 : Number(process.argv[place + 1]);
const steps = 300;

console.log("| GiB | rows | check, s | gradient, us per row | step of 64 rows, ms | MB at start | MB at most |");
console.log("| --- | --- | --- | --- | --- | --- | --- |");
for (let size = 1 / 16; size <= largest; size *= 4) {
  const rows = Math.ceil((size * 2 ** 30) / imageBytes);
  const { bavail, bsize } = statfsSync(tmpdir());
  if (bavail * bsize < 1.5 * rows * imageBytes) {
    console.log(`| ${size} | no room in ${tmpdir()} |`);
    continue;
  }
  const path = join(tmpdir(), `fluxion-bench-${process.pid}.arrow`);
  try {
    writeImages(path, rows);
    const { seconds, before, peak } = trainApart(path, steps);
    const cells = [
      size,
      rows,
      seconds.check.toPrecision(3),
      ((1e6 * seconds.gradient) / rows).toPrecision(3),
      (1e3 * seconds.step).toPrecision(3),
      Math.round(before / 1e6),
      Math.round(peak / 1e6),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  } finally {
    rmSync(path, { force: true });
  }
}
