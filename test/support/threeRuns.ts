/** A directory with an experiment of two runs and a run of a program, without running the command. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { from } from "rxjs";
import { sealedJson } from "../../src/arrow/checks/sealedJson.ts";
import type { Row, Run } from "../../src/arrow/row.ts";
import { newExperiment } from "../../src/cli/experimentFile.ts";
import { runDirectory } from "../../src/sinks/runDirectory.ts";
import { scratchDirectory } from "./command.ts";
import { makeRow, makeRun } from "./rows.ts";

export function recordRows(directory: string, rows: readonly Row[]): void {
  from(rows).pipe(runDirectory(directory)).subscribe();
}

/** Rows whose value is 1 / (1 + step) times a factor, the last one converged. */
export function fallingRows(run: Run, count: number, factor = 1): Row[] {
  return Array.from({ length: count }, (_, step) =>
    makeRow(run, step, {
      value: factor / (1 + step),
      squaredFieldNorm: factor * 2 ** -step,
      status: step === count - 1 ? "converged" : "running",
    }),
  );
}

/**
 * Makes `runs/` in a scratch directory, of whose path a part is a space: `pair one` with the runs `a` (5 rows) and `b`
 * (9 rows), and `alone` (3 rows, then from step 2 on a second attempt with 4).
 *
 * @returns the scratch directory
 */
export function threeRuns(): string {
  const here = join(scratchDirectory(), "a place");
  const pair = join(here, "runs", "pair one");
  mkdirSync(pair, { recursive: true });
  for (const [name, count, factor] of [
    ["a", 5, 1],
    ["b", 9, 3],
  ] as const) {
    recordRows(join(pair, name), fallingRows(makeRun({ name, description: { scale: factor } }), count, factor));
  }
  const source = { module: "built-in", hash: "0" } as const;
  const file = newExperiment({ name: "pair", source, options: { searches: 2, noise: "high" }, seed: 7 });
  const finding = (run: string, verdict: string, loss: number, index: number) => ({
    run,
    verdict,
    numbers: { loss, index },
  });
  const findings = [finding("a", "critical point", 0.2, 3), finding("b", "stagnated", 1 / 3, 12)];
  const ended = new Date(Date.parse(file.began) + 4000).toISOString();
  const whole = { ...file, began: "2026-01-01T00:00:00.000Z", ended, state: "finished", runs: ["a", "b"], findings };
  writeFileSync(join(pair, "experiment.json"), sealedJson(whole));
  const alone = join(here, "runs", "alone");
  const first = makeRun({ name: "alone" });
  recordRows(
    alone,
    fallingRows(first, 3).map((row) => ({ ...row, status: "running" })),
  );
  recordRows(alone, fallingRows({ ...first, attempt: 2 }, 6, 10).slice(2));
  return here;
}
