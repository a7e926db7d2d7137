import { suite } from "uvu";
import * as assert from "uvu/assert";
import { stepInside } from "../../../src/problems/sets/convexSet.ts";
import { simplex } from "../../../src/problems/sets/simplex.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { normalVector } from "../../support/random.ts";
import { assertSetLaws } from "../../support/setLaws.ts";
import { simplexByBisection } from "../../support/simplexByBisection.ts";

const total = (u: Float64Array): number => u.reduce((sum, x) => sum + x, 0);
const negative = (u: Float64Array): number => Math.max(0, ...Array.from(u, (x) => -x));
const projected = (set: { project(z: Float64Array, out: Float64Array): void }, z: Float64Array): Float64Array => {
  const out = new Float64Array(z.length);
  set.project(z, out);
  return out;
};

const simplices = suite("simplex");

simplices("obeys the laws of convex sets, scaled or not, down to one coordinate", () => {
  for (const [n, sum] of [
    [5, 1],
    [4, 2.5],
    [1, 1],
  ] as const) {
    assertSetLaws(simplex(n, { total: sum }), { violation: (u) => Math.max(negative(u), Math.abs(total(u) - sum)) });
  }
});

simplices("agrees with bisection on many entries", () => {
  for (const seed of [1, 2, 3]) {
    const z = normalVector(400, seed);
    assertClose(projected(simplex(400, { total: 30 }), z), simplexByBisection(z, 30, 1e9), 1e-13);
  }
});

simplices("finds the support among blocks of any number, a step as its sum", () => {
  for (const n of [31, 32, 33, 63, 64, 65, 97, 700]) {
    for (const [seed, sum, spread] of [
      [1, 1, 1],
      [2, 1, 1e-3],
      [3, n / 2, 1],
      [4, 1e-3, 10],
    ] as const) {
      const z = normalVector(n, seed).map((x) => spread * x);
      const set = simplex(n, { total: sum });
      const expected = simplexByBisection(z, sum, 1e9);
      // Bisection has no more digits than the entries.
      assertClose(projected(set, z), expected, 1e-13, `${n} entries, total ${sum}`, Math.max(1, spread));
      const [base, way, out] = [normalVector(n, seed + 9), normalVector(n, seed + 19), new Float64Array(n)];
      stepInside(set, base, -0.3, way, out);
      assert.equal(
        out,
        projected(
          set,
          base.map((x, i) => x - 0.3 * way[i]!),
        ),
      );
    }
  }
});

simplices("sorts where passes do not end, with the same result", () => {
  // Each pass removes the smallest entry only: a hundred passes without the sort.
  const z = Float64Array.from({ length: 100 }, (_, k) => 1 - 2 ** -k);
  const slow = Float64Array.from({ length: 60 }, (_, k) => -(1.7 ** k) / 1e12);
  assertClose(projected(simplex(100), z), simplexByBisection(z, 1, 1e9), 1e-13);
  assertClose(projected(simplex(60), slow), simplexByBisection(slow, 1, 1e9), 1e-13);
});

simplices("keeps its digits where all entries are large", () => {
  const out = projected(simplex(2), Float64Array.of(2 ** 51, 2 ** 51 + 0.5));
  assertClose(out, [0.25, 0.75], 1e-15);
});

simplices("projects entropically by a softmax that neither overflows nor underflows", () => {
  const out = new Float64Array(3);
  simplex(3).projectEntropic!(Float64Array.of(1000, 1000 + Math.log(3), -1000), out);
  assertClose(out, [0.25, 0.75, 0], 1e-13);
});

simplices("makes NaN of NaN", () => {
  assert.ok(projected(simplex(2), Float64Array.of(0, Number.NaN)).some(Number.isNaN));
  assert.ok(projected(simplex(2), Float64Array.of(Number.NaN, 0)).some(Number.isNaN));
  const block = Float64Array.from({ length: 100 }, (_, i) => (i < 32 ? Number.NaN : i));
  assert.ok(projected(simplex(100), block).every((u, i) => Number.isNaN(u) === i < 32));
  assert.ok(projected(simplex(100), block.fill(Number.NaN)).every(Number.isNaN));
});

simplices("refuses sizes that are none", () => {
  assertError(() => simplex(0), "ERR_OPTION_RANGE", /positive integer/);
  assertError(() => simplex(2, { total: 0 }), "ERR_OPTION_RANGE", /total/);
  assertError(() => simplex(2).support(new Float64Array(3)), "ERR_LENGTH");
});

simplices.run();
