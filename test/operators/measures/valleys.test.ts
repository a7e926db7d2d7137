/** Curved valleys a (y - g(x))^2 + e h(x): with a slope all along there is no critical point, whatever Newton's step says. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { denseMatrix } from "../../../src/linalg/maps/maps.ts";
import { classifyEnd } from "../../../src/operators/measures/classifyEnd.ts";
import { endClasses } from "../../../src/operators/measures/explainEnd.ts";
import { morseIndex } from "../../../src/operators/measures/morseIndex.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import * as fc from "../../support/fastCheck.ts";

/** A function with its two derivatives. */
type Curve = readonly [(x: number) => number, (x: number) => number, (x: number) => number];

const floors: readonly Curve[] = [
  [(x) => x * x, (x) => 2 * x, () => 2],
  [(x) => x ** 3, (x) => 3 * x * x, (x) => 6 * x],
  [Math.exp, Math.exp, Math.exp],
  [(x) => 1 / x, (x) => -1 / x ** 2, (x) => 2 / x ** 3],
  [(x) => 2 * x, () => 2, () => 0],
];

/** Slopes without a zero: even, fading, and steeper towards 0. */
const slopes: readonly Curve[] = [
  [(x) => x, () => 1, () => 0],
  [(x) => Math.exp(-x), (x) => -Math.exp(-x), (x) => Math.exp(-x)],
  [(x) => 1 / x, (x) => -1 / x ** 2, (x) => 2 / x ** 3],
  [Math.log, (x) => 1 / x, (x) => -1 / x ** 2],
];

function valley(a: number, [g, dg, ddg]: Curve, e: number, [h, dh, ddh]: Curve): Problem {
  return {
    name: "valley",
    dimension: 2,
    symmetric: true,
    evaluate(point, field) {
      const [x, y] = point as unknown as [number, number];
      const off = y - g(x);
      field[0] = -2 * a * off * dg(x) + e * dh(x);
      field[1] = 2 * a * off;
      return a * off * off + e * h(x);
    },
    linearize(point) {
      const [x, y] = point as unknown as [number, number];
      const xx = 2 * a * (dg(x) ** 2 - (y - g(x)) * ddg(x)) + e * ddh(x);
      const xy = -2 * a * dg(x);
      return denseMatrix(2, 2, Float64Array.of(xx, xy, xy, 2 * a), { symmetric: true });
    },
    blocks: [{ name: "z", shape: [2], offset: 0, size: 2 }],
  };
}

const judge = chain(untilStep(0), gradientStep(1e-3), morseIndex({ when: "end" }), classifyEnd());

const ends = (problem: Problem, point: readonly number[]) => {
  const { columns } = firstRows(problem, point, judge, 2).at(-1)!;
  return {
    verdict: endClasses[columns.end!]!,
    index: columns.morseIndex,
    trusted: columns.indexTrusted === 1,
    columns,
  };
};

const power = (low: number, high: number) => fc.double({ min: low, max: high, noNaN: true }).map((x) => 10 ** x);

/** Beside the floor, by a share of y that may be as small as rounding. */
const aside = fc.tuple(fc.constantFrom(-1, 0, 1), power(-16, -2)).map(([sign, size]) => 1 + sign * size);

const place = {
  a: power(-3, 12),
  floor: fc.constantFrom(...floors),
  x: fc.double({ min: 0.3, max: 4, noNaN: true }),
  off: aside,
};

const tests = suite("valleys");

tests("no point of a valley with a slope all along is called critical", () => {
  fc.assert(
    fc.property(
      fc.record({ ...place, slope: fc.constantFrom(...slopes), share: power(-10, -2) }),
      ({ a, floor, x, off, slope, share }) => {
        const y = floor[0](x) * off;
        // The slope is this share of the change of F when the parameters move by their sizes.
        const e = (share * a * (1 + floor[1](x) ** 2) * Math.max(x, Math.abs(y))) / Math.abs(slope[1](x));
        const { verdict, columns } = ends(valley(a, floor, e, slope), [x, y]);
        assert.is.not(verdict, "critical point", JSON.stringify(columns));
      },
    ),
    { numRuns: 3000 },
  );
});

tests("critical points of valleys are called critical, and an index that is trusted is theirs", () => {
  let [critical, trusted, all] = [0, 0, 0];
  fc.assert(
    fc.property(
      fc.record({ ...place, sign: fc.constantFrom(-1, 1), share: power(-4, 0), near: power(-15, -7) }),
      ({ a, floor, x: c, sign, share, near }) => {
        const y = floor[0](c);
        const bend: Curve = [(x) => (sign * (x - c) ** 2) / 2, (x) => sign * (x - c), () => sign];
        const found = ends(valley(a, floor, share * a * (1 + floor[1](c) ** 2), bend), [c * (1 + near * share), y]);
        all++;
        if (found.verdict === "critical point") critical++;
        if (!found.trusted) return;
        trusted++;
        assert.is(found.index, sign === 1 ? 0 : 1, JSON.stringify(found.columns));
      },
    ),
    { numRuns: 3000 },
  );
  assert.ok(critical > 0.9 * all, `${critical} of ${all}`);
  assert.ok(trusted > 0.5 * all, `${trusted} of ${all}`);
});

tests.run();
