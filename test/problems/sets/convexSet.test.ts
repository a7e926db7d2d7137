import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ball } from "../../../src/problems/sets/ball.ts";
import { box, orthant } from "../../../src/problems/sets/box.ts";
import { convexSet, stepInside } from "../../../src/problems/sets/convexSet.ts";
import { simplex } from "../../../src/problems/sets/simplex.ts";
import * as fc from "../../support/fastCheck.ts";
import { assertSetLaws } from "../../support/setLaws.ts";

const negative = (u: Float64Array): number => Math.max(0, ...Array.from(u, (x) => -x));

const own = suite("convexSet");

own("is all that a set of one's own needs", () => {
  const ray = convexSet({
    name: "ray",
    dimension: 1,
    bounded: false,
    project: (point, out) => {
      out[0] = Math.max(0, point[0]!);
    },
    support: ([g], at) => {
      at?.fill(0);
      return g! > 0 ? Number.POSITIVE_INFINITY : 0;
    },
  });
  assertSetLaws(ray, { violation: negative });
});

own.run();

const step = suite("stepInside");

const infinite = Number.POSITIVE_INFINITY;
const sets = [1, 4, 7, 10].flatMap((n) => [
  box(new Float64Array(n).fill(-1), new Float64Array(n).fill(0.5)),
  box(
    Array.from({ length: n }, (_, i) => (i % 3 === 0 ? -infinite : -i / 4)),
    Array.from({ length: n }, (_, i) => (i % 4 === 0 ? infinite : i / 3)),
  ),
  orthant(n),
  ball(
    Array.from({ length: n }, (_, i) => i / 10),
    0.7,
  ),
  simplex(n),
  simplex(n, { total: 3 }),
]);

step("is the projection of the sum to the last bit, zeros' signs and NaN included, in place too", () => {
  const entry = fc.oneof(
    fc.double({ min: -2, max: 2, noNaN: true }),
    fc.constantFrom(0, -0, 1, -1, 0.5, Number.NaN, infinite, 1e200, -1e-200),
  );
  const vector = fc.array(entry, { minLength: 10, maxLength: 10 });
  fc.assert(
    fc.property(vector, vector, fc.constantFrom(0, -0.4, 1), (zs, ds, eta) => {
      for (const set of sets) {
        const z = Float64Array.from(zs).subarray(0, set.dimension);
        const d = Float64Array.from(ds).subarray(0, set.dimension);
        const expected = z.map((x, i) => x + eta * d[i]!);
        set.project(expected, expected);
        for (const out of [new Float64Array(set.dimension), z, d]) {
          const [from, along] = [z.slice(), d.slice()];
          const to = out === z ? from : out === d ? along : out;
          stepInside(set, from, eta, along, to);
          for (const [i, x] of to.entries())
            assert.ok(Object.is(x, expected[i]), `${set.name} ${i}: ${x} ${expected[i]}`);
        }
      }
    }),
  );
});

step("takes the projection of a set that is another by a spread with a projection of its own", () => {
  const half = { ...box([0], [1]), project: (_: Float64Array, out: Float64Array): void => void out.fill(0.5) };
  const out = new Float64Array(1);
  stepInside(half, Float64Array.of(3), 1, Float64Array.of(4), out);
  assert.equal(out, Float64Array.of(0.5));
});

step("is the sum alone without a set", () => {
  const out = new Float64Array(2);
  stepInside(undefined, Float64Array.of(1, 2), -2, Float64Array.of(3, 4), out);
  assert.equal(out, Float64Array.of(-5, -6));
});

step.run();
