import { suite } from "uvu";
import * as assert from "uvu/assert";
import { placesOf, type SliceDirection, sliceDirections } from "../../../src/arrow/lossSlice.ts";
import { commandsFromJson, stringify } from "../../../src/arrow/runMetadata.ts";
import { diagonal } from "../../../src/linalg/maps/maps.ts";
import { norm } from "../../../src/linalg/vector.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { lossSlice } from "../../../src/streams/slices/lossSlice.ts";
import { assertError } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";

const test = suite("lossSlice");

/** L = sum a_i z_i^2 / 2, so that along a unit vector d it is L(z) + t d.F + t^2 d.J d / 2. */
function bowl(a: readonly number[], wrong: (z: Float64Array) => boolean = () => false): Problem {
  return {
    name: "bowl",
    dimension: a.length,
    symmetric: true,
    hasPotential: true,
    evaluate(z, field) {
      if (wrong(z)) {
        field.fill(Number.NaN);
        return Number.NaN;
      }
      a.forEach((entry, i) => {
        field[i] = entry * z[i]!;
      });
      return a.reduce((sum, entry, i) => sum + (entry * z[i]! ** 2) / 2, 0);
    },
    linearize: () => diagonal(Float64Array.from(a)),
    blocks: [],
  };
}

const entry = fc.double({ min: -8, max: 8, noNaN: true }).map((x) => (Math.abs(x) < 1e-3 ? 1 : x));

test("of a quadratic is the parabola with the slope and the curvature of each direction, at any scale", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(entry, entry, entry), { minLength: 1, maxLength: 7 }),
      fc.integer({ min: -30, max: 30 }),
      (rows, exponent) => {
        const scale = 2 ** exponent;
        const a = rows.map(([first]) => first);
        const z = Float64Array.from(rows, ([, second]) => scale * second);
        const move = Float64Array.from(rows, ([, , third]) => scale * third);
        const { lines, missing } = lossSlice(bowl(a), z, { move, points: 9 });
        assert.equal(missing, []);
        assert.equal(
          lines.map(({ along }) => along),
          [...sliceDirections],
        );
        const size = a.reduce((sum, each, i) => sum + Math.abs(each) * z[i]! ** 2, 0);
        for (const { along, radius, length, curvature, values } of lines) {
          const t = placesOf({ radius, values });
          assert.is(t[4], 0);
          assert.ok(Math.abs(t[0]! + radius) <= 1e-15 * radius && Math.abs(t[8]! - radius) <= 1e-15 * radius);
          const middle = values[4]!;
          const second = (values[8]! - 2 * middle + values[0]!) / radius ** 2;
          const first = (values[8]! - values[0]!) / (2 * radius);
          const bound = 1e-9 * (size + 8 * radius ** 2);
          for (const [i, value] of values.entries()) {
            assert.ok(Math.abs(value - (middle + first * t[i]! + (second * t[i]! ** 2) / 2)) <= bound, along);
          }
          if (along === "step") assert.is(radius, 2 * norm(move));
          else assert.is(radius, norm(z) / 10);
          if (along === "gradient") {
            assert.ok(Math.abs(first + length!) * radius <= bound);
          }
          if (along === "lowest" || along === "highest") {
            const expected = along === "lowest" ? Math.min(...a) : Math.max(...a);
            assert.ok(Math.abs(curvature! - expected) <= 1e-9 * 8, `${along}: ${curvature} for ${expected}`);
            assert.ok(Math.abs(second - expected) * radius ** 2 <= bound);
            assert.ok(first * radius <= bound, "t > 0 is the way down");
          }
        }
      },
    ),
  );
});

test("gives the same bits for the same seed, and another random line for another", () => {
  const random = (seed: number) => lossSlice(quartic(), [1, 2], { along: ["random"], seed }).lines;
  assert.equal(random(1), random(1));
  assert.not.equal(random(1), random(2));
});

test("says why a line is missing", () => {
  const why = (problem: Problem, z: readonly number[], along: SliceDirection, options = {}): string | undefined =>
    lossSlice(problem, z, { along: [along], ...options }).missing[0]?.why;
  assert.match(why(quartic(), [1, 2], "step")!, /no step has led to this point/);
  assert.match(why(quartic(), [1, 2], "step", { move: new Float64Array(2) })!, /the step .* is zero/);
  assert.match(why(bowl([1, 2]), [0, 0], "gradient")!, /F is zero here/);
  assert.match(why(bilinear(), [1, 1], "lowest")!, /not symmetric/);
  assert.match(why(quartic(), [1, 2], "lowest", { bytes: 80 })!, /2 parameters need .* are allowed/);
  assert.match(why(quartic(), [1, 2], "random", { bytes: 10 })!, /point of 2 numbers need/);
  assert.is(lossSlice(quartic(), [1, 2]).missing.length, 0);
});

test("ends in time, with the lines that are there", () => {
  const slow = bowl([1, 2]);
  const busy: Problem = {
    ...slow,
    evaluate(z, field) {
      const until = performance.now() + 5;
      while (performance.now() < until);
      return slow.evaluate(z, field);
    },
  };
  const { lines, missing, evaluations } = lossSlice(busy, [1, 1], {
    along: ["gradient", "random"],
    points: 401,
    seconds: 0.05,
  });
  assert.is(lines.length, 0);
  assert.is(missing.length, 2);
  assert.match(missing[0]!.why, /the 0\.05 s were over after \d+ evaluations/);
  assert.ok(evaluations < 50, `${evaluations}`);
});

test("keeps NaN where the loss is not defined, and finds the lines of a game in ||F||^2", () => {
  const { lines } = lossSlice(
    bowl([1, 1], (z) => z[0]! < 0.97),
    [1, 0],
    { along: ["gradient"], points: 5 },
  );
  assert.equal(
    lines[0]!.values.map((value) => Number.isNaN(value)),
    [false, false, false, true, true],
  );
  const game = lossSlice(bilinear(), [1, 1], { points: 3 });
  assert.equal(
    game.lines.map(({ along }) => along),
    ["gradient", "random"],
  );
  for (const { values, squaredFieldNorms } of game.lines) {
    assert.ok(values.every(Number.isNaN));
    assert.ok(squaredFieldNorms.every((each) => each > 0));
  }
});

test("is read back from the text of a file as it was, with NaN and infinities", () => {
  const slice = lossSlice(
    bowl([1, 1], (z) => z[0]! < 1),
    [1, 0],
  );
  const command = { type: "slice", slice, step: 3 } as const;
  assert.equal(commandsFromJson(stringify([command])), [command]);
  const forged = { type: "slice", step: 3, slice: { lines: [{ along: "up", values: [1] }, 7, null], missing: 3 } };
  assert.equal(commandsFromJson(JSON.stringify([forged]))[0]!.slice!.lines, []);
  assert.is(commandsFromJson(JSON.stringify([{ type: "slice", step: 1, slice: 7 }]))[0]!.slice, undefined);
});

test("refuses wrong options", () => {
  const slice = (options: object, z: ArrayLike<number> = [1, 2]) => lossSlice(quartic(), z, options);
  for (const points of [1, 2, 4, 403, 3.5, Number.NaN, 1e9]) {
    assertError(() => slice({ points }), "ERR_OPTION_RANGE", /lossSlice: .*odd number from 3 to 401/);
  }
  for (const along of [[], ["up"], ["step", "step"], "step"]) {
    assertError(() => slice({ along }), "ERR_OPTION_TYPE", /a list of step, gradient/);
  }
  assertError(() => slice({ radius: 0 }), "ERR_OPTION_RANGE", /radius/);
  assertError(() => slice({}, [1]), "ERR_LENGTH", /a point of length 2, got one of length 1/);
  assertError(() => slice({ move: new Float64Array(3) }), "ERR_LENGTH", /a step of length 2/);
  assertError(() => slice({}, [Number.NaN, 1]), "ERR_NOT_FINITE", /finite point/);
});

test.run();
