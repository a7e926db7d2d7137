import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GraphBuilder } from "../../src/autodiff/build/builder.ts";
import { gradient } from "../../src/autodiff/derivatives/differentiate.ts";
import { compileField, type FieldProgram } from "../../src/autodiff/program.ts";
import type { LinearMap } from "../../src/linalg/linearMap.ts";
import { assertClose, assertError } from "../support/assert.ts";
import { normalVector } from "../support/random.ts";

/** L(w, c) = mean of tanh(x w + c)^2 over rows x of the data input. */
function network(): { readonly program: FieldProgram; readonly rows: Float64Array } {
  const b = new GraphBuilder();
  const w = b.input("w", "parameter", [3, 2]);
  const c = b.input("c", "parameter", [2]);
  const x = b.input("x", "data", [5, 3]);
  const hidden = b.unary("tanh", b.add(b.matmul(x, w), c));
  const value = b.mean(b.mul(hidden, hidden));
  const parameters = [w, c];
  const field = gradient(b, value, parameters);
  return {
    program: compileField({ builder: b, parameters, data: [x], value, field, symmetric: true }),
    rows: normalVector(15, 1),
  };
}

/** F(x, y) = (x y^2, sin x + y): J = [[y^2, 2 x y], [cos x, 1]], with no potential. */
function field(): FieldProgram {
  const b = new GraphBuilder();
  const [x, y] = [b.input("x", "parameter", []), b.input("y", "parameter", [])] as const;
  const outputs = [b.mul(x, b.mul(y, y)), b.add(b.unary("sin", x), y)];
  return compileField({ builder: b, parameters: [x, y], field: outputs, symmetric: false });
}

const n = 8;
const times = (map: LinearMap, v: Float64Array): Float64Array => {
  const out = new Float64Array(v.length);
  map.apply(v, out);
  return out;
};

const programs = suite("compileField");

programs("shares one forward pass between value, field and Jacobian at a point", () => {
  const { program, rows } = network();
  const { evaluate, linearize } = program.instance({ x: rows });
  const point = normalVector(n, 2);
  evaluate(point, new Float64Array(n));
  linearize(point);
  evaluate(point, new Float64Array(n));
  linearize(point);
  assert.equal(program.counts, { evaluations: 1, linearizations: 1, relinearizations: 0 });
  linearize(normalVector(n, 3));
  assert.equal(program.counts, { evaluations: 2, linearizations: 2, relinearizations: 0 });
});

programs("notices that the caller's array holds another point, or that 0 became -0", () => {
  const { program, rows } = network();
  const { evaluate } = program.instance({ x: rows });
  const point = new Float64Array(n);
  const at = new Float64Array(n);
  const first = evaluate(point, at);
  point[0] = 1;
  assert.is.not(evaluate(point, at), first);
  point[0] = -0;
  evaluate(point, at);
  point[0] = 0;
  evaluate(point, at);
  assert.is(program.counts.evaluations, 4);
});

programs("keeps two maps right that are used alternately, and counts the price", () => {
  const { program, rows } = network();
  const { linearize } = program.instance({ x: rows });
  const [a, b] = [linearize(normalVector(n, 4)), linearize(normalVector(n, 5))];
  const v = normalVector(n, 6);
  const expected = [normalVector(n, 4), normalVector(n, 5)].map((point) =>
    times(network().program.instance({ x: rows }).linearize(point), v),
  );
  for (let round = 0; round < 3; round++) {
    assert.equal(times(a, v), expected[0]);
    assert.equal(times(b, v), expected[1]);
  }
  assert.is(program.counts.relinearizations, 6);
  times(b, v);
  assert.is(program.counts.relinearizations, 6);
});

programs("keeps a map right for a hundred steps, whatever becomes of the array it was made from", () => {
  const { program, rows } = network();
  const { evaluate, linearize } = program.instance({ x: rows });
  const point = normalVector(n, 7);
  const map = linearize(point);
  const v = normalVector(n, 8);
  const expected = times(map, v);
  const at = new Float64Array(n);
  for (let step = 0; step < 100; step++) {
    evaluate(point, at);
    for (let i = 0; i < n; i++) point[i]! -= 0.1 * at[i]!;
    linearize(point).apply(v, new Float64Array(n));
  }
  assert.equal(times(map, v), expected);
  assert.is(program.counts.relinearizations, 1);
});

programs("keeps the maps of instances on different data apart", () => {
  const { program, rows } = network();
  const others = normalVector(15, 9);
  const point = normalVector(n, 10);
  const v = normalVector(n, 11);
  const [a, b] = [program.instance({ x: rows }), program.instance({ x: others })];
  const [mapA, mapB] = [a.linearize(point), b.linearize(point)];
  const alone = (x: Float64Array): Float64Array => times(network().program.instance({ x }).linearize(point), v);
  assert.equal(times(mapA, v), alone(rows));
  assert.equal(times(mapB, v), alone(others));
  const at = new Float64Array(n);
  assert.is.not(a.evaluate(point, at), b.evaluate(point, at));
  assert.equal(times(mapA, v), alone(rows));
  // The numbers were copied.
  const before = a.evaluate(point, at);
  rows.fill(0);
  a.evaluate(normalVector(n, 12), at);
  assert.is(a.evaluate(point, at), before);
});

programs("maps several vectors to the bits that each would give alone", () => {
  const { program, rows } = network();
  const map = program.instance({ x: rows }).linearize(normalVector(n, 13));
  for (const count of [1, 2, 7, 8, 9, 16, 19]) {
    const vectors = normalVector(n * count, 14);
    const together = new Float64Array(n * count);
    map.applyMany(vectors, count, together);
    for (let k = 0; k < count; k++) {
      assert.equal(
        together.slice(k * n, (k + 1) * n),
        times(map, vectors.slice(k * n, (k + 1) * n)),
        `${k} of ${count}`,
      );
    }
  }
});

programs("is its own transpose where the field is a gradient", () => {
  const { program, rows } = network();
  const map = program.instance({ x: rows }).linearize(normalVector(n, 15));
  const u = normalVector(n, 16);
  const transposed = new Float64Array(n);
  map.applyTranspose(u, transposed);
  assert.equal(transposed, times(map, u));
  assert.is(map.symmetric, true);
});

programs("transposes a Jacobian that is not symmetric by its linear graph", () => {
  const program = field();
  const { evaluate, linearize } = program.instance();
  const [x, y] = [0.7, -1.3];
  const at = new Float64Array(2);
  assert.ok(Number.isNaN(evaluate(Float64Array.of(x, y), at)));
  assertClose(at, [x * y * y, Math.sin(x) + y], 1e-15);
  const map = linearize(Float64Array.of(x, y));
  assert.is(map.symmetric, false);
  const jacobian = [y * y, 2 * x * y, Math.cos(x), 1] as const;
  assertClose(times(map, Float64Array.of(2, 3)), [2 * jacobian[0] + 3 * jacobian[1], 2 * jacobian[2] + 3], 1e-15);
  const out = new Float64Array(2);
  map.applyTranspose(Float64Array.of(2, 3), out);
  assertClose(out, [2 * jacobian[0] + 3 * jacobian[2], 2 * jacobian[1] + 3], 1e-15);
  // Also after another point took its residuals.
  linearize(Float64Array.of(5, 5));
  map.applyTranspose(Float64Array.of(2, 3), out);
  assertClose(out, [2 * jacobian[0] + 3 * jacobian[2], 2 * jacobian[1] + 3], 1e-15);
});

programs("has constant and zero Jacobians too", () => {
  const b = new GraphBuilder();
  const [x, y] = [b.input("x", "parameter", [2]), b.input("y", "parameter", [2])] as const;
  const program = compileField({ builder: b, parameters: [x, y], field: [y, b.fill(3, [2])], symmetric: false });
  const { evaluate, linearize } = program.instance();
  const at = new Float64Array(4);
  evaluate(Float64Array.of(1, 2, 3, 4), at);
  assert.equal(at, Float64Array.of(3, 4, 3, 3));
  const map = linearize(Float64Array.of(1, 2, 3, 4));
  assert.equal(times(map, Float64Array.of(5, 6, 7, 8)), Float64Array.of(7, 8, 0, 0));
  const out = new Float64Array(4);
  map.applyTranspose(Float64Array.of(5, 6, 7, 8), out);
  assert.equal(out, Float64Array.of(0, 0, 5, 6));
});

programs("allows the result in the place of the vector", () => {
  const { linearize } = field().instance();
  const map = linearize(Float64Array.of(0.7, -1.3));
  const expected = times(map, Float64Array.of(2, 3));
  const inPlace = Float64Array.of(2, 3);
  map.apply(inPlace, inPlace);
  assert.equal(inPlace, expected);
});

programs("refuses numbers of the wrong length and unknown data", () => {
  const { program, rows } = network();
  assertError(() => program.instance(), "ERR_DATA_NAME", /"x", got none/);
  assertError(() => program.instance({ x: rows, y: rows }), "ERR_DATA_NAME", /only x, got "y"/);
  assertError(() => program.instance({ x: new Float64Array(3) }), "ERR_LENGTH", /15 numbers for "x".*\[5, 3\], got 3/);
  const { evaluate, linearize } = program.instance({ x: rows });
  const v = new Float64Array(n);
  assertError(
    () => evaluate(new Float64Array(2), v),
    "ERR_LENGTH",
    /evaluate: expected 8 numbers for the point, got 2/,
  );
  assertError(() => evaluate(v, new Float64Array(9)), "ERR_LENGTH", /for the field, got 9/);
  assertError(() => linearize(new Float64Array(2)), "ERR_LENGTH", /linearize.*got 2/);
  assertError(() => linearize(v).apply(new Float64Array(7), v), "ERR_LENGTH", /8 numbers to multiply.*got 7 and 8/);
  assertError(() => linearize(v).applyMany(v, 2, v), "ERR_LENGTH", /16 numbers/);
});

programs.run();
