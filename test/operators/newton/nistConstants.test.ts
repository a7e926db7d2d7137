/** The constants of the trust region do not decide: with their neighbours NIST's regressions are solved as well. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { eigenvectorFollowing } from "../../../src/operators/newton/eigenvectorFollowing.ts";
import { trust } from "../../../src/operators/support/trust.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { isReached, nistLoss, nistSets } from "../../support/nist.ts";

const problems = nistSets.map(nistLoss);

type Name = keyof typeof trust;

/** Factors are above 1, and so are their neighbours: half and twice what is above 1. */
const factors: readonly Name[] = ["shrink", "growth"];
/** Half and twice each constant. */
const neighbours: readonly (readonly [Name, number])[] = (Object.keys(trust) as Name[]).flatMap((name) => {
  const least = factors.includes(name) ? 1 : 0;
  return [0.5, 2].map((factor) => [name, least + factor * (trust[name] - least)] as const);
});
/** All are tried with `FLUXION_TEST_FULL=1`, as in `.ci/run full`; otherwise those that matter most. */
const often: readonly Name[] = [...factors, "firstRadius", "steadyError"];
const tried = process.env.FLUXION_TEST_FULL === "1" ? neighbours : neighbours.filter(([name]) => often.includes(name));

const tests = suite("constants of the trust region");

for (const [name, value] of tried) {
  // Which minimum is reached from afar may depend on each early step, and the factors decide on all of them.
  const least = factors.includes(name) ? 24 : 26;
  tests(`with ${name} ${value} at least ${least} of the 27 sets are reached from each start`, () => {
    const usual = trust[name];
    trust[name] = value;
    try {
      for (const which of [0, 1] as const) {
        const missed = nistSets.filter((set, k) => {
          const rows = firstRows(problems[k]!, set.starts[which], eigenvectorFollowing({ index: 0 }), 501);
          return !isReached(rows.at(-1)!, set);
        });
        const names = missed.map((set) => set.name).join(", ");
        assert.ok(nistSets.length - missed.length >= least, `from start ${which + 1} not ${names}`);
      }
    } finally {
      trust[name] = usual;
    }
  });
}

tests.run();
