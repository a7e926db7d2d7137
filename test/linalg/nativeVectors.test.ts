/** Passes over long vectors in C: the bits of those in TypeScript, wherever the vectors lie, and nothing out of bounds. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ChosenRows } from "../../src/autodiff/chosenRows.ts";
import { findNative } from "../../src/autodiff/float64/native/library.ts";
import { adamPass } from "../../src/linalg/adamPass.ts";
import { nativePass } from "../../src/linalg/nativeVectors.ts";
import { addScaled, scaledMinus } from "../../src/linalg/vector.ts";
import { vectorMemory } from "../../src/linalg/vectorMemory.ts";
import * as fc from "../support/fastCheck.ts";
import { normalVector } from "../support/random.ts";

const kernels = findNative("");
const found = kernels !== undefined;
if (!found) console.log("skipped: no native kernels on this machine; TypeScript and WebAssembly are compared alone");

type Five = [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];

/** Numbers of all sizes, with zeros, infinities, NaN and subnormal numbers among them. */
function mixed(length: number, seed: number, exponent: number): Float64Array {
  const specials = [0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 5e-324, 1e308, -1e-310];
  const numbers = normalVector(length, seed);
  return numbers.map((x, i) => (i % 97 === 5 ? specials[(i + seed) % specials.length]! : x * 2 ** exponent));
}

const tests = suite("passes over long vectors");

tests("do a step of Adam with the bits of short ones", () => {
  const exponents = fc.constantFrom(0, 0, -520, 515, -300, 300);
  fc.assert(
    fc.property(
      fc.integer({ min: 2048, max: 2300 }),
      fc.tuple(exponents, exponents, exponents, exponents),
      fc.record({
        decay: fc.constantFrom(0, 0.9),
        fresh: fc.constantFrom(0.1, -0.1),
        squareDecay: fc.constantFrom(0, 0.999),
        scale: fc.constantFrom(1, 0.03),
        shift: fc.constantFrom(0, 1e-8),
        pull: fc.constantFrom(0, 0.01),
      }),
      fc.boolean(),
      (n, powers, factors, together) => {
        const vectors = (together ? vectorMemory(n, 5) : undefined) ?? powers.concat(0).map(() => new Float64Array(n));
        for (const [i, vector] of vectors.entries()) vector.set(mixed(n, i, powers[i] ?? 0));
        const [mean, root, field, point, out] = vectors as Five;
        root.set(root.map(Math.abs));
        const expected = vectors.map((vector) => vector.slice()) as Five;
        // Of some hundreds of numbers, which no library is called for.
        for (let at = 0; at < n; at += 300) {
          adamPass(...(expected.map((vector) => vector.subarray(at, at + 300)) as Five), factors);
        }
        adamPass(mean, root, field, point, out, factors);
        for (const [i, vector] of vectors.entries()) {
          const wrong = vector.findIndex((x, k) => !Object.is(x, expected[i]![k]));
          assert.is(wrong, -1, `vector ${i}: ${vector[wrong]}, not ${expected[i]![wrong]}`);
        }
      },
    ),
    { numRuns: 60 },
  );
});

tests("add multiples with the bits of short ones, also in place", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 8180, max: 8300 }),
      fc.constantFrom(0.9, -1e-3, 1, 0, Number.NaN, 2 ** -540),
      fc.constantFrom(0, 515, -520),
      fc.constantFrom("apart", "over x", "over y"),
      fc.constantFrom(addScaled, scaledMinus),
      (n, alpha, exponent, place, pass) => {
        const [x, y, apart] = vectorMemory(n, 3) as [Float64Array, Float64Array, Float64Array];
        x.set(mixed(n, 1, exponent));
        y.set(mixed(n, 2, -exponent));
        const out = { apart, "over x": x, "over y": y }[place];
        const expected = y.map((entry, i) => (pass === addScaled ? x[i]! + alpha * entry : alpha * entry - x[i]!));
        if (pass === addScaled) addScaled(x, alpha, y, out);
        else scaledMinus(alpha, y, x, out);
        const wrong = out.findIndex((entry, i) => !Object.is(entry, expected[i]));
        assert.is(wrong, -1, `${wrong}: ${out[wrong]}, not ${expected[wrong]}`);
      },
    ),
    { numRuns: 60 },
  );
});

tests("choose rows of any width, in any order", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 30, max: 150 }),
      fc.array(fc.nat(40), { minLength: 1, maxLength: 90 }),
      (width, places) => {
        const matrix = normalVector(41 * width, 1);
        const written = [Int32Array.from(places), places].map((rows) => {
          // A number at both ends that must stay.
          const target = new Float64Array(places.length * width + 2).fill(7);
          new ChosenRows(matrix, width, rows).write(target.subarray(1, -1));
          return target;
        });
        const expected = places.flatMap((row) => [...matrix.subarray(row * width, (row + 1) * width)]);
        for (const target of written) assert.equal([...target], [7, ...expected, 7]);
      },
    ),
    { numRuns: 60 },
  );
});

tests("read nothing outside of a matrix, even if the numbers of the rows have changed meanwhile", () => {
  const [width, matrix] = [100, new Float64Array(5000)];
  for (const wrong of [50, -1, 2 ** 31 - 1]) {
    const rows = new Int32Array(40);
    const chosen = new ChosenRows(matrix, width, rows);
    rows[20] = wrong;
    const target = new Float64Array(4000);
    try {
      chosen.write(target);
    } catch (error) {
      assert.instance(error, RangeError);
    }
    assert.ok(target.every((x) => x === 0));
  }
});

tests("are left to TypeScript where vectors are short, or shared with other threads", () => {
  const long = new Float64Array(4096);
  assert.is(nativePass(4096, long) !== undefined, found);
  assert.is(nativePass(100, long), undefined);
  assert.is(nativePass(4096, long, new Float64Array(new SharedArrayBuffer(8 * 4096))), undefined);
});
tests.run();
