/** Certified zeros that are one, up to the exchange of units. */
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { certify } from "../../src/certify/certify.ts";
import { sameZero } from "../../src/certify/sameZero.ts";
import { untilCritical } from "../../src/operators/measures/untilCritical.ts";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { newtonMR } from "../../src/operators/newton/newtonMR.ts";
import { deepLinearAutoencoder } from "../../src/problems/linearAutoencoder/deepLinearAutoencoder.ts";
import { objective } from "../../src/problems/objective.ts";
import { claimedSymmetry } from "../../src/problems/symmetries/claimed.ts";
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

same("says of zeros on orbits that the orbit leaves it open, and of others on them that they differ", () => {
  const loss = deepLinearAutoencoder({ inputs: 4, hidden: 2, samples: 40 });
  const found = [3, 4, 5].map((seed) => {
    const search = chain(untilCritical({ squaredFieldNorm: 1e-24 }), untilStep(300), newtonMR());
    return certify(loss, firstRows(loss, normalVector(loss.dimension, seed), search, 301).at(-1)!.point);
  });
  const onOrbits = found.filter(({ kernelDimension }) => (kernelDimension ?? 0) > 0);
  assert.ok(onOrbits.length > 0, found.map(({ because }) => because).join("; "));
  const origin = certify(loss, new Float64Array(loss.dimension));
  for (const zero of onOrbits) {
    // W_1 -> c W_1 and W_2 -> W_2 / c lead along the orbit: the loss and all numbers of the certificate are the same.
    for (const factor of [1, 1.01, 2, -1, -3]) {
      const moved = zero.point.map((x, i) => (i < loss.dimension / 2 ? x * factor : x / factor));
      const other = certify(loss, moved);
      if (other.exists === undefined) continue;
      const { answer, because } = sameZero(loss, zero, other);
      assert.is(answer, "undecided", because);
      assert.match(because, /^Each zero lies on an orbit of a symmetry/);
    }
    if (origin.exists !== undefined) assert.is(sameZero(loss, zero, origin).answer, "different");
  }
});

same("proves nothing from a symmetry that is only claimed", () => {
  // The circle x^2 + y^2 = 1 is one orbit of minima, and the origin a maximum.
  const hat = objective([[], []], (x, y) => tf.square(tf.sub(tf.add(tf.square(x), tf.square(y)), 1)));
  const symmetry = claimedSymmetry("rotation", [{ rows: [0, 1], columns: [1, 0], values: [-1, 1] }]);
  const [right, top] = [
    [1, 0],
    [0, 1],
  ].map((point) => certify(hat, point, { symmetry }));
  assert.is(right!.verdict, "zero, given the symmetry", right!.because);
  assert.is(sameZero(hat, right!, top!).answer, "undecided");
  const { answer, because } = sameZero(hat, right!, certify(hat, [0, 0]));
  assert.is(answer, "undecided", because);
  assert.match(because, /^The losses differ: .* rests on a symmetry that is assumed, not proved/);
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
