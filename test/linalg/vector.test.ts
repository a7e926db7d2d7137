import { suite } from "uvu";
import * as assert from "uvu/assert";
import { reflection, symOrtho } from "../../src/linalg/krylov/minres/reflection.ts";
import {
  addScaled,
  axpy,
  dot,
  hypotenuse,
  isFiniteVector,
  negate,
  norm,
  scale,
  squaredNorm,
} from "../../src/linalg/vector.ts";
import { assertClose } from "../support/assert.ts";
import * as fc from "../support/fastCheck.ts";

const norms = suite("norm");
norms("neither overflows nor loses digits to underflow", () => {
  for (const size of [1e-320, 1e-200, 1e-150, 1, 1e150, 1e300]) {
    assertClose(norm(Float64Array.of(3 * size, 0, -4 * size)), 5 * size, size < 1e-300 ? 1e-3 : 1e-15);
  }
});
norms("is 0 for nothing and for zeros, and lets NaN and infinities through", () => {
  assert.is(norm(new Float64Array(0)), 0);
  assert.is(norm(new Float64Array(3)), 0);
  assert.is(norm(Float64Array.of(1, Number.NEGATIVE_INFINITY)), Number.POSITIVE_INFINITY);
  assert.ok(Number.isNaN(norm(Float64Array.of(1, Number.NaN))));
});
norms.run();

const loops = suite("dot, axpy, scale, isFiniteVector");
loops("compute what they say", () => {
  const a = Float64Array.of(1, 2, 3);
  const b = Float64Array.of(4, -5, 6);
  assert.is(dot(a, b), 12);
  axpy(2, a, b);
  assert.equal(Array.from(b), [6, -1, 12]);
  scale(-1, b);
  assert.equal(Array.from(b), [-6, 1, -12]);
  assert.is(isFiniteVector(b), true);
  assert.is(isFiniteVector(Float64Array.of(0, Number.NaN)), false);
  assert.is(isFiniteVector(Float64Array.of(Number.POSITIVE_INFINITY)), false);
});
loops.run();

const unrolled = suite("addScaled, negate, squaredFieldNorm");
unrolled("compute what they say at every length, in place too", () => {
  for (let n = 0; n < 14; n++) {
    const x = Float64Array.from({ length: n }, (_, i) => 1 / (i + 1));
    const y = Float64Array.from({ length: n }, (_, i) => i - 2.5);
    const expected = Array.from(x, (a, i) => a + 0.3 * y[i]!);
    const out = new Float64Array(n);
    addScaled(x, 0.3, y, out);
    assert.equal(Array.from(out), expected);
    const [ownX, ownY] = [x.slice(), y.slice()];
    addScaled(ownX, 0.3, y, ownX);
    assert.equal(Array.from(ownX), expected);
    addScaled(x, 0.3, ownY, ownY);
    assert.equal(Array.from(ownY), expected);
    negate(x, out);
    assert.equal(
      Array.from(out),
      Array.from(x, (a) => -a),
    );
    negate(out, out);
    assert.equal(out, x);
    assertClose(squaredNorm(x), dot(x, x), 1e-15);
  }
});
unrolled.run();

const reflections = suite("symOrtho");
reflections("maps (a, b) to (r, 0) with c^2 + s^2 = 1, at every size", () => {
  const part = fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.integer({ min: -290, max: 290 }));
  fc.assert(
    fc.property(part, part, ([a0, power], [b0, other]) => {
      const a = a0 * 10 ** power;
      const b = b0 * 10 ** other;
      symOrtho(a, b);
      const { c, s, r } = reflection;
      assertClose(c * c + s * s, 1, 1e-12);
      assert.ok(r >= 0);
      assertClose(r, Math.hypot(a, b), 1e-14, "r", 1e-300);
      if (r > 1e-290) {
        assertClose(c * (a / r) + s * (b / r), 1, 1e-10);
        assert.ok(Math.abs(s * (a / r) - c * (b / r)) < 1e-10);
      }
    }),
    { numRuns: 500, seed: 2 },
  );
});
reflections("handles zeros and the ends of the range", () => {
  symOrtho(0, 0);
  assert.equal({ ...reflection }, { c: 1, s: 0, r: 0 });
  symOrtho(-2, 0);
  assert.equal({ ...reflection }, { c: -1, s: 0, r: 2 });
  symOrtho(0, -3);
  assert.is(reflection.s, -1);
  symOrtho(3e307, 4e307);
  assertClose([reflection.c, reflection.s, reflection.r / 1e307], [0.6, 0.8, 5], 1e-14);
  symOrtho(3e-315, 4e-315);
  assertClose([reflection.c, reflection.s], [0.6, 0.8], 1e-6);
});
reflections("hypotenuse agrees with Math.hypot at the ends of the range", () => {
  for (const size of [1e-300, 1e-160, 1, 1e160, 1e300]) {
    assertClose(hypotenuse(3 * size, -4 * size), Math.hypot(3 * size, 4 * size), 1e-15);
  }
});
reflections.run();
