import { suite } from "uvu";
import * as assert from "uvu/assert";
import { minresQLP } from "../../../src/linalg/krylov/minres/minresQLP.ts";
import { linearMap } from "../../../src/linalg/makeLinearMap.ts";
import { composed, denseMatrix, transposed } from "../../../src/linalg/maps/maps.ts";
import { norm } from "../../../src/linalg/vector.ts";
import { normalSolve } from "../../../src/operators/support/normalSolve.ts";
import * as fc from "../../support/fastCheck.ts";
import { normalVector } from "../../support/random.ts";
import { orthogonal } from "../../support/symmetric.ts";

/** J = U diag(10^0 ... 10^-digits) V^T times `scale`, and a count of its products. */
function system(n: number, digits: number, seed: number, scale: number) {
  const [u, v] = [orthogonal(n, seed), orthogonal(n, seed + 1)];
  const values = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    const size = 10 ** ((-digits * k) / (n - 1));
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) values[i * n + j] = values[i * n + j]! + size * u[k * n + i]! * v[k * n + j]!;
    }
  }
  const dense = denseMatrix(
    n,
    n,
    values.map((value) => value * scale),
  );
  const count = { products: 0 };
  const map = linearMap({
    rows: n,
    columns: n,
    symmetric: false,
    apply(x, out) {
      count.products++;
      dense.apply(x, out);
    },
    applyTranspose(x, out) {
      count.products++;
      dense.applyTranspose(x, out);
    },
  });
  return { map, count };
}

const normalOf = (map: ReturnType<typeof system>["map"]) => composed(transposed(map), map, { symmetric: true });

const tests = suite("normalSolve");

tests("solves to its tolerance by 3 n products at most, in any unit, where MINRES-QLP alone takes more", () => {
  let [more, all] = [0, 0];
  fc.assert(
    fc.property(
      fc.record({
        n: fc.integer({ min: 33, max: 60 }),
        digits: fc.double({ min: 1, max: 5, noNaN: true }),
        damping: fc.constantFrom(1e-3, 1e-6, 1e-9),
        seed: fc.integer({ min: 1, max: 99 }),
        power: fc.integer({ min: -200, max: 200 }),
      }),
      ({ n, digits, damping, seed, power }) => {
        const b = normalVector(n, seed);
        const limits = { shift: damping, relativeTolerance: 1e-10 };
        const { map, count } = system(n, digits, seed, 1);
        const x = normalSolve(map, b, limits);
        assert.ok(count.products <= 3 * n, `${count.products} products`);
        const residual = new Float64Array(n);
        normalOf(map).apply(x, residual);
        const left = residual.map((value, i) => value + damping * x[i]! - b[i]!);
        assert.ok(norm(left) <= 2e-10 * norm(b) * (1 + norm(x) / norm(b)), `residual ${norm(left)}`);

        const [there, scale] = [system(n, digits, seed, 2 ** power).map, 2 ** (2 * power)];
        const scaled = normalSolve(
          there,
          b.map((value) => value * scale),
          { ...limits, shift: damping * scale },
        );
        assert.equal(scaled, x);

        const { map: again, count: before } = system(n, digits, seed, 1);
        minresQLP(normalOf(again), b, limits);
        all++;
        if (before.products > count.products) more++;
      },
    ),
    { numRuns: 40 },
  );
  assert.ok(more > all / 2, `${more} of ${all}`);
});

tests(
  "leaves it to MINRES-QLP where a limit of iterations is given, and where J is singular and nothing is added",
  () => {
    const n = 40;
    const b = normalVector(n, 3);
    const { map } = system(n, 4, 3, 1);
    const few = { shift: 1e-6, relativeTolerance: 1e-10, maxIterations: 7 };
    assert.equal(normalSolve(map, b, few), minresQLP(normalOf(map), b, few).x);

    const half = denseMatrix(
      n,
      n,
      Float64Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 && k < (n * n) / 2 ? 1 + k : 0)),
    );
    const singular = { shift: 0, relativeTolerance: 1e-10 };
    assert.equal(normalSolve(half, b, singular), minresQLP(normalOf(half), b, singular).x);
  },
);

tests.run();
