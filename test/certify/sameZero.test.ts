/** Certified zeros that are one, up to the exchange of units. */
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { certify } from "../../src/certify/certify.ts";
import { sameZero } from "../../src/certify/sameZero.ts";
import { untilCritical } from "../../src/operators/measures/untilCritical.ts";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { newtonMR } from "../../src/operators/newton/newtonMR.ts";
import { objective } from "../../src/problems/objective.ts";
import { provedOf } from "../../src/problems/symmetries/proved.ts";
import { chain } from "../../src/streams/chain.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import { assertError } from "../support/assert.ts";
import { tanhNetwork } from "../support/certified.ts";
import { normalVector } from "../support/random.ts";

const same = suite("sameZero");

same("knows the zeros of a double well apart, and one from two sides as one", () => {
  const wells = objective([[]], (x) => tf.add(tf.square(tf.sub(tf.square(x), 1)), tf.mul(0.1, x)));
  const at = (x: number) => certify(wells, [x]);
  assert.is(sameZero(wells, at(-1), at(1)).answer, "different");
  assert.is(sameZero(wells, at(-1), at(0)).answer, "different");
  assert.is(sameZero(wells, at(1), at(0.95)).answer, "same");
  // The symmetric well has equal losses on both sides, which are not shown to be two zeros.
  const even = objective([[]], (x) => tf.square(tf.sub(tf.square(x), 1)));
  assert.is(sameZero(even, certify(even, [-1]), certify(even, [1])).answer, "undecided");
});

same("finds the exchange of units, and their signs, in networks of two hidden layers", () => {
  const problem = tanhNetwork(2, [2, 3, 2, 2]);
  let tried = 0;
  for (let seed = 1; seed <= 8 && tried < 3; seed++) {
    const start = normalVector(problem.dimension, seed);
    const search = chain(untilCritical({ squaredFieldNorm: 1e-20 }), untilStep(300), newtonMR());
    const found = certify(problem, firstRows(problem, start, search, 301).at(-1)!.point);
    if (found.exists === undefined) continue;
    tried++;
    const moved: Float64Array = found.point.slice();
    for (const { incoming, outgoing } of provedOf(problem).units) {
      const before = moved.slice();
      for (const places of [incoming, outgoing]) {
        places.forEach((to, unit) => {
          // The next unit, with the other sign.
          const from = places[(unit + 1) % places.length]!;
          to.forEach((place, k) => {
            moved[place] = -before[from[k]!]!;
          });
        });
      }
    }
    const other = certify(problem, moved);
    assert.is(other.morseIndex, found.morseIndex, other.because);
    // Only the zero at the origin is its own image.
    const { answer, because } = sameZero(problem, found, other);
    assert.is(answer, "same", because);
    if (Math.hypot(...found.point) > 1e-3) assert.ok(Math.hypot(...found.point.map((x, i) => x - moved[i]!)) > 1e-3);
  }
  assert.ok(tried > 0);
});

same("refuses certificates that prove no zero", () => {
  const slope = objective([[]], (x) => tf.exp(x));
  const none = certify(slope, [1]);
  assertError(
    () => sameZero(slope, none, none),
    "ERR_OPTION_TYPE",
    /expected certificates of zeros, got one that says: No zero/,
  );
});

same.run();
