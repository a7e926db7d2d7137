import { suite } from "uvu";
import * as assert from "uvu/assert";
import { smoothed } from "../../../src/viewer/charts/smoothing.ts";
import * as fc from "../../support/fastCheck.ts";

const smoothing = suite("smoothing");
const linear = { logX: false, logY: false };

/** Ascending places and numbers of one curve, with gaps. */
const curves = fc
  .array(
    fc.record({
      gap: fc.double({ min: 0.01, max: 10, noNaN: true }),
      y: fc.oneof(
        { weight: 8, arbitrary: fc.double({ min: -1e3, max: 1e3, noNaN: true }) },
        { weight: 1, arbitrary: fc.constantFrom(null, undefined) },
      ),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((rows) => {
    let x = 0;
    return {
      xs: rows.map(({ gap }) => {
        x += gap;
        return x;
      }),
      ys: rows.map(({ y }) => y),
    };
  });
const shares = fc.double({ min: 0.001, max: 0.3, noNaN: true });
const ends = (xs: readonly number[]): [number, number] => [xs[0]!, xs.at(-1)!];
const numbers = (ys: readonly (number | null | undefined)[]): number[] => ys.filter((y) => typeof y === "number");

smoothing("is the weighted mean that its definition sums up", () => {
  fc.assert(
    fc.property(curves, shares, ({ xs, ys }, share) => {
      const width = share * (xs.at(-1)! - xs[0]!);
      if (!(width > 0)) return;
      const there = xs.flatMap((x, row) => (typeof ys[row] === "number" ? [{ x, y: ys[row] as number }] : []));
      const stretch = (i: number): number =>
        ((there[i + 1] ?? there[i]!).x - (there[i - 1] ?? there[i]!).x) / 2 / width + 1e-9;
      const expected = there.map(({ x }) => {
        let [sum, total] = [0, 0];
        there.forEach((other, i) => {
          const weight = stretch(i) * Math.exp(-Math.abs(other.x - x) / width);
          sum += weight * other.y;
          total += weight;
        });
        return sum / total;
      });
      numbers(smoothed({ xs, ys }, share, ends(xs), linear)).forEach((y, i) => {
        assert.ok(Math.abs(y - expected[i]!) <= 1e-9 * 1e3, `${y} and ${expected[i]}`);
      });
    }),
  );
});

smoothing("stays within the numbers, and leaves gaps where they are", () => {
  fc.assert(
    fc.property(curves, shares, ({ xs, ys }, share) => {
      const result = smoothed({ xs, ys }, share, ends(xs), linear);
      const [least, most] = [Math.min(...numbers(ys)), Math.max(...numbers(ys))];
      result.forEach((y, row) => {
        if (typeof ys[row] !== "number") assert.is(y, ys[row]);
        else assert.ok((y as number) >= least - 1e-9 && (y as number) <= most + 1e-9);
      });
    }),
  );
});

smoothing("does not depend on the unit of the axes", () => {
  fc.assert(
    fc.property(curves, shares, fc.constantFrom(1e-6, 3, 1e9), ({ xs, ys }, share, unit) => {
      const before = numbers(smoothed({ xs, ys }, share, ends(xs), linear));
      const far = xs.map((x) => unit * x);
      const large = ys.map((y) => (typeof y === "number" ? unit * y : y));
      const after = numbers(smoothed({ xs: far, ys: large }, share, ends(far), linear));
      before.forEach((y, i) => {
        assert.ok(Math.abs(after[i]! / unit - y) <= 1e-9 * 1e3);
      });
    }),
  );
});

smoothing("of powers on logarithmic axes is that of their exponents on linear ones", () => {
  fc.assert(
    fc.property(curves, shares, ({ xs, ys }, share) => {
      const small = ys.map((y) => (typeof y === "number" ? y / 100 : y));
      const exponents = numbers(smoothed({ xs, ys: small }, share, ends(xs), linear));
      const [far, large] = [
        xs.map((x) => Math.exp(x / 2)),
        small.map((y) => (typeof y === "number" ? Math.exp(y) : y)),
      ];
      const powers = numbers(smoothed({ xs: far, ys: large }, share, ends(far), { logX: true, logY: true }));
      exponents.forEach((y, i) => {
        assert.ok(Math.abs(Math.log(powers[i]!) - y) < 1e-6);
      });
    }),
  );
});

smoothing("changes nothing where the axis has no width, and survives the largest numbers", () => {
  const ys = [1, null, 3];
  assert.is(smoothed({ xs: [2, 2, 2], ys }, 0.1, [2, 2], linear), ys);
  const [first, second] = smoothed({ xs: [0, 1], ys: [1.7e308, 1.7e308] }, 0.3, [0, 1], linear);
  for (const y of [first, second]) assert.ok(Math.abs((y as number) / 1.7e308 - 1) < 1e-12);
  // Rows at one place share it.
  const same = smoothed({ xs: [0, 5, 5, 10], ys: [0, 1, 3, 0] }, 0.01, [0, 10], linear);
  assert.ok(Math.abs((same[1] as number) - 2) < 1e-6, String(same[1]));
});

smoothing.run();
