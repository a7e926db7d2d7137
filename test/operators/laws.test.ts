/** Laws of every public operator: what was interrupted goes on, reused vectors and other runs at the same time change nothing. */
import { lastValueFrom, map, take, tap, toArray, zip } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { chain } from "../../src/streams/chain.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import { iterate } from "../../src/streams/iterate.ts";
import type { Iterate } from "../../src/streams/types.ts";
import { assertResumes } from "../support/checkpoints.ts";
import { caseOf, count } from "../support/operatorCases.ts";
import { operatorTable } from "../support/operatorTable.ts";

/** What two runs must have in common; the time and the arrays themselves may differ. */
function numbersOf({ point, direction, columns, vectors, ...row }: Iterate): unknown {
  const { step, status, value, squaredFieldNorm, stepSize, evaluations, products } = row;
  const plain = Object.entries(vectors ?? {}).map(([name, vector]) => [name, Array.from(vector ?? [])]);
  return {
    ...{ step, status, value, squaredFieldNorm, stepSize, evaluations, products, plain },
    columns: { ...columns },
    point: Array.from(point),
    direction: Array.from(direction),
  };
}

const laws = suite("laws of operators");
const skipped: string[] = [];
for (const entry of operatorTable.filter(({ inLoop }) => inLoop)) {
  const found = caseOf(entry);
  if (typeof found === "string") {
    skipped.push(`${entry.name}: ${found}`);
    continue;
  }
  const { make, problem, start } = found;
  laws(`${entry.name}: goes on from each checkpoint with the same rows`, () => {
    assertResumes(problem, start, () => chain(untilStep(count - 1), make()), { least: 2 });
  });
  laws(`${entry.name}: vectors that rows share change no number`, () => {
    const plain = firstRows(problem, start, make(), count).map(numbersOf);
    const reused: unknown[] = [];
    firstRows(problem, start, make(), count, {
      reuse: true,
      after: (rows) => rows.pipe(tap((row) => reused.push(numbersOf(row as Iterate)))),
    });
    assert.equal(reused, plain);
  });
  laws(`${entry.name}: two runs of one update at the same time do not disturb each other`, async () => {
    const alone = firstRows(problem, start, make(), count).map(numbersOf);
    const update = make();
    // So short a slice makes the runs take turns at every step.
    const run = iterate(problem, start, update, { slice: 1e-9 });
    const pairs = await lastValueFrom(
      zip(run, run).pipe(
        take(alone.length),
        map((rows) => rows.map(numbersOf)),
        toArray(),
      ),
    );
    assert.equal(
      pairs,
      alone.map((row) => [row, row]),
    );
  });
}

laws("were tried on all operators", () => {
  assert.equal(skipped, []);
});

laws.run();
