import { suite } from "uvu";
import { cappedSimplex } from "../../../src/problems/sets/cappedSimplex.ts";
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

const capped = suite("cappedSimplex");

capped("obeys the laws of convex sets", () => {
  for (const [sum, cap] of [
    [1, 0.4],
    [2, 1],
    [5, 1],
  ] as const) {
    assertSetLaws(cappedSimplex(5, { total: sum, cap }), {
      violation: (u) => Math.max(negative(u), Math.max(...u) - cap, Math.abs(total(u) - sum)),
    });
  }
});

capped("agrees with bisection on many entries", () => {
  const z = normalVector(300, 5);
  assertClose(projected(cappedSimplex(300, { total: 40, cap: 0.7 }), z), simplexByBisection(z, 40, 0.7), 1e-12);
});

capped("projects entropically where all the weight lies on fewer entries than fit", () => {
  const out = new Float64Array(3);
  cappedSimplex(3, { cap: 0.5 }).projectEntropic!(Float64Array.of(0, -2000, -2001), out);
  assertClose(out, [0.5, 0.5 / (1 + Math.exp(-1)), 0.5 / (1 + Math.E)], 1e-13);
});

capped("refuses caps under which the total does not fit", () => {
  assertError(() => cappedSimplex(3, { cap: 0.2 }), "ERR_EMPTY_SET", /between 0 and 0.6/);
});

capped.run();
