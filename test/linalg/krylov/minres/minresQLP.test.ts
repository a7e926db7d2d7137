import { suite } from "uvu";
import * as assert from "uvu/assert";
import { minresQLP } from "../../../../src/linalg/krylov/minres/minresQLP.ts";
import { linearMap } from "../../../../src/linalg/makeLinearMap.ts";
import { denseMatrix, diagonal } from "../../../../src/linalg/maps/maps.ts";
import { dot, norm } from "../../../../src/linalg/vector.ts";
import { assertClose, assertError } from "../../../support/assert.ts";
import * as fc from "../../../support/fastCheck.ts";
import { assertAllNumbers, system, trueResiduals } from "../../../support/minresSystems.ts";
import { normalVector } from "../../../support/random.ts";
import { combine, orthogonal } from "../../../support/symmetric.ts";

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

test("refuses wrong sizes, maps that are not symmetric, and a right side that is not finite", () => {
  const square = denseMatrix(2, 2, new Float64Array(4));
  assertError(() => minresQLP(square, new Float64Array(2)), "ERR_NOT_SYMMETRIC", /symmetric/);
  assertError(() => minresQLP(diagonal(new Float64Array(3)), new Float64Array(2)), "ERR_LENGTH", /3 x 3/);
  const preconditioner = diagonal(new Float64Array(3));
  assertError(() => minresQLP(diagonal(new Float64Array(2)), new Float64Array(2), { preconditioner }), "ERR_LENGTH");
  assertError(() => minresQLP(diagonal(new Float64Array(2)), Float64Array.of(1, Number.NaN)), "ERR_NOT_FINITE");
});

test.run();
