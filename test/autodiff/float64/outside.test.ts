/** Data that products read where they lie, beside copies of them. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GraphBuilder } from "../../../src/autodiff/build/builder.ts";
import type { WrittenData } from "../../../src/autodiff/chosenRows.ts";
import { gradient } from "../../../src/autodiff/derivatives/differentiate.ts";
import type { FieldParts } from "../../../src/autodiff/fieldParts.ts";
import { backendOf } from "../../../src/autodiff/float64/backend.ts";
import type { Matrix, Step } from "../../../src/autodiff/float64/lower/steps.ts";
import { findNative } from "../../../src/autodiff/float64/native/library.ts";
import { Outside } from "../../../src/autodiff/float64/outside.ts";
import { tiledEngine } from "../../../src/autodiff/float64/tiles/engine.ts";
import type { Node } from "../../../src/autodiff/graph/graph.ts";
import { findBlas } from "../../../src/linalg/blas/blas.ts";
import { assertError } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";
import { bits } from "../../support/nativeLoop.ts";
import { normalVector } from "../../support/random.ts";

const tests = suite("outside");

/** Counts the operands that products read where they lie. */
let read = 0;
const place = Outside.prototype.place;
Outside.prototype.place = function (operand) {
  read++;
  return place.call(this, operand);
};

/** A network of one layer whose samples are rows, columns, or the middle of three axes. */
interface Network {
  readonly samples: number;
  readonly width: number;
  readonly hidden: number;
  readonly layout: "rows" | "columns" | "middle";
  readonly isRead: "by products" | "by a loop too";
}

const networks: fc.Arbitrary<Network> = fc.record({
  samples: fc.integer({ min: 2, max: 60 }),
  width: fc.integer({ min: 1, max: 24 }),
  hidden: fc.integer({ min: 1, max: 24 }),
  layout: fc.constantFrom("rows", "columns", "middle"),
  isRead: fc.constantFrom("by products", "by a loop too"),
});

const pairs = 2;

function make({ samples, width, hidden, layout, isRead }: Network): { parts: FieldParts; numbers: Float64Array } {
  const b = new GraphBuilder();
  const shapes = { rows: [samples, width], columns: [width, samples], middle: [pairs, samples, width] };
  const x = b.input("x", "data", shapes[layout]);
  const w = b.input("w", "parameter", layout === "columns" ? [hidden, width] : [width, hidden]);
  const product = layout === "columns" ? b.matmul(w, x) : b.matmul(x, w);
  let value: Node = b.sum(b.unary("log1p", b.unary("exp", product)));
  if (isRead === "by a loop too") value = b.add(value, b.sum(b.unary("tanh", b.mul(b.sum(w), x))));
  const parts = { builder: b, parameters: [w], data: [x], value, field: gradient(b, value, [w]), symmetric: true };
  return {
    parts,
    numbers: normalVector(
      shapes[layout].reduce((all, extent) => all * extent),
      1,
    ),
  };
}

/** The same numbers as a file gives them, part by part. */
const fromFile = (numbers: Float64Array): WrittenData => ({
  length: numbers.length,
  write: (target) => target.set(numbers),
  part: (target, from) => target.set(numbers.subarray(from, from + target.length)),
});

tests("give the bits of copies, wherever the samples lie, and whatever part of memory the array is", () => {
  let tiled = 0;
  read = 0;
  fc.assert(
    fc.property(networks, fc.integer({ min: 2, max: 40 }), fc.integer({ min: 0, max: 9 }), (network, size, before) => {
      const { parts, numbers } = make(network);
      const [here, there] = [tiledEngine(parts, { size }), tiledEngine(parts, { size })];
      if (here === undefined || there === undefined) return;
      tiled++;
      const part = new Float64Array(before + numbers.length + 3)
        .fill(Number.NaN)
        .subarray(before, before + numbers.length);
      part.set(numbers);
      const [point, v] = [normalVector(here.dimension, 2), normalVector(here.dimension, 3)];
      const results = [[here, part] as const, [there, fromFile(numbers)] as const].map(([engine, data]) => {
        const [field, product] = [new Float64Array(engine.dimension), new Float64Array(engine.dimension)];
        const value = engine.evaluate([data], point, field);
        engine.multiply({ data: [data], point }, v, 1, product);
        return [value, ...field, ...product];
      });
      assert.ok(results[0]!.every(Number.isFinite), JSON.stringify(network));
      assert.is(bits(Float64Array.from(results[0]!)), bits(Float64Array.from(results[1]!)), JSON.stringify(network));
    }),
    { numRuns: 100 },
  );
  assert.ok(tiled > 50, `${tiled} fields in tiles`);
  if (backendOf({}).readsAnywhere && (findBlas() !== undefined || findNative() !== undefined))
    assert.ok(read > 50, `${read} operands`);
});

tests("are refused when their memory was given away, instead of read as other numbers", () => {
  for (const isRead of ["by products", "by a loop too"] as const) {
    const { parts, numbers } = make({ samples: 64, width: 20, hidden: 20, layout: "columns", isRead });
    const engine = tiledEngine(parts, { size: 16 })!;
    const data = [numbers];
    const point = normalVector(engine.dimension, 2);
    engine.evaluate(data, point, new Float64Array(engine.dimension));
    structuredClone(numbers, { transfer: [numbers.buffer as ArrayBuffer] });
    const moved = point.map((x) => x + 1);
    assertError(() => engine.evaluate(data, moved, new Float64Array(engine.dimension)), "ERR_LENGTH", /given away/);
  }
});

/** A matrix of 3 tiles of 4 samples in an array of 5 groups; each sample has 2 numbers in each group. */
const sampled = { rows: { width: 2, groups: 5, stride: 24 }, count: 4 };

function one(a: Partial<Matrix>, sizes: readonly [m: number, n: number, k: number]) {
  const data = { size: 40, level: 0, place: 0 };
  const [other, out] = [
    { size: 1000, level: 0, place: 320 },
    { size: 1000, level: 0, place: 9000 },
  ];
  const left: Matrix = { buffer: data, offset: 0, distance: 8, transpose: false, ...a };
  const [m, n, k] = sizes;
  const right: Matrix = { buffer: other, offset: 0, distance: n, transpose: false };
  const outside = new Outside(new Map([[data, sampled]]), () => 1e6);
  const step: Step = { kind: "gemm", terms: [{ factor: 1, a: left, b: right, m, n, k, batches: [] }], out };
  outside.settle([step], () => true);
  return { outside, data, left, m, k };
}

tests("are found behind the first sample of a tile, with the distance that rows have among all samples", () => {
  const { outside, data, left, m, k } = one({ offset: 8 + 3 }, [4, 9, 5]);
  const operand = outside.operand(left, m, k)!;
  outside.load(data, new Float64Array(5 * 24));
  outside.move(data, new Float64Array(5 * 24), 4);
  // Group 1 begins at 24, sample 4 at 8 in it, and the matrix 3 numbers later.
  assert.equal(outside.place(operand), [1e6 + 8 * (24 + 8 + 3), 24]);
  outside.load(data, { part: () => {} });
  outside.move(data, { part: () => {} }, 4);
  assert.equal(outside.place(operand), [1e6 + 8 * (8 + 3), 8]);
});

tests("are copied where a row of the matrix is no row among all samples, or something else reads them", () => {
  for (const a of [{ distance: 2 }, { distance: 16 }, { offset: 5 }, { offset: 5, transpose: true }]) {
    const { outside, data } = one(a, [4, 9, 4]);
    assert.not(outside.has(data), JSON.stringify(a));
  }
  const { outside, data } = one({}, [4, 9, 5]);
  assert.ok(outside.has(data));
  const out = { size: 40, level: 1, place: 20000 };
  const input = { buffer: data, offset: 0 };
  const sums: Step = { kind: "rows", op: "cumsum", count: 5, length: 8, input, out, exclusive: false, reverse: false };
  outside.settle([sums], () => true);
  assert.not(outside.has(data));
});

tests.run();
