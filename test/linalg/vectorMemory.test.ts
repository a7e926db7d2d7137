import { suite } from "uvu";
import * as assert from "uvu/assert";
import { addScaled, negate, squaredNorm } from "../../src/linalg/vector.ts";
import { sharedKernels, vectorised, vectorMemory } from "../../src/linalg/vectorMemory.ts";
import { clampStepAlike } from "../../src/problems/sets/clamp.ts";
import * as fc from "../support/fastCheck.ts";

const test = suite("vectorMemory");

const length = vectorised + 3;
const special = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, 1, -1, 1e308];
const entry = fc.oneof(fc.constantFrom(...special), fc.double({ min: -2, max: 2 }));
const vector = fc.array(entry, { minLength: length, maxLength: length });
const scalar = fc.oneof(fc.constantFrom(0, -0, 1, -1), fc.double({ min: -3, max: 3, noNaN: true }));

const memory = vectorMemory(length, 3)!;

/** What `act` leaves in three vectors that lie together equals what it leaves in three that do not, bit for bit. */
function assertSameBits(
  values: readonly (readonly number[])[],
  act: (x: Float64Array, y: Float64Array, out: Float64Array) => number | void,
  part: (vector: Float64Array) => Float64Array,
): void {
  const apart = values.map((numbers) => Float64Array.from(numbers));
  for (const [i, numbers] of values.entries()) memory[i]!.set(numbers);
  const [x, y, out] = memory.map(part) as [Float64Array, Float64Array, Float64Array];
  assert.ok(sharedKernels(out, x, y) !== undefined);
  const expected = act(...(apart.map(part) as [Float64Array, Float64Array, Float64Array]));
  const found = act(x, y, out);
  assert.ok(Object.is(expected, found), `${expected} and ${found}`);
  for (const [i, all] of apart.entries()) {
    const bad = all.findIndex((number, k) => !Object.is(number, memory[i]![k]));
    assert.is(bad, -1, `vector ${i}, entry ${bad}: ${all[bad]} and ${memory[i]![bad]}`);
  }
}

const operations: Readonly<
  Record<string, (x: Float64Array, y: Float64Array, out: Float64Array, s: number) => number | void>
> = {
  addScaled: (x, y, out, s) => addScaled(x, s, y, out),
  "addScaled onto its first": (x, y, _, s) => addScaled(x, s, y, x),
  "addScaled onto its second": (x, y, _, s) => addScaled(x, s, y, y),
  negate: (x, _, out) => negate(x, out),
  "negate in place": (x) => negate(x, x),
  squaredNorm: (x) => squaredNorm(x),
  clampStepAlike: (x, y, out, s) => clampStepAlike(x, s, y, -1, 1, out),
  "clampStepAlike onto its first": (x, y, _, s) => clampStepAlike(x, s, y, -1, 1, x),
  "clampStepAlike, an orthant": (x, y, out, s) => clampStepAlike(x, s, y, 0, Number.POSITIVE_INFINITY, out),
  "clampStepAlike, numbers below 0": (x, y, out, s) => clampStepAlike(x, s, y, Number.NEGATIVE_INFINITY, 0, out),
  "clampStepAlike, one point": (x, y, out, s) => clampStepAlike(x, s, y, 0, 0, out),
};

for (const [name, act] of Object.entries(operations)) {
  test(`${name} gives the bits of the loop in TypeScript, whatever the numbers, also on parts`, () => {
    fc.assert(
      fc.property(vector, vector, vector, scalar, fc.integer({ min: 0, max: 3 }), (x, y, z, s, from) => {
        // Entries around the part must stay.
        const part = (whole: Float64Array): Float64Array => whole.subarray(from, from + vectorised);
        assertSameBits([x, y, z], (a, b, c) => act(a, b, c, s), part);
        assertSameBits(
          [x, y, z],
          (a, b, c) => act(a, b, c, s),
          (whole) => whole,
        );
      }),
      { numRuns: 60 },
    );
  });
}

test("vectors of other memories, or short ones, are left to the loops", () => {
  const [x, y] = memory as [Float64Array, Float64Array];
  const other = new Float64Array(length);
  assert.is(sharedKernels(other, x), undefined);
  assert.is(sharedKernels(x, other), undefined);
  assert.is(sharedKernels(x, y, other), undefined);
  assert.is(sharedKernels(x, y, vectorMemory(length, 1)![0]!), undefined);
  assert.is(sharedKernels(x.subarray(0, 8), y.subarray(0, 8)), undefined);
});

test("vectors do not overlap, and what cannot be had is undefined", () => {
  const vectors = vectorMemory(1001, 8)!;
  for (const [i, each] of vectors.entries()) each.fill(i);
  for (const [i, each] of vectors.entries()) assert.ok(each.every((value) => value === i));
  assert.is(vectorMemory(2 ** 30, 1), undefined);
});

test.run();
