import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { from, lastValueFrom } from "rxjs";
import { randomSource } from "../../src/random.ts";
import { runDirectory } from "../../src/sinks/runDirectory.ts";
import { directoryFlips } from "../../test/support/flips.ts";
import { makeRows } from "../../test/support/rows.ts";
import type { Section } from "./section.ts";

/** Flips single bits of the files of a run, anywhere, each in files that are whole otherwise. */
export const flips: Section = {
  name: "flips",
  promise: "no flipped bit is shown as good, and every batch that it spares is read",
  async run(full) {
    const folder = mkdtempSync(join(tmpdir(), "fluxion-flips-"));
    try {
      const directory = join(folder, "run");
      await lastValueFrom(from(makeRows(40)).pipe(runDirectory(directory, { batch: { rows: 7 } })));
      const { bits, check } = directoryFlips(directory);
      const random = randomSource(1, "flips");
      const counts: Record<string, number> = { flips: full ? 10_000 : 300, "shown as good": 0 };
      for (let i = 0; i < counts.flips!; i++) {
        const name = check(Math.floor(random.uniform() * bits));
        counts[`in ${name}`] = (counts[`in ${name}`] ?? 0) + 1;
      }
      return counts;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
