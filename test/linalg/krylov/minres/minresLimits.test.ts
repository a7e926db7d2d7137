import { suite } from "uvu";
import * as assert from "uvu/assert";
import { minresQLP } from "../../../../src/linalg/krylov/minres/minresQLP.ts";
import type { MinresQLPOptions } from "../../../../src/linalg/krylov/minres/minresTypes.ts";
import { linearMap } from "../../../../src/linalg/makeLinearMap.ts";
import { denseMatrix, diagonal } from "../../../../src/linalg/maps/maps.ts";
import { norm } from "../../../../src/linalg/vector.ts";
import { assertClose, assertError } from "../../../support/assert.ts";
import * as fc from "../../../support/fastCheck.ts";
import { assertAllNumbers, system } from "../../../support/minresSystems.ts";
import { normalVector } from "../../../support/random.ts";

const test = suite("minresQLP: limits, preconditioners, other units");

const badOptions: readonly [MinresQLPOptions, RegExp][] = [
  [{ relativeTolerance: -1 }, /relativeTolerance/],
  [{ relativeTolerance: Number.NaN }, /relativeTolerance/],
  [{ maxIterations: 0 }, /maxIterations/],
  [{ maxIterations: 1.5 }, /maxIterations/],
  [{ maxNorm: 0 }, /maxNorm/],
  [{ maxCondition: 1 }, /maxCondition/],
  [{ transitionCondition: 0.5 }, /transitionCondition/],
  [{ shift: Number.NaN }, /shift/],
];
for (const [options, message] of badOptions) {
  test(`refuses ${JSON.stringify(options)} with ${message}`, () => {
    assertError(
      () => minresQLP(diagonal(Float64Array.of(1)), Float64Array.of(1), options),
      "ERR_OPTION_RANGE",
      message,
    );
  });
}

test("never exceeds maxNorm or maxCondition on random systems", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.double({ min: -12, max: 2, noNaN: true }), fc.boolean()), { minLength: 1, maxLength: 10 }),
      fc.double({ min: -3, max: 6, noNaN: true }),
      fc.integer({ min: 0, max: 1000 }),
      (spectrum, size, seed) => {
        const eigenvalues = spectrum.map(([power, negative]) => (negative ? -1 : 1) * 10 ** power);
        const { map, b } = system(
          eigenvalues,
          eigenvalues.map(() => 1),
          seed,
        );
        const maxNorm = 10 ** size;
        const result = minresQLP(map, b, { maxNorm, maxCondition: 1e6 });
        assertAllNumbers(result);
        assert.ok(norm(result.x) <= maxNorm * (1 + 1e-6), `${norm(result.x)} exceeds ${maxNorm}`);
        assert.ok(result.residualNorm <= norm(b) * (1 + 1e-8), "no worse than x = 0");
        if (result.termination !== "condition-limit") assert.ok(result.condition < 1e6);
      },
    ),
    { numRuns: 300, seed: 9 },
  );
});

test("leaves out the component that would need a larger condition number", () => {
  const result = minresQLP(diagonal(Float64Array.of(1, 1e-9)), Float64Array.of(1, 1), { maxCondition: 1e6 });
  assert.is(result.termination, "condition-limit");
  assertClose(result.x, [1, 0], 1e-6, "x", 1);
  assert.ok(result.condition >= 1e6);
});

test("with a preconditioner: the same solution in fewer iterations, residuals in its norm", () => {
  const n = 60;
  const entries = Float64Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 1 : -1) * (1 + i * i));
  const b = normalVector(n, 3);
  const map = diagonal(entries);
  const inverse = entries.map((entry) => 1 / (Math.abs(entry) * (1 + 0.1 * Math.sin(entry))));
  const preconditioner = diagonal(inverse);
  const plain = minresQLP(map, b, { relativeTolerance: 1e-10 });
  const faster = minresQLP(map, b, { preconditioner, relativeTolerance: 1e-10 });
  assertClose(
    faster.x,
    b.map((value, i) => value / entries[i]!),
    1e-8,
  );
  assert.ok(faster.iterations < plain.iterations / 2, `${faster.iterations} and ${plain.iterations} iterations`);
  const early = minresQLP(map, b, { preconditioner, maxIterations: 4 });
  const r = b.map((value, i) => value - entries[i]! * early.x[i]!);
  const weighted = (v: Float64Array): number =>
    Math.sqrt(v.reduce((sum, value, i) => sum + inverse[i]! * value ** 2, 0));
  assertClose(early.residualNorm, weighted(r), 1e-12);
  assertClose(early.cokernelResidualNorm, weighted(r.map((value, i) => entries[i]! * inverse[i]! * value)), 1e-12);
});

test("refuses a preconditioner that is not positive definite", () => {
  assertError(
    () =>
      minresQLP(diagonal(Float64Array.of(1, 2)), Float64Array.of(1, 2), {
        preconditioner: diagonal(Float64Array.of(1, -1)),
      }),
    "ERR_NOT_POSITIVE_DEFINITE",
    /positive definite preconditioner/,
  );
});

test("ends as non-finite, with the last finite iterate, when the map gives NaN or an infinity", () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    for (const from of [1, 2, 4]) {
      let calls = 0;
      const inner = diagonal(Float64Array.of(1, 2, 3, 4, 5, 6));
      const map = linearMap({
        rows: 6,
        columns: 6,
        symmetric: true,
        apply(v, out) {
          inner.apply(v, out);
          if (++calls >= from) out[2] = bad;
        },
      });
      const result = minresQLP(map, Float64Array.of(1, 1, 1, 1, 1, 1));
      assert.is(result.termination, "non-finite");
      assert.is(
        result.x.every((value) => Number.isFinite(value)),
        true,
      );
      assert.is(Number.isNaN(result.residualNorm + result.relativeResidual), false);
      assert.is(result.cokernelResidualNorm, Number.POSITIVE_INFINITY);
      assert.ok(from > 1 || norm(result.x) === 0);
    }
  }
});

test("is invariant under scaling of the map and of b, by powers of two from 2^-500 to 2^500", () => {
  const { matrix, b } = system([0, -2, 1, 3, 8], [2, 1, 2, -1, 3]);
  const reference = minresQLP(denseMatrix(5, 5, matrix, { symmetric: true }), b);
  for (const power of [-500, -300, 300, 500]) {
    const factor = 2 ** power;
    const scaledMap = denseMatrix(
      5,
      5,
      matrix.map((a) => a * factor),
      { symmetric: true },
    );
    assertClose(
      minresQLP(scaledMap, b).x.map((value) => value * factor),
      reference.x,
      1e-13,
      `map times 2^${power}`,
    );
    const larger = minresQLP(
      denseMatrix(5, 5, matrix, { symmetric: true }),
      b.map((value) => value * factor),
    );
    assertClose(
      larger.x.map((value) => value / factor),
      reference.x,
      1e-13,
      `b times 2^${power}`,
    );
    assert.is(larger.termination, reference.termination);
  }
});

test("solves a large sparse system: the second difference with n = 20,000 and a shift", () => {
  const n = 20_000;
  const map = linearMap({
    rows: n,
    columns: n,
    symmetric: true,
    apply(v, out) {
      for (let i = 0; i < n; i++) out[i] = 2 * v[i]! - (i > 0 ? v[i - 1]! : 0) - (i + 1 < n ? v[i + 1]! : 0);
    },
  });
  const b = normalVector(n, 1);
  const result = minresQLP(map, b, { shift: 0.5, relativeTolerance: 1e-10 });
  assert.is(result.termination, "solution");
  assert.ok(result.iterations < 60);
  assert.ok(result.relativeResidual <= 1e-10);
  assert.ok(result.norm > 3.5 && result.norm <= 4.5 + 1e-9);
});

test.run();
