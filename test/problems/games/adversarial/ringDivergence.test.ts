import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ringDivergence } from "../../../../src/problems/games/adversarial/ringDivergence.ts";
import { randomSource } from "../../../../src/random.ts";
import { assertClose } from "../../../support/assert.ts";

const divergence = suite("ringDivergence");

/** Points of some of the Gaussians, each displaced. */
function points(count: number, modes: readonly number[], of: number, radius: number, deviation: number): Float64Array {
  const random = randomSource(1, "ring");
  return Float64Array.from({ length: 2 * count }, (_, k) => {
    const angle = (2 * Math.PI * modes[(k >> 1) % modes.length]!) / of;
    return radius * (k % 2 === 0 ? Math.cos(angle) : Math.sin(angle)) + deviation * random.normal();
  });
}

divergence("of the ring itself is what the number of points leaves", () => {
  const ring = { modes: 8, radius: 1, deviation: 0.05 };
  const all = [0, 1, 2, 3, 4, 5, 6, 7];
  const few = ringDivergence(points(2000, all, 8, 1, 0.05), ring);
  const many = ringDivergence(points(200_000, all, 8, 1, 0.05), ring);
  assert.ok(many > 0 && many < 5e-4, `${many}`);
  assert.ok(few / many > 20 && few / many < 200, `${few} ${many}`);
});

divergence("of half the ring is known: q = 2 p there", () => {
  // KL(q | m) = log(4 / 3); KL(p | m) = (log(2 / 3) + log 2) / 2.
  const expected = (Math.log(4 / 3) + (Math.log(2 / 3) + Math.log(2)) / 2) / 2;
  const half = points(200_000, [0, 1], 4, 1, 0.02);
  assertClose(ringDivergence(half, { modes: 4, radius: 1, deviation: 0.02 }), expected, 1e-3);
});

divergence("of what has nothing of the ring is log 2, wherever it is, however narrow the Gaussians", () => {
  const ring = { modes: 5, radius: 2, deviation: 1e-4 };
  for (const elsewhere of [Float64Array.of(0, 0), Float64Array.of(1e9, 0), Float64Array.of(Number.NaN, 0)]) {
    assertClose(ringDivergence(elsewhere, ring), Math.log(2), 1e-6);
  }
  const centre = ringDivergence(Float64Array.of(2, 0), ring);
  assert.ok(centre < Math.log(2) - 0.1, `${centre}`);
});

divergence.run();
