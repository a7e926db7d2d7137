import { suite } from "uvu";
import * as assert from "uvu/assert";
import { unseenClasses } from "../../../src/cli/certificates/unseen.ts";
import { randomSource } from "../../../src/random.ts";

const unseen = suite("unseenClasses");

unseen("counts by hand", () => {
  // a three times, b twice, c and d once.
  const found = unseenClasses(["a", "b", "a", "c", "b", "a", "d"]);
  assert.equal({ ends: found.ends, classes: found.classes }, { ends: 7, classes: 4 });
  assert.is(found.probability, 2 / 7);
  assert.is(found.atLeast, 4 + ((6 / 7) * 2 * 1) / (2 * 2));
  assert.is(unseenClasses([]).atLeast, 0);
});

unseen("foretells how often a further draw is new, and never counts fewer classes than were seen", () => {
  const random = randomSource(1, "unseen");
  // Classes of very different size, as searches find them: class k with a probability that falls like 1 / k.
  const weights = Array.from({ length: 300 }, (_, k) => 1 / (k + 1));
  const total = weights.reduce((sum, w) => sum + w, 0);
  const draw = (): string => {
    let left = random.uniform() * total;
    for (const [k, w] of weights.entries()) {
      left -= w;
      if (left < 0) return `${k}`;
    }
    return "299";
  };
  let foretold = 0;
  let found = 0;
  for (let trial = 0; trial < 40; trial++) {
    const seen = Array.from({ length: 100 }, draw);
    const { probability, atLeast, classes } = unseenClasses(seen);
    foretold += probability / 40;
    assert.ok(atLeast >= classes);
    const known = new Set(seen);
    for (let i = 0; i < 100; i++) if (!known.has(draw())) found += 1 / 4000;
  }
  assert.ok(Math.abs(foretold - found) < 0.03, `${foretold} against ${found}`);
});

unseen.run();
