import { suite } from "uvu";
import * as assert from "uvu/assert";
import { minresQLP } from "../../../../src/linalg/krylov/minres/minresQLP.ts";
import {
  type MinresQLPOptions,
  type MinresQLPResult,
  minresTerminations,
} from "../../../../src/linalg/krylov/minres/minresTypes.ts";
import { linearMap } from "../../../../src/linalg/makeLinearMap.ts";
import { denseMatrix, diagonal } from "../../../../src/linalg/maps/maps.ts";
import { dot, norm } from "../../../../src/linalg/vector.ts";
import { assertClose, assertError } from "../../../support/assert.ts";
import * as fc from "../../../support/fastCheck.ts";
import { normalVector } from "../../../support/random.ts";
import { combine, orthogonal, withSpectrum } from "../../../support/symmetric.ts";

/** A = V diag(eigenvalues) V^T, b = V coordinates, x = A^+ b. */
function system(eigenvalues: readonly number[], coordinates: readonly number[], seed = 1) {
  const n = eigenvalues.length;
  const basis = orthogonal(n, seed);
  const matrix = withSpectrum(eigenvalues, basis);
  return {
    matrix,
    map: denseMatrix(n, n, matrix, { symmetric: true }),
    b: combine(coordinates, basis),
    x: combine(
      eigenvalues.map((value, k) => (value === 0 ? 0 : coordinates[k]! / value)),
      basis,
    ),
  };
}

/** ||b - A x||, ||A (b - A x)|| computed here, for A + shift I. */
function trueResiduals(matrix: Float64Array, b: Float64Array, x: Float64Array, shift = 0): [number, number] {
  const n = b.length;
  const times = (v: Float64Array): Float64Array =>
    v.map((own, i) => dot(matrix.subarray(i * n, (i + 1) * n), v) + shift * own);
  const r = times(x).map((value, i) => b[i]! - value);
  return [norm(r), norm(times(r))];
}

function assertAllNumbers(result: MinresQLPResult): void {
  for (const [name, value] of Object.entries(result)) {
    if (typeof value === "number") assert.is(Number.isFinite(value), true, `${name} is ${value}`);
  }
  assert.is(
    result.x.every((value) => Number.isFinite(value)),
    true,
    "x is finite",
  );
  assert.ok(minresTerminations.includes(result.termination));
}

const test = suite("minresQLP");

const cases: readonly { title: string; eigenvalues: number[]; coordinates: number[]; ends: string }[] = [
  { title: "definite", eigenvalues: [1, 2, 5, 9], coordinates: [1, -2, 3, 1], ends: "solution" },
  { title: "indefinite", eigenvalues: [-3, -0.1, 0.2, 4, 7], coordinates: [1, 1, -1, 2, 1], ends: "solution" },
  { title: "singular consistent", eigenvalues: [0, 0, -2, 1, 3], coordinates: [0, 0, 1, 2, -1], ends: "solution" },
  {
    title: "singular inconsistent",
    eigenvalues: [0, 0, -2, 1, 3, 8],
    coordinates: [2, -1, 1, 2, -1, 3],
    ends: "least-squares",
  },
  { title: "repeated eigenvalues", eigenvalues: [2, 2, 2, -1, -1], coordinates: [1, 2, 3, 4, 5], ends: "solution" },
  { title: "one equation", eigenvalues: [-4], coordinates: [3], ends: "solution" },
];
for (const { title, eigenvalues, coordinates, ends } of cases) {
  for (const transitionCondition of [1, 1e7, 1e11]) {
    test(`gives the pseudo-inverse solution: ${title}, change to QLP at ${transitionCondition}`, () => {
      const { map, b, x, matrix } = system(eigenvalues, coordinates);
      const result = minresQLP(map, b, { transitionCondition });
      assertClose(result.x, x, 1e-9);
      assert.is(result.termination, ends);
      const [residual, cokernel] = trueResiduals(matrix, b, result.x);
      assertClose(result.residualNorm, residual, 1e-12, "residualNorm", 1);
      assertClose(result.cokernelResidualNorm, cokernel, 1e-12, "cokernelResidualNorm", 1);
      const scale = result.norm * norm(result.x) + norm(b);
      assertClose(result.relativeResidual, residual / scale, 1e-12, "relativeResidual", 1);
      assert.ok(result.norm <= Math.max(...eigenvalues.map(Math.abs)) * (1 + 1e-12), "the norm is a lower bound");
      assertAllNumbers(result);
    });
  }
}

test("agrees with the pseudo-inverse on random spectra, singular ones with any right side included", () => {
  const size = fc.constantFrom(0, 0, 0.1, 0.3, 1, 4, 10);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(size, fc.boolean(), fc.double({ min: 0.2, max: 3, noNaN: true }), fc.boolean()), {
        minLength: 1,
        maxLength: 14,
      }),
      fc.integer({ min: 0, max: 1000 }),
      fc.constantFrom(1, 10, 1e7),
      (spectrum, seed, transitionCondition) => {
        const eigenvalues = spectrum.map(([value, negative]) => (negative ? -value : value));
        const coordinates = spectrum.map(([, , c, negative]) => (negative ? -c : c));
        const { map, b, x, matrix } = system(eigenvalues, coordinates, seed);
        const result = minresQLP(map, b, { transitionCondition });
        assertAllNumbers(result);
        assertClose(result.x, x, 1e-6, "x", 1);
        const [residual] = trueResiduals(matrix, b, result.x);
        assertClose(result.residualNorm, residual, 1e-10, "residualNorm", norm(b));
      },
    ),
    { numRuns: 300, seed: 5 },
  );
});

test("has the smallest residual of the Krylov space at every iteration", () => {
  const eigenvalues = Array.from({ length: 12 }, (_, k) => (k - 4.5) * 0.7);
  const { map, b, matrix } = system(
    eigenvalues,
    eigenvalues.map(() => 1),
  );
  let before = norm(b);
  for (let maxIterations = 1; maxIterations < 12; maxIterations++) {
    for (const transitionCondition of [1, 1e7]) {
      const result = minresQLP(map, b, { maxIterations, transitionCondition });
      assert.is(result.termination, "iteration-limit");
      assert.is(result.iterations, maxIterations);
      // r is orthogonal to A K_k, of which A b is a member.
      const ab = new Float64Array(12);
      map.apply(b, ab);
      const ax = new Float64Array(12);
      map.apply(result.x, ax);
      const r = b.map((value, i) => value - ax[i]!);
      assert.ok(Math.abs(dot(r, ab)) < 1e-12 * norm(ab) * norm(b));
      assert.ok(result.residualNorm <= before * (1 + 1e-12));
      if (transitionCondition === 1e7) before = trueResiduals(matrix, b, result.x)[0];
    }
  }
});

test("answers b = 0 with x = 0 and residuals 0", () => {
  const result = minresQLP(diagonal(Float64Array.of(1, 0, -2)), new Float64Array(3));
  assert.equal(Array.from(result.x), [0, 0, 0]);
  assert.is(result.termination, "zero");
  assert.is(result.relativeResidual, 0);
  assert.is(result.relativeCokernelResidual, 0);
  assertAllNumbers(result);
});

test("answers b in the kernel with x = 0, relative residual 1, relative co-kernel residual 0", () => {
  const result = minresQLP(diagonal(Float64Array.of(1, 0, -2)), Float64Array.of(0, 5, 0));
  assert.equal(Array.from(result.x), [0, 0, 0]);
  assert.is(result.termination, "least-squares");
  assert.is(result.relativeResidual, 1);
  assert.is(result.relativeCokernelResidual, 0);
  assertAllNumbers(result);
});

test("answers the zero map with x = 0", () => {
  const result = minresQLP(diagonal(new Float64Array(2)), Float64Array.of(1, 2));
  assert.equal(Array.from(result.x), [0, 0]);
  assert.is(result.termination, "least-squares");
  assertAllNumbers(result);
});

test("recognises a right side that lies in the kernel up to rounding", () => {
  for (let seed = 0; seed < 40; seed++) {
    const { map, b } = system([0, 1, -2, 5, 40, 0, 0.5], [3, 0, 0, 0, 0, -1, 0], seed);
    const result = minresQLP(map, b);
    assertClose(result.x, new Float64Array(7), 1e-12, "x", 1);
    assert.ok(result.termination.startsWith("least-squares"), result.termination);
    assert.ok(result.relativeResidual > 0.999999);
  }
});

test("solves for an eigenvector b in one step, and keeps its norm below maxNorm", () => {
  const eigenvector = minresQLP(diagonal(Float64Array.of(1e-9, 10)), Float64Array.of(3, 0));
  assertClose(eigenvector.x, [3e9, 0], 1e-12);
  assert.is(eigenvector.termination, "solution");
  assert.is(eigenvector.iterations, 1);
  const bounded = minresQLP(diagonal(Float64Array.of(1e-12, 10)), Float64Array.of(3, 0), { maxNorm: 100 });
  assert.equal(Array.from(bounded.x), [0, 0]);
  assert.is(bounded.termination, "norm-limit");
  assert.is(bounded.relativeResidual, 1);
  assertAllNumbers(bounded);
});

test("sees the gradient-flat point of the quartic: r > 0.99 and r_H < 1e-10 with maxNorm 100", () => {
  const x = Math.SQRT2;
  for (const y of [1e-3, 1e-6]) {
    const hessian = diagonal(Float64Array.of(3 * x * x - 6, 10.8 * y * y + 10));
    const right = Float64Array.of(-(x ** 3 - 6 * x + 9), -(3.6 * y ** 3 + 10 * y));
    const result = minresQLP(hessian, right, { maxNorm: 100, relativeTolerance: 1e-10, maxIterations: 2 });
    assert.ok(result.relativeResidual > 0.99, `r = ${result.relativeResidual}`);
    assert.ok(result.relativeCokernelResidual < 1e-10, `r_H = ${result.relativeCokernelResidual}`);
    assert.ok(norm(result.x) < 100);
  }
});

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

test("solves the shifted system, also where the shift makes it singular", () => {
  const { map, b, matrix } = system([1, 2, 5], [1, -2, 3]);
  const basis = orthogonal(3, 1);
  const result = minresQLP(map, b, { shift: 0.5 });
  assertClose(result.x, combine([1 / 1.5, -2 / 2.5, 3 / 5.5], basis), 1e-10);
  const [residual, cokernel] = trueResiduals(matrix, b, result.x, 0.5);
  assertClose(result.residualNorm, residual, 1e-12, "residualNorm", 1);
  assertClose(result.cokernelResidualNorm, cokernel, 1e-12, "cokernelResidualNorm", 1);
  const singular = minresQLP(map, b, { shift: -2 });
  assertClose(singular.x, combine([-1, 0, 1], basis), 1e-9);
  assert.is(singular.termination, "least-squares");
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

test("reports each iteration and stops when asked to", () => {
  const { map, b } = system([1, 2, 5, 9, -4], [1, -2, 3, 1, 1]);
  const seen: number[] = [];
  const result = minresQLP(map, b, {
    onIteration(iteration, relativeResidual, relativeCokernelResidual) {
      assert.ok(relativeResidual >= 0 && relativeResidual <= 1);
      assert.ok(relativeCokernelResidual >= 0 && relativeCokernelResidual <= 1 + 1e-12);
      seen.push(iteration);
      return iteration === 3;
    },
  });
  assert.equal(seen, [1, 2, 3]);
  assert.is(result.termination, "stopped");
  assert.is(result.iterations, 3);
});

test("leaves b and the options alone, and gives the same again", () => {
  const { map, b } = system([0, 2, 5, -9], [1, -2, 3, 1]);
  const copy = b.slice();
  const first = minresQLP(map, b);
  assert.equal(b, copy);
  assert.equal(minresQLP(map, b), first);
});

test("costs one product an iteration and two for the residuals", () => {
  let products = 0;
  const inner = diagonal(Float64Array.from({ length: 30 }, (_, i) => i - 7.3));
  const map = linearMap({
    rows: 30,
    columns: 30,
    symmetric: true,
    apply(v, out) {
      products++;
      inner.apply(v, out);
    },
  });
  const result = minresQLP(map, normalVector(30, 2), { maxIterations: 9 });
  assert.is(result.iterations, 9);
  assert.is(products, 11);
});

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

test("refuses wrong sizes, maps that are not symmetric, and a right side that is not finite", () => {
  const square = denseMatrix(2, 2, new Float64Array(4));
  assertError(() => minresQLP(square, new Float64Array(2)), "ERR_NOT_SYMMETRIC", /symmetric/);
  assertError(() => minresQLP(diagonal(new Float64Array(3)), new Float64Array(2)), "ERR_LENGTH", /3 x 3/);
  const preconditioner = diagonal(new Float64Array(3));
  assertError(() => minresQLP(diagonal(new Float64Array(2)), new Float64Array(2), { preconditioner }), "ERR_LENGTH");
  assertError(() => minresQLP(diagonal(new Float64Array(2)), Float64Array.of(1, Number.NaN)), "ERR_NOT_FINITE");
});

test.run();
