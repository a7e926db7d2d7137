import { suite } from "uvu";
import * as assert from "uvu/assert";
import { adamPass } from "../../src/linalg/adamPass.ts";
import {
  lanczosProduct,
  lanczosRemainder,
  minresStep,
  normalise,
  qlpStep,
} from "../../src/linalg/krylov/minres/minresLoops.ts";
import { addScaled, dot, negate, scaledMinus, squaredNorm } from "../../src/linalg/vector.ts";
import { sharedKernels, vectorised, vectorMemory, withVectors } from "../../src/linalg/vectorMemory.ts";
import { clampStepAlike, clampStepFrom } from "../../src/problems/sets/clamp.ts";
import * as fc from "../support/fastCheck.ts";

const test = suite("vectorMemory");

const length = vectorised + 3;
const special = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, 1, -1, 1e308];
const entry = fc.oneof(fc.constantFrom(...special), fc.double({ min: -2, max: 2 }));
const vector = fc.array(entry, { minLength: length, maxLength: length });
const scalar = fc.oneof(fc.constantFrom(0, -0, 1, -1), fc.double({ min: -3, max: 3, noNaN: true }));

const memory = vectorMemory(length, 5)!;

type Vectors = readonly [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
type Act = (vectors: Vectors, a: number, b: number) => number | void;

/** What `act` leaves in vectors that lie together equals what it leaves in vectors that do not, bit for bit. */
function assertSameBits(
  values: readonly (readonly number[])[],
  act: (vectors: Vectors) => number | void,
  part: (vector: Float64Array) => Float64Array,
): void {
  const apart = values.map((numbers) => Float64Array.from(numbers));
  for (const [i, numbers] of values.entries()) memory[i]!.set(numbers);
  const together = memory.map(part) as unknown as Vectors;
  assert.ok(sharedKernels(vectorised, ...together) !== undefined);
  const expected = act(apart.map(part) as unknown as Vectors);
  const found = act(together);
  assert.ok(Object.is(expected, found), `${expected} and ${found}`);
  for (const [i, all] of apart.entries()) {
    const bad = all.findIndex((number, k) => !Object.is(number, memory[i]![k]));
    assert.is(bad, -1, `vector ${i}, entry ${bad}: ${all[bad]} and ${memory[i]![bad]}`);
  }
}

const infinity = Number.POSITIVE_INFINITY;
const operations: Readonly<Record<string, Act>> = {
  addScaled: ([x, y, out], a) => addScaled(x, a, y, out),
  "addScaled onto its first": ([x, y], a) => addScaled(x, a, y, x),
  "addScaled onto its second": ([x, y], a) => addScaled(x, a, y, y),
  scaledMinus: ([x, y, out], a) => scaledMinus(a, y, x, out),
  "scaledMinus onto its first": ([x, y], a) => scaledMinus(a, y, x, x),
  adamPass: ([mean, root, field, point, out], a, b) => {
    const [decay, squareDecay] = [Math.abs(Math.sin(a)), Math.abs(Math.cos(b))];
    const factors = { decay, fresh: 1 - decay, squareDecay, scale: a, shift: Math.max(0, b), pull: b };
    // A root mean square has no sign.
    for (let i = 0; i < root.length; i++) root[i] = Math.abs(root[i]!);
    adamPass(mean, root, field, point, out, factors);
  },
  negate: ([x, out]) => negate(x, out),
  "negate in place": ([x]) => negate(x, x),
  dot: ([x, y]) => dot(x, y),
  squaredFieldNorm: ([x]) => squaredNorm(x),
  clampStepAlike: ([x, y, out], a) => clampStepAlike(x, a, y, -1, 1, out),
  "clampStepAlike onto its first": ([x, y], a) => clampStepAlike(x, a, y, -1, 1, x),
  "clampStepAlike, an orthant": ([x, y, out], a) => clampStepAlike(x, a, y, 0, infinity, out),
  "clampStepAlike, numbers below 0": ([x, y, out], a) => clampStepAlike(x, a, y, -infinity, 0, out),
  "clampStepAlike, one point": ([x, y, out], a) => clampStepAlike(x, a, y, 0, 0, out),
  normalise: ([x, out], a) => normalise(x, a, out),
  lanczosProduct: ([av, v, r1], a, b) => lanczosProduct(av, v, a, r1, b),
  lanczosRemainder: ([av, r2], a) => lanczosRemainder(av, a, r2),
  minresStep: ([v, w, wl, x], a, b) => minresStep(v, w, wl, x, a, b, a * b, 1 - a),
  qlpStep: ([v, w, wl, xl2, x], a, b) => {
    const [cr1, sr1, cr2, sr2] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)];
    qlpStep(v, w, wl, xl2, x, { cr1, sr1, cr2, sr2, ul2: a, ul: b, u: a - b });
  },
};

for (const [name, act] of Object.entries(operations)) {
  test(`${name} gives the bits of the loop in TypeScript, whatever the numbers, also on parts`, () => {
    const vectors = fc.tuple(vector, vector, vector, vector, vector);
    fc.assert(
      fc.property(vectors, scalar, scalar, fc.integer({ min: 0, max: 3 }), (values, a, b, from) => {
        // Entries around the part must stay.
        const part = (whole: Float64Array): Float64Array => whole.subarray(from, from + vectorised);
        assertSameBits(values, (given) => act(given, a, b), part);
        assertSameBits(
          values,
          (given) => act(given, a, b),
          (whole) => whole,
        );
      }),
      { numRuns: 50 },
    );
  });
}

test("clampStepAlike gives the bits of its loop where it copies", () => {
  const bounds = fc.constantFrom([-1, 1], [0, infinity], [-infinity, 0], [0, 0], [-0.5, infinity]);
  fc.assert(
    fc.property(vector, vector, scalar, bounds, (z, d, eta, [l, h]) => {
      const [from, way] = [Float64Array.from(z), Float64Array.from(d)];
      const [plain, copied] = [new Float64Array(length), new Float64Array(length)];
      clampStepFrom(0, from, eta, way, l!, h!, plain);
      clampStepAlike(from, eta, way, l!, h!, copied);
      const bad = plain.findIndex((number, k) => !Object.is(number, copied[k]));
      assert.is(bad, -1, `entry ${bad}: ${plain[bad]} and ${copied[bad]}`);
      // What is copied is the caller's still, and may be the result.
      clampStepAlike(from, eta, way, l!, h!, from);
      assert.ok(from.every((number, k) => Object.is(number, plain[k])) && way.every((x, k) => Object.is(x, d[k])));
    }),
    { numRuns: 50 },
  );
});

test("withVectors lends zeros, the same memory to one call after the other, another to a call inside", () => {
  const seen: ArrayBufferLike[] = [];
  withVectors(length, 2, (zeros) => {
    const [a, b] = [zeros().fill(1), zeros().fill(2)];
    seen.push(a.buffer);
    assert.is(a.buffer, b.buffer);
    withVectors(length, 2, (inner) => {
      const c = inner();
      assert.ok(c.every((value) => value === 0));
      seen.push(c.fill(3).buffer);
    });
    assert.ok(a.every((value) => value === 1) && b.every((value) => value === 2));
  });
  assert.is.not(seen[0], seen[1]);
  assert.throws(() =>
    withVectors(length, 2, (zeros) => {
      const vector = zeros();
      assert.ok(vector.every((value) => value === 0));
      assert.ok(seen.includes(vector.buffer));
      throw new Error("the caller's");
    }),
  );
  withVectors(length, 2, (zeros) => assert.ok(seen.includes(zeros().buffer)));
  // Calls of another size in between change nothing, unless they are of many sizes.
  withVectors(length + 1, 2, (zeros) => assert.not(seen.includes(zeros().buffer)));
  withVectors(length, 2, (zeros) => assert.ok(seen.includes(zeros().buffer)));
  for (let more = 2; more < 12; more++) withVectors(length + more, 2, (zeros) => zeros());
  withVectors(length, 2, (zeros) => assert.not(seen.includes(zeros().buffer)));
  withVectors(8, 2, (zeros) => assert.is(sharedKernels(1, zeros(), zeros()), undefined));
});

test("vectors of other memories, or short ones, are left to the loops", () => {
  const [x, y] = memory as [Float64Array, Float64Array];
  const other = new Float64Array(length);
  assert.is(sharedKernels(vectorised, other, x), undefined);
  assert.is(sharedKernels(vectorised, x, other), undefined);
  assert.is(sharedKernels(vectorised, x, y, other), undefined);
  assert.is(sharedKernels(vectorised, x, y, vectorMemory(length, 1)![0]!), undefined);
  assert.is(sharedKernels(vectorised, x.subarray(0, 8), y.subarray(0, 8)), undefined);
});

test("vectors do not overlap, and what cannot be had is undefined", () => {
  const vectors = vectorMemory(1001, 8)!;
  for (const [i, each] of vectors.entries()) each.fill(i);
  for (const [i, each] of vectors.entries()) assert.ok(each.every((value) => value === i));
  assert.is(vectorMemory(2 ** 30, 1), undefined);
});

test.run();
