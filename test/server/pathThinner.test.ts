/** Paths are thinned by their shape: what is left lies close to what was there, whatever the pace along it. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makePathThinner } from "../../src/server/pathThinner.ts";
import * as fc from "../support/fastCheck.ts";
import { everyOf, type Point, pathError, spiral } from "../support/paths.ts";

const paths = suite("thinned paths");

function chosenOf(points: readonly Point[], most: number): number[] {
  const thinner = makePathThinner(most, points[0]?.length ?? 2);
  points.forEach((point, ordinal) => {
    thinner.offer(ordinal, point, 0);
  });
  return thinner.chosen();
}

paths("lie many times closer to a spiral that slows down than every k-th point", () => {
  const chosen = chosenOf(spiral, 300);
  assert.ok(chosen.length <= 302, `${chosen.length} points`);
  const [own, uniform] = [pathError(spiral, chosen), pathError(spiral, everyOf(spiral, chosen.length))];
  assert.ok(own < 0.02 && own < uniform / 10, `${own} beside ${uniform}`);
});

paths("keep a point that lies far out, the first one and the last one", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4998 }), fc.integer({ min: 8, max: 60 }), (far, most) => {
      const points = Array.from(
        { length: 5000 },
        (_, step): Point => [Math.cos(step / 300) + (step === far ? 100 : 0), Math.sin(step / 300)],
      );
      const chosen = chosenOf(points, most);
      for (const step of [0, far, 4999]) assert.ok(chosen.includes(step), `step ${step} of ${most}`);
      assert.ok(chosen.length <= most + 2);
    }),
  );
});

const coordinate = fc.integer({ min: -(2 ** 24), max: 2 ** 24 }).map((units) => units / 2 ** 20);
const walks = fc
  .integer({ min: 1, max: 5 })
  .chain((dimension) =>
    fc.array(fc.array(coordinate, { minLength: dimension, maxLength: dimension }), { minLength: 1, maxLength: 300 }),
  );

paths("are chosen alike in any units, in order, never more than asked for", () => {
  fc.assert(
    fc.property(walks, fc.integer({ min: 4, max: 40 }), fc.integer({ min: -300, max: 300 }), (walk, most, exponent) => {
      const chosen = chosenOf(walk, most);
      const scaled = walk.map((point) => point.map((x) => x * 2 ** exponent));
      assert.equal(chosenOf(scaled, most), chosen);
      assert.equal(
        chosen,
        [...new Set(chosen)].sort((a, b) => a - b),
      );
      assert.ok(chosen.length <= most + 2, `${chosen.length} of ${most}`);
      assert.is(chosen[0], 0);
      assert.is(chosen.at(-1), walk.length - 1);
    }),
  );
});

paths("pass over points that are not finite, and end whatever the numbers", () => {
  const wild = fc.oneof(fc.double(), fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, 0));
  fc.assert(
    fc.property(fc.array(fc.tuple(wild, wild), { maxLength: 200 }), (walk) => {
      const chosen = chosenOf(walk.length === 0 ? [[0, 0]] : walk, 8);
      for (const ordinal of walk.length === 0 ? [] : chosen) assert.ok(walk[ordinal]!.every(Number.isFinite));
    }),
  );
});

paths.run();
