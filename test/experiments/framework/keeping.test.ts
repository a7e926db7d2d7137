/** Rows that `--every` and `--keep` let through. */
import { concat, from, NEVER, throwError } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../../src/arrow/row.ts";
import { type Keeping, keptRows } from "../../../src/experiments/framework/keeping.ts";
import * as fc from "../../support/fastCheck.ts";
import { makeRow, makeRun } from "../../support/rows.ts";

const keeping = suite("keptRows");
const run = makeRun();
const point = Float64Array.of(1, 2);

function rowsTo(count: number, end: Row["status"]): Row[] {
  return Array.from({ length: count }, (_, step) =>
    makeRow(run, step, {
      point,
      status: step === count - 1 ? end : "running",
      ...(step === 7 ? { commands: [{ type: "pause" as const, step }] } : {}),
    }),
  );
}

function kept(rows: readonly Row[], how: Keeping, open = false): Row[] {
  const seen: Row[] = [];
  (open ? concat(from(rows), NEVER) : from(rows)).pipe(keptRows(how)).subscribe((row) => seen.push(row));
  return seen;
}

const anyKeeping = fc.record<Keeping>({
  every: fc.integer({ min: 1, max: 12 }),
  keep: fc.constantFrom("all", "numbers", "ends"),
});
const count = fc.integer({ min: 1, max: 60 });

keeping("keeps the first, the last, every k-th row and those with commands, with the points that are asked for", () => {
  fc.assert(
    fc.property(anyKeeping, count, fc.constantFrom("running", "converged"), (how, n, end) => {
      const rows = rowsTo(n, end);
      const expected = rows.filter(
        ({ step }) => step === 0 || step === n - 1 || step === 7 || (how.keep !== "ends" && step % how.every === 0),
      );
      const seen = kept(rows, how);
      assert.equal(
        seen.map(({ step }) => step),
        expected.map(({ step }) => step),
      );
      for (const row of seen) {
        // Of a stream that ends without a verdict, nothing tells beforehand which row is the last.
        const inner = row.step !== 0 && row.status === "running" && (row.step % how.every === 0 || row.step === 7);
        const bare = how.keep === "numbers" && inner;
        assert.is(row.point, bare ? undefined : point);
      }
    }),
  );
});

keeping("an interruption changes nothing: the rows before it and those after it are those of the whole", () => {
  fc.assert(
    fc.property(anyKeeping, count, fc.nat(), (how, n, place) => {
      const rows = rowsTo(n, "stopped");
      const cut = place % n;
      const steps = (some: readonly Row[]): number[] => some.map(({ step }) => step);
      const parts = [...steps(kept(rows.slice(0, cut), how, true)), ...steps(kept(rows.slice(cut), how))];
      assert.equal(parts, steps(kept(rows, how)));
    }),
  );
});

keeping("passes errors on, and nothing after an unsubscription", () => {
  const seen: unknown[] = [];
  concat(
    from(rowsTo(3, "running")),
    throwError(() => new Error("broken")),
  )
    .pipe(keptRows({ every: 2, keep: "all" }))
    .subscribe({ next: ({ step }) => seen.push(step), error: (error: Error) => seen.push(error.message) });
  assert.equal(seen, [0, 2, "broken"]);
});

keeping.run();
