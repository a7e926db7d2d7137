import { suite } from "uvu";
import * as assert from "uvu/assert";
import { symmetricEigen } from "../../../src/linalg/dense/dense.ts";
import { lanczos } from "../../../src/linalg/krylov/lanczos.ts";
import { tridiagonalEigen } from "../../../src/linalg/krylov/tridiagonalEigen.ts";
import { linearMap } from "../../../src/linalg/makeLinearMap.ts";
import { denseMatrix, diagonal } from "../../../src/linalg/maps/maps.ts";
import { axpy, dot, norm } from "../../../src/linalg/vector.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";
import { normalVector } from "../../support/random.ts";
import { orthogonal, withSpectrum } from "../../support/symmetric.ts";

const symmetric = (spectrum: readonly number[], seed: number) =>
  denseMatrix(spectrum.length, spectrum.length, withSpectrum(spectrum, orthogonal(spectrum.length, seed)), {
    symmetric: true,
  });

const tridiagonal = suite("tridiagonalEigen");
tridiagonal("agrees with the dense solver, in values and in rows of eigenvectors", () => {
  const entry = fc.constantFrom(0, 0, 1, -1, 2.5, 1e-12, 1e8, -3);
  fc.assert(
    fc.property(fc.array(fc.tuple(entry, entry), { minLength: 1, maxLength: 14 }), (pairs) => {
      const m = pairs.length;
      const d = pairs.map(([a]) => a);
      const e = pairs.slice(1).map(([, b]) => b);
      const dense = new Float64Array(m * m);
      d.forEach((x, i) => {
        dense[i * m + i] = x;
      });
      e.forEach((x, i) => {
        dense[i * m + i + 1] = x;
        dense[(i + 1) * m + i] = x;
      });
      const all = tridiagonalEigen(d, e, "all");
      const scale = Math.max(1, norm(dense));
      assertClose(all.values, symmetricEigen(dense).values, 1e-13, "values", scale);
      for (let k = 0; k < m; k++) {
        const vector = all.rows.map((row) => row[k]!);
        const residual = vector.map((_, i) => {
          let sum = -all.values[k]! * vector[i]!;
          for (let j = 0; j < m; j++) sum += dense[i * m + j]! * vector[j]!;
          return sum;
        });
        assertClose(residual, new Float64Array(m), 1e-13, "T s = theta s", scale);
        assertClose(Math.hypot(...vector), 1, 1e-13);
      }
      const ends = tridiagonalEigen(d, e, "ends");
      assertClose(
        ends.rows[0]!.map((x) => x * x),
        all.rows[0]!.map((x) => x * x),
        1e-12,
        "first",
        1,
      );
      assert.equal(tridiagonalEigen(d, e).rows, []);
    }),
    { numRuns: 120, seed: 11 },
  );
});
tridiagonal("refuses NaN and too few numbers", () => {
  assertError(() => tridiagonalEigen([1, Number.NaN], [0]), "ERR_NOT_FINITE");
  assertError(() => tridiagonalEigen([1, 2], []), "ERR_LENGTH", /1 numbers beside a diagonal of 2/);
});
tridiagonal.run();

const test = suite("lanczos");

test("finds the whole spectrum, multiplicities among it, when it restarts", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(-3, -1, 0, 0, 1e-6, 2, 7), { minLength: 1, maxLength: 16 }),
      fc.integer({ min: 0, max: 99 }),
      (spectrum, seed) => {
        const { values, residuals } = lanczos(symmetric(spectrum, seed), { seed, exhausted: "restart" });
        assertClose(
          values,
          [...spectrum].sort((a, b) => a - b),
          1e-12,
          "values",
          7,
        );
        assert.ok(residuals.every((r) => r === 0));
      },
    ),
    { numRuns: 60, seed: 2 },
  );
});

test("keeps its vectors orthonormal, and A V = V T + rest, over many steps of a spread spectrum", () => {
  const n = 120;
  const spectrum = Array.from({ length: n }, (_, k) => (k < 3 ? -(10 ** (3 - k)) : 1e-4 * 1.1 ** k));
  const map = symmetric(spectrum, 1);
  const { basis, diagonal: alpha, offDiagonal: beta, remainder, steps } = lanczos(map, { steps: 60, seed: 3 });
  assert.is(steps, 60);
  for (let i = 0; i < steps; i++) {
    for (let j = 0; j <= i; j++) assertClose(dot(basis[i]!, basis[j]!), i === j ? 1 : 0, 1e-13, "orthonormal", 1);
  }
  for (const j of [0, 30, 59]) {
    const rest = new Float64Array(n);
    map.apply(basis[j]!, rest);
    axpy(-alpha[j]!, basis[j]!, rest);
    if (j > 0) axpy(-beta[j - 1]!, basis[j - 1]!, rest);
    assertClose(norm(rest), j === 59 ? remainder : beta[j]!, 1e-10, "beta", 1000 * 1e-3);
  }
});

test("bounds the distance of each Ritz value from an eigenvalue by its residual", () => {
  const spectrum = Array.from({ length: 80 }, (_, k) => Math.sin(k) * (1 + k / 9));
  const map = symmetric(spectrum, 4);
  const { values, residuals, vectors } = lanczos(map, { steps: 25 });
  values.forEach((theta, k) => {
    const distance = Math.min(...spectrum.map((lambda) => Math.abs(lambda - theta)));
    assert.ok(distance <= residuals[k]! + 1e-12, `${distance} > ${residuals[k]}`);
  });
  const places = [0, 10, 24];
  vectors(places).forEach((y, at) => {
    const image = new Float64Array(80);
    map.apply(y, image);
    axpy(-values[places[at]!]!, y, image);
    assertClose(norm(image), residuals[places[at]!]!, 1e-10, "||A y - theta y||", 1);
    assertClose(norm(y), 1, 1e-12);
  });
  const low = Math.min(...spectrum);
  assert.ok(values[0]! >= low - 1e-12 && values[0]! < low + 1e-2, "smallest from above");
});

test("stops where its Krylov space ends, unless told to restart", () => {
  const start = Float64Array.of(1, 1, 0, 0, 0);
  const map = diagonal(Float64Array.of(2, -1, 5, 5, 5));
  const stopped = lanczos(map, { start });
  assert.is(stopped.steps, 2);
  assertClose(stopped.values, [-1, 2], 1e-14);
  assertClose(stopped.weights, [0.5, 0.5], 1e-14);
  assert.is(stopped.remainder, 0);
  assertClose(lanczos(map, { start, exhausted: "restart" }).values, [-1, 2, 5, 5, 5], 1e-13);
});

test("gives the moments of the start's spectral measure by its weights", () => {
  const entries = normalVector(40, 8);
  const start = normalVector(40, 9);
  const length = norm(start);
  const { values, weights } = lanczos(diagonal(entries), { start, steps: 6 });
  for (let power = 0; power <= 11; power++) {
    const exact = entries.reduce((sum, x, i) => sum + x ** power * (start[i]! / length) ** 2, 0);
    assertClose(
      values.reduce((sum, x, k) => sum + x ** power * weights[k]!, 0),
      exact,
      1e-9,
      `moment ${power}`,
      1,
    );
  }
});

test("handles the zero map and one number", () => {
  assertClose(lanczos(diagonal(new Float64Array(4))).values, [0], 0);
  assertClose(lanczos(diagonal(Float64Array.of(-7))).values, [-7], 0);
});

test("refuses what it cannot do", () => {
  const map = diagonal(Float64Array.of(1, 2));
  assertError(() => lanczos(denseMatrix(2, 2, new Float64Array(4))), "ERR_NOT_SYMMETRIC");
  assertError(() => lanczos(map, { steps: 0 }), "ERR_OPTION_RANGE", /steps/);
  assertError(() => lanczos(map, { start: new Float64Array(3) }), "ERR_LENGTH", /length 2, got 3/);
  assertError(() => lanczos(map, { start: new Float64Array(2) }), "ERR_NOT_FINITE", /not zero/);
  const broken = linearMap({ rows: 2, columns: 2, symmetric: true, apply: (_, out) => out.fill(Number.NaN) });
  assertError(() => lanczos(broken), "ERR_NOT_FINITE", /products/);
});

test.run();
