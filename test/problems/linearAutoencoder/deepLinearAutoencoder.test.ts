import { suite } from "uvu";
import * as assert from "uvu/assert";
import { gaussianData } from "../../../src/problems/data/gaussianData.ts";
import { secondMoment } from "../../../src/problems/data/secondMoment.ts";
import { deepLinearAutoencoder } from "../../../src/problems/linearAutoencoder/deepLinearAutoencoder.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { normalVector } from "../../support/random.ts";
import { referenceDeepLinearAutoencoder } from "../../support/referenceDeepLinearAutoencoder.ts";

function at(problem: Problem, point: Float64Array): { value: number; field: Float64Array; product: Float64Array } {
  const n = problem.dimension;
  const field = new Float64Array(n);
  const product = new Float64Array(n);
  const value = problem.evaluate(point, field);
  problem.linearize(point).apply(normalVector(n, 77), product);
  return { value, field, product };
}

function assertSame(actual: Problem, expected: Problem, point: Float64Array): void {
  const a = at(actual, point);
  const e = at(expected, point);
  assertClose(a.value, e.value, 1e-12, "value");
  assertClose(a.field, e.field, 1e-12, "gradient");
  assertClose(a.product, e.product, 1e-12, "Hessian-vector product");
}

const problem = suite("deepLinearAutoencoder");

problem("equals the one written by hand in value, gradient and Hessian-vector products, reduced or not", () => {
  const samples = 300;
  const moment = secondMoment(gaussianData({ inputs: 16, samples, seed: 4 }), 16);
  const reference = referenceDeepLinearAutoencoder({ inputs: 16, hidden: 4, moment });
  for (const reduce of [true, false]) {
    const traced = deepLinearAutoencoder({ inputs: 16, hidden: 4, samples, seed: 4, reduce });
    assert.is(traced.dimension, 128);
    assert.is(traced.symmetric, true);
    for (let seed = 1; seed <= 5; seed++) assertSame(traced, reference, traced.initialPoint(seed));
    assertSame(
      traced,
      reference,
      normalVector(128, 9).map((x) => 10 * x),
    );
  }
});

problem("does so for other sizes, more hidden units than inputs and a single input among them", () => {
  for (const [inputs, hidden] of [
    [3, 5],
    [1, 1],
    [5, 1],
  ] as const) {
    const moment = secondMoment(gaussianData({ inputs, samples: 20, seed: 2 }), inputs);
    const reference = referenceDeepLinearAutoencoder({ inputs, hidden, moment });
    const traced = deepLinearAutoencoder({ inputs, hidden, samples: 20, seed: 2 });
    assertSame(traced, reference, traced.initialPoint(1));
  }
});

problem("has a vanishing gradient and the stated loss at the critical points it lists", () => {
  const traced = deepLinearAutoencoder({ inputs: 5, hidden: 2, samples: 100, seed: 3 });
  const classes = traced.criticalPoints();
  assert.is(classes.count, 16);
  for (const found of classes) {
    const point = classes.representative(found.directions);
    const { value, field } = at(traced, point);
    assertClose(value, found.loss, 1e-13, "loss", 1);
    assertClose(field, new Float64Array(20), 1e-14, "gradient", 1);
    assert.equal(traced.match(point).class, found);
  }
});

problem("binds the critical points to the data by a hash", () => {
  const hash = (seed: number): string =>
    deepLinearAutoencoder({ inputs: 3, hidden: 1, samples: 10, seed }).criticalPoints().hash;
  assert.is(hash(1), hash(1));
  assert.is.not(hash(1), hash(2));
  assert.is(Object(deepLinearAutoencoder({ inputs: 3, hidden: 1, samples: 10 }).description).hash, hash(1));
});

problem("says in its description that the data are reduced, or that they are not", () => {
  const reduction = (reduce: boolean): string =>
    Object(deepLinearAutoencoder({ inputs: 3, hidden: 1, samples: 10, reduce }).description).reduction;
  assert.match(reduction(true), /triangular factor/);
  assert.is(reduction(false), "none");
});

problem("names its blocks encoder and decoder", () => {
  const { blocks } = deepLinearAutoencoder({ inputs: 3, hidden: 2, samples: 10 });
  assert.equal(
    blocks.map(({ name, shape, offset, size }) => [name, [...shape], offset, size]),
    [
      ["encoder", [2, 3], 0, 6],
      ["decoder", [3, 2], 6, 6],
    ],
  );
});

problem("takes data as they are, without removing their means", () => {
  const data = Float64Array.of(1, 1, 2, 0, 3, 5);
  const traced = deepLinearAutoencoder({ inputs: 2, hidden: 1, data });
  const { value } = at(traced, new Float64Array(4));
  assertClose(value, 40 / 6, 1e-14);
  data.fill(7);
  assertClose(at(traced, new Float64Array(4)).value, 40 / 6, 1e-14);
});

problem("draws initial points by seed", () => {
  const traced = deepLinearAutoencoder({ inputs: 16, hidden: 4, samples: 50 });
  assert.equal(traced.initialPoint(1), traced.initialPoint(1));
  assert.not.equal(traced.initialPoint(1), traced.initialPoint(2));
});

problem("refuses sizes that are none, and data beside samples", () => {
  assertError(() => deepLinearAutoencoder({ inputs: 0 }), "ERR_OPTION_RANGE", /inputs to be a positive integer, got 0/);
  assertError(() => deepLinearAutoencoder({ hidden: 1.5 }), "ERR_OPTION_RANGE", /hidden/);
  const data = Float64Array.of(1, 2);
  assertError(() => deepLinearAutoencoder({ inputs: 1, data, seed: 1 }), "ERR_OPTION_RANGE", /got both/);
  assertError(() => deepLinearAutoencoder({ inputs: 3, data }), "ERR_LENGTH", /samples of 3 numbers, got 2/);
});

problem("names the place of NaN in the data", () => {
  const data = Float64Array.of(1, 2, 3, Number.NaN);
  assertError(() => deepLinearAutoencoder({ inputs: 2, data }), "ERR_NOT_FINITE", /NaN in sample 1, variable 1/);
});

problem("names a variable that is zero in all samples", () => {
  const data = Float64Array.of(1, 0, 3, 2, 0, 1, 4, 0, -1);
  assertError(
    () => deepLinearAutoencoder({ inputs: 3, hidden: 1, data }),
    "ERR_NOT_POSITIVE_DEFINITE",
    /none in variable 1;/,
  );
});

problem.run();
