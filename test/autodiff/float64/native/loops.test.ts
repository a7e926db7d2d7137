/** Random loops in native kernels: the numbers of a plain evaluation, for every width, and nothing else is written. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loopShape } from "../../../../src/autodiff/float64/emit/loopShape.ts";
import type { Access, LoopStep, LoopValue } from "../../../../src/autodiff/float64/lower/steps.ts";
import type { ElementOp } from "../../../../src/autodiff/float64/lower/values.ts";
import { denseStrides } from "../../../../src/autodiff/float64/lower/view.ts";
import { nativeTable } from "../../../../src/autodiff/float64/native/table.ts";
import { scalarFunctions } from "../../../../src/autodiff/kernels/scalars.ts";
import * as fc from "../../../support/fastCheck.ts";
import { bits, kernels, runLoop, skipped, widths, withWidth } from "../../../support/nativeLoop.ts";
import { normalVector } from "../../../support/random.ts";

/** Operations that IEEE 754 determines, so that results are compared to the last bit. */
const exact = ["neg", "abs", "sqrt", "sign", "floor", "not", "add", "sub", "mul", "div", "max", "min", "less"] as const;
const binary = new Set<string>(["add", "sub", "mul", "div", "max", "min", "less"]);

type Kind = "dense" | "inPlace" | "broadcast" | "reversed" | "transposed";

interface Plan {
  readonly shape: readonly number[];
  readonly loads: readonly { readonly kind: Kind; readonly kept: readonly boolean[] }[];
  readonly numbers: readonly number[];
  readonly operations: readonly { readonly op: ElementOp; readonly operands: readonly [number, number, number] }[];
  /** Values that are stored and summed, and over which axes. */
  readonly stores: readonly number[];
  readonly sums: readonly { readonly value: number; readonly kept: readonly boolean[] }[];
}

const flags = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });
const shapes = fc.oneof(
  fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 0, maxLength: 4 }),
  fc.tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 40 })),
  fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 500, max: 1100 })),
  fc.tuple(fc.integer({ min: 1, max: 2100 })),
);
const plans: fc.Arbitrary<Plan> = fc.record({
  shape: shapes,
  loads: fc.array(
    fc.record({ kind: fc.constantFrom<Kind>("dense", "inPlace", "broadcast", "reversed", "transposed"), kept: flags }),
    { minLength: 1, maxLength: 5 },
  ),
  numbers: fc.array(fc.constantFrom(0, -0, 2, -1.5, Number.NaN, Infinity), { maxLength: 2 }),
  operations: fc.array(
    fc.record({
      op: fc.constantFrom<ElementOp>(...exact, "select"),
      operands: fc.tuple(fc.nat(), fc.nat(), fc.nat()),
    }),
    { minLength: 1, maxLength: 14 },
  ),
  stores: fc.array(fc.nat(), { maxLength: 4 }),
  sums: fc.array(fc.record({ value: fc.nat(), kept: flags }), { maxLength: 3 }),
});

/** Makes a loop of a plan, and numbers in which its buffers lie, with gaps between them. */
function made(plan: Plan): { readonly step: LoopStep; readonly numbers: Float64Array; readonly used: boolean[] } {
  const shape = plan.shape.filter((extent) => extent !== 1);
  const size = shape.reduce((product, extent) => product * extent, 1);
  let place = 3;
  const reserve = (length: number): number => {
    const start = place;
    place += length + 3;
    return start;
  };
  const access = (start: number, length: number, offset: number, strides: readonly number[]): Access => ({
    buffer: { size: length, level: 0, place: 8 * start },
    offset,
    strides,
  });
  const dense = denseStrides(shape);
  const inPlace: number[] = [];
  const strides = (kept: readonly boolean[]): readonly number[] => {
    const own = denseStrides(shape.map((extent, axis) => (kept[axis] ? extent : 1)));
    return shape.map((_, axis) => (kept[axis] ? own[axis]! : 0));
  };
  const loads = plan.loads.map(({ kind, kept }): LoopValue => {
    const start = reserve(size);
    if (kind === "inPlace") inPlace.push(start);
    const turned = denseStrides(shape.toReversed()).toReversed();
    const found = {
      dense: access(start, size, 0, dense),
      inPlace: access(start, size, 0, dense),
      broadcast: access(start, size, 0, strides(kept)),
      reversed: access(
        start,
        size,
        size - 1,
        dense.map((stride) => -stride),
      ),
      transposed: access(start, size, 0, turned),
    };
    return { kind: "load", access: found[kind] };
  });
  const values: LoopValue[] = [...loads, ...plan.numbers.map((value): LoopValue => ({ kind: "number", value }))];
  for (const { op, operands } of plan.operations) {
    const count = op === "select" ? 3 : binary.has(op) ? 2 : 1;
    const chosen = operands.slice(0, count).map((operand) => operand % values.length);
    values.push({ kind: "operation", op, operands: chosen });
  }
  // Each array that may be overwritten is, by one of the stores.
  const stores = plan.stores.map((value) => ({
    value: value % values.length,
    access: access(inPlace.pop() ?? reserve(size), size, 0, dense),
  }));
  const sums = plan.sums.map(({ value, kept }) => {
    const length = shape.reduce((product, extent, axis) => product * (kept[axis] ? extent : 1), 1);
    return { value: value % values.length, access: access(reserve(length), length, 0, strides(kept)) };
  });
  const numbers = normalVector(place + 1500, 11);
  const used = Array.from({ length: place }, () => false);
  for (const { access: to } of [...stores, ...sums])
    used.fill(true, to.buffer.place! / 8, to.buffer.place! / 8 + to.buffer.size);
  for (const { access: to } of sums) numbers.fill(0, to.buffer.place! / 8, to.buffer.place! / 8 + to.buffer.size);
  return { step: { kind: "loop", shape, values, stores, sums }, numbers, used };
}

/** Computes a loop entry by entry. */
function evaluated({ shape, values, stores, sums }: LoopStep, numbers: Float64Array): Float64Array {
  const out = numbers.slice();
  const size = shape.reduce((product, extent) => product * extent, 1);
  const at = ({ buffer, offset, strides }: Access, entry: number): number => {
    let [place, rest] = [buffer.place! / 8 + offset, entry];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += (rest % shape[axis]!) * strides[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    return place;
  };
  for (let entry = 0; entry < size; entry++) {
    const found: number[] = [];
    for (const value of values) {
      if (value.kind === "load") found.push(numbers[at(value.access, entry)]!);
      else if (value.kind === "number") found.push(value.value);
      else {
        const [a, b, c] = value.operands.map((operand) => found[operand]!) as [number, number, number];
        found.push(value.op === "select" ? (a !== 0 ? b : c) : scalarFunctions[value.op](a, b));
      }
    }
    for (const { value, access } of stores) out[at(access, entry)] = found[value]!;
    for (const { value, access } of sums) out[at(access, entry)]! += found[value]!;
  }
  return out;
}

const tests = suite("native loops");
tests("leave to WebAssembly what a table cannot say", () => {
  const access = (size: number, strides: readonly number[]): Access => ({
    buffer: { size, level: 0, place: 64 },
    offset: 0,
    strides,
  });
  const loop = (shape: readonly number[], values: readonly LoopValue[], strides = denseStrides(shape)): LoopStep => ({
    kind: "loop",
    shape,
    values,
    stores: [{ value: values.length - 1, access: access(2 ** 28, strides) }],
    sums: [],
  });
  const tableOf = (step: LoopStep) => nativeTable(step, loopShape(step));
  const read = (strides: readonly number[]): LoopValue => ({ kind: "load", access: access(2 ** 29, strides) });
  const neg: LoopValue = { kind: "operation", op: "neg", operands: [0] };
  assert.ok(tableOf(loop([2, 5], [read([2 ** 28 - 1, 1]), neg])));
  assert.is(tableOf(loop([2, 5], [read([2 ** 28, 1]), neg])), undefined, "2 GiB between two rows");
  assert.is(tableOf(loop([5], [read([1]), { kind: "operation", op: "asinh", operands: [0] }])), undefined, "asinh");
  const many = Array.from({ length: 40 }, (_, value): LoopValue => ({ kind: "number", value }));
  assert.is(tableOf(loop([5], [...many, { kind: "operation", op: "add", operands: [3, 39] }])), undefined, "registers");
  assert.ok(tableOf(loop([5], [...many.slice(0, 20), { kind: "operation", op: "add", operands: [3, 19] }])));
  const deep = Array.from({ length: 12 }, () => 2);
  const reversed = read(denseStrides(deep).toReversed());
  assert.is(tableOf(loop(deep, [reversed, neg])), undefined, "levels");
});
if (kernels === undefined) tests("are skipped", skipped);
else {
  const native = kernels;
  tests("compute what a plain evaluation does, for every width, and write nothing else", () => {
    const most = widths();
    fc.assert(
      fc.property(plans, (plan) => {
        const { step, numbers, used } = made(plan);
        const expected = evaluated(step, numbers);
        const found = numbers.slice();
        runLoop(native, step, found);
        const summed = new Set<number>();
        for (const { access } of step.sums) {
          for (let i = 0; i < access.buffer.size; i++) summed.add(access.buffer.place! / 8 + i);
        }
        for (const [i, isUsed] of used.entries()) {
          const [a, b] = [found[i]!, expected[i]!];
          if (Object.is(a, b)) continue;
          // Sums are added in another order.
          const close = Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b));
          assert.ok(isUsed && summed.has(i) && (close || Math.abs(b) > 1e12), `number ${i} is ${a}, expected ${b}`);
        }
        for (const width of most) {
          const again = numbers.slice();
          withWidth(width, () => runLoop(native, step, again));
          assert.is(bits(again), bits(found), `width ${width}`);
        }
      }),
      { numRuns: 250 },
    );
  });
  tests("add up a million equal numbers within 1e-13 of their size", () => {
    const n = 1_000_000;
    const numbers = new Float64Array(n + 1000).fill(0.1, 0, n);
    const access = (place: number, size: number, stride: number): Access => ({
      buffer: { size, level: 0, place: 8 * place },
      offset: 0,
      strides: [stride],
    });
    runLoop(
      native,
      {
        kind: "loop",
        shape: [n],
        values: [{ kind: "load", access: access(0, n, 1) }],
        stores: [],
        sums: [{ value: 0, access: access(n, 1, 0) }],
      },
      numbers,
    );
    assert.ok(Math.abs(numbers[n]! / 1e5 - 1) < 1e-13, String(numbers[n]));
  });
}
tests.run();
