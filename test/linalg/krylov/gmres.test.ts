import { suite } from "uvu";
import * as assert from "uvu/assert";
import { gmres } from "../../../src/linalg/krylov/gmres.ts";
import { linearMap } from "../../../src/linalg/makeLinearMap.ts";
import { denseMatrix, diagonal } from "../../../src/linalg/maps/maps.ts";
import { norm } from "../../../src/linalg/vector.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { normalVector } from "../../support/random.ts";

/** I + a Gaussian matrix of spectral radius about `size`. */
function nearIdentity(n: number, size: number, seed: number): Float64Array {
  const values = normalVector(n * n, seed).map((x) => (size * x) / Math.sqrt(n));
  for (let i = 0; i < n; i++) values[i * n + i] = values[i * n + i]! + 1;
  return values;
}

const test = suite("gmres");

test("solves well-conditioned systems without symmetry to rounding", () => {
  for (const n of [1, 2, 7, 40]) {
    const map = denseMatrix(n, n, nearIdentity(n, 0.5, n));
    const expected = normalVector(n, 100 + n);
    const b = new Float64Array(n);
    map.apply(expected, b);
    const solved = gmres(map, b, { relativeTolerance: 1e-14 });
    assert.is(solved.termination, "solution");
    assertClose(solved.x, expected, 1e-12);
    assert.ok(solved.iterations <= n, `${solved.iterations} steps for n = ${n}`);
  }
});

test("takes two steps for a rotation, whatever its size", () => {
  const n = 100;
  const map = linearMap({
    rows: n,
    columns: n,
    apply(v, out) {
      for (let i = 0; i < n / 2; i++) {
        out[i] = v[i]! + 3 * v[n / 2 + i]!;
        out[n / 2 + i] = v[n / 2 + i]! - 3 * v[i]!;
      }
    },
  });
  const solved = gmres(map, normalVector(n, 4), { relativeTolerance: 1e-13 });
  assert.is(solved.iterations, 2);
  assert.is(solved.termination, "solution");
});

test("reaches the tolerance through restarts", () => {
  const n = 60;
  const map = denseMatrix(n, n, nearIdentity(n, 0.6, 8));
  const b = normalVector(n, 9);
  const solved = gmres(map, b, { relativeTolerance: 1e-10, restart: 8, maxIterations: 500 });
  assert.is(solved.termination, "solution");
  const check = new Float64Array(n);
  map.apply(solved.x, check);
  assertClose(check, b, 1e-9);
  assert.ok(solved.iterations > 8);
});

test("says stagnated where restarts make no way: a cyclic shift needs all n steps", () => {
  const n = 10;
  const shift = linearMap({
    rows: n,
    columns: n,
    apply(v, out) {
      for (let i = 0; i < n; i++) out[i] = v[(i + 1) % n]!;
    },
  });
  const b = new Float64Array(n);
  b[0] = 1;
  assert.is(gmres(shift, b, { restart: 5, maxIterations: 100 }).termination, "stagnated");
  const whole = gmres(shift, b);
  assert.is(whole.termination, "solution");
  assert.is(whole.iterations, n);
});

test("gives zero for b = 0, without a product", () => {
  const never = linearMap({
    rows: 3,
    columns: 3,
    apply: () => {
      throw new Error("a product was made");
    },
  });
  const solved = gmres(never, new Float64Array(3));
  assert.is(solved.termination, "zero");
  assert.equal(Array.from(solved.x), [0, 0, 0]);
  assert.is(solved.relativeResidual, 0);
});

test("solves consistent singular systems, and leaves the least residual of inconsistent ones", () => {
  const singular = diagonal(Float64Array.of(1, 2, 0));
  const consistent = gmres(singular, Float64Array.of(3, 4, 0));
  assert.is(consistent.termination, "solution");
  assertClose(consistent.x, [3, 2, 0], 1e-14);
  const inconsistent = gmres(singular, Float64Array.of(3, 4, 5), { maxIterations: 20 });
  assert.is(inconsistent.termination, "breakdown");
  assertClose(inconsistent.residualNorm, 5, 1e-12);
  const nothing = gmres(diagonal(new Float64Array(2)), Float64Array.of(1, 1));
  assert.is(nothing.termination, "breakdown");
  assertClose(nothing.x, [0, 0], 0);
  assertClose(nothing.residualNorm, Math.SQRT2, 1e-15);
});

test("leaves x finite where the map is not", () => {
  const broken = linearMap({ rows: 2, columns: 2, apply: (_, out) => out.fill(Number.NaN) });
  const solved = gmres(broken, Float64Array.of(1, 2));
  assert.is(solved.termination, "non-finite");
  assert.equal(Array.from(solved.x), [0, 0]);
  assertClose(solved.residualNorm, Math.sqrt(5), 1e-15);
});

test("with the inverse as preconditioner takes one step, and its residual is that of A", () => {
  const entries = Float64Array.from({ length: 30 }, (_, i) => 10 ** (i / 5));
  const b = normalVector(30, 2);
  const solved = gmres(diagonal(entries), b, {
    preconditioner: diagonal(entries.map((x) => 1 / x)),
    relativeTolerance: 1e-13,
  });
  assert.is(solved.iterations, 1);
  assertClose(
    solved.x,
    b.map((x, i) => x / entries[i]!),
    1e-13,
  );
});

test("stops at the limit with the residual it reports", () => {
  const map = denseMatrix(30, 30, nearIdentity(30, 0.7, 3));
  const b = normalVector(30, 5);
  const solved = gmres(map, b, { maxIterations: 4, relativeTolerance: 0 });
  assert.is(solved.termination, "iteration-limit");
  const image = new Float64Array(30);
  map.apply(solved.x, image);
  assertClose(solved.residualNorm, norm(b.map((x, i) => x - image[i]!)), 1e-12);
  assert.ok(solved.relativeResidual < 1);
});

test("refuses sizes, options and right sides that cannot be", () => {
  const map = diagonal(Float64Array.of(1, 2));
  assertError(() => gmres(map, new Float64Array(3)), "ERR_LENGTH", /3 x 3, got 2 x 2/);
  assertError(() => gmres(map, Float64Array.of(1, Number.NaN)), "ERR_NOT_FINITE");
  assertError(() => gmres(map, Float64Array.of(1, 1), { relativeTolerance: 2 }), "ERR_OPTION_RANGE");
  assertError(() => gmres(map, Float64Array.of(1, 1), { restart: 0 }), "ERR_OPTION_RANGE", /restart/);
  assertError(
    () => gmres(map, Float64Array.of(1, 1), { preconditioner: diagonal(Float64Array.of(1)) }),
    "ERR_LENGTH",
    /preconditioner/,
  );
});

test.run();
