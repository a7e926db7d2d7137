/** NIST's nonlinear regressions, whose parameters have different sizes, from both of their starts. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { eigenvectorFollowing } from "../../../src/operators/newton/eigenvectorFollowing.ts";
import { wolfeLineSearch } from "../../../src/operators/newton/lineSearch/wolfeLineSearch.ts";
import { saddleFreeDirection } from "../../../src/operators/newton/saddleFreeDirection.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { evaluate } from "../../../src/streams/loop/evaluation.ts";
import type { Update } from "../../../src/streams/types.ts";
import { assertClose } from "../../support/assert.ts";
import { isReached, nistLoss, nistSets } from "../../support/nist.ts";

/** The finders of minima, at their default options. */
const finders: Readonly<Record<string, () => Update>> = {
  saddleFreeDirection: () => chain(saddleFreeDirection(), wolfeLineSearch({ merit: "value" })),
  eigenvectorFollowing: () => eigenvectorFollowing({ index: 0 }),
};
/** Number of steps that a run may take. */
const steps = 500;
/** Number of the 27 sets that each finder reaches from each start. */
const least = 26;

const problems = nistSets.map(nistLoss);
const tests = suite("NIST StRD");

tests("are 27 sets, whose certified parameters give the certified residual sum with the models as written here", () => {
  assert.is(nistSets.length, 27);
  nistSets.forEach(({ name, certified, residualSum, starts, y }, k) => {
    for (const start of starts) assert.is(start.length, certified.length, name);
    const { value } = evaluate(problems[k]!, Float64Array.from(certified));
    // The parameters are printed to 11 digits, which matters where the residuals are as small as those digits.
    const rounding = 1e-20 * y.reduce((sum, each) => sum + each ** 2, 0);
    assert.ok(Math.abs(value - residualSum) <= 1e-9 * residualSum + rounding, `${name}: ${value}, not ${residualSum}`);
  });
});

for (const [name, make] of Object.entries(finders)) {
  for (const which of [0, 1] as const) {
    tests(`${name} reaches at least ${least} of them from start ${which + 1}`, () => {
      const missed: string[] = [];
      nistSets.forEach((set, k) => {
        const last = firstRows(problems[k]!, set.starts[which], make(), steps + 1).at(-1)!;
        if (!isReached(last, set)) missed.push(`${set.name} (${last.status} at step ${last.step}, ${last.value})`);
      });
      assert.ok(nistSets.length - missed.length >= least, missed.join(", "));
    });
  }
}

tests("Misra1a from (250, 5e-4) is not flat: the units of its parameters only make it look so", () => {
  const k = nistSets.findIndex(({ name }) => name === "Misra1a");
  for (const make of Object.values(finders)) {
    const last = firstRows(problems[k]!, [250, 5e-4], make(), steps).at(-1)!;
    assertClose(last.point, nistSets[k]!.certified, 1e-6);
    assert.is(last.columns.cutDirections, 0);
  }
});

tests.run();
