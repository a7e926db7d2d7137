import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Plateau, plateauOf } from "../../../src/experiments/framework/plateau.ts";
import * as fc from "../../support/fastCheck.ts";

const test = suite("plateauOf");

test("finds the stretch in which a search stands still", () => {
  const falling = Array.from({ length: 20 }, (_, k) => 2 ** -k);
  const level = Array.from({ length: 30 }, (_, k) => 1e-8 * (1 + 0.01 * k));
  assert.equal(plateauOf([...falling, ...level]), { from: 20, to: 49, low: 1e-8, high: 1e-8 * 1.29 });
  assert.is(plateauOf(falling), undefined);
  assert.is(plateauOf([...falling, ...falling, ...level]), undefined);
});

test("has no plateau in short runs, or where nothing is left", () => {
  assert.is(plateauOf([]), undefined);
  assert.is(plateauOf([1, 1, 1]), undefined);
  assert.is(plateauOf(new Array(50).fill(0)), undefined);
});

/** The same by trying every stretch. */
function byTrial(squares: readonly number[]): Plateau | undefined {
  let best: Plateau | undefined;
  for (let from = 0; from < squares.length; from++) {
    for (let to = from; to < squares.length; to++) {
      const part = squares.slice(from, to + 1);
      if (!part.every((square) => square > 0 && Number.isFinite(square))) break;
      const [low, high] = [Math.min(...part), Math.max(...part)];
      if (high >= 2 * low) break;
      if (best === undefined || to - from > best.to - best.from) best = { from, to, low, high };
    }
  }
  if (best === undefined || best.to - best.from < 8) return undefined;
  return 2 * (best.to - best.from) >= squares.length - 1 ? best : undefined;
}

test("is the longest of all stretches, whatever the unit", () => {
  const square = fc.oneof(
    { weight: 8, arbitrary: fc.double({ min: 1, max: 2.5, noNaN: true }) },
    fc.constantFrom(0, Number.NaN, Number.POSITIVE_INFINITY, 1e-9),
  );
  let found = 0;
  fc.assert(
    fc.property(fc.array(square, { maxLength: 60 }), fc.integer({ min: -500, max: 500 }), (squares, power) => {
      const plateau = plateauOf(squares);
      assert.equal(plateau, byTrial(squares));
      if (plateau !== undefined) found++;
      const scaled = plateauOf(squares.map((each) => each * 2 ** power));
      assert.equal([scaled?.from, scaled?.to], [plateau?.from, plateau?.to]);
    }),
    { numRuns: 1000 },
  );
  assert.ok(found > 20, `${found}`);
});

test.run();
