/** Places of point and field that a program lends to a run: nothing of it is ever wrong, whatever else uses the program. */
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { chain, type Iterate, type Update } from "../../../src/authoring/index.ts";
import { GraphBuilder } from "../../../src/autodiff/build/builder.ts";
import { Float64Engine } from "../../../src/autodiff/float64/engine.ts";
import { data } from "../../../src/autodiff/index.ts";
import {
  adamW,
  dampedNewton,
  extragradient,
  gaussNewtonDirection,
  gradientStep,
  momentum,
  untilStep,
} from "../../../src/operators/index.ts";
import { minibatches } from "../../../src/problems/index.ts";
import { objective } from "../../../src/problems/objective.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { iterate } from "../../../src/streams/iterate.ts";
import * as fc from "../../support/fastCheck.ts";
import { normalVector } from "../../support/random.ts";

const n = 600;

/** L(z) = sum of cos, F(z) = sin z + c rev z. */
function swung(): ConstructorParameters<typeof Float64Engine>[0] {
  const b = new GraphBuilder();
  const z = b.input("z", "parameter", [n]);
  const reversed = b.take(z, [{ offset: n - 1, strides: [-1] }], [n]);
  return {
    builder: b,
    parameters: [z],
    value: b.sum(b.unary("cos", z)),
    field: [b.add(b.unary("sin", z), b.scale(0.25, reversed))],
    symmetric: false,
  };
}

function assertNear(found: Float64Array, wanted: (i: number) => number, what: string): void {
  for (let i = 0; i < n; i++) assert.ok(Math.abs(found[i]! - wanted(i)) <= 1e-13 * (1 + Math.abs(wanted(i))), what);
}
const assertField = (point: Float64Array, field: Float64Array, what: string): void =>
  assertNear(field, (i) => Math.sin(point[i]!) + 0.25 * point[n - 1 - i]!, what);

/** What somebody has borrowed, and what should be there. */
interface Loan {
  readonly vectors: readonly Float64Array[];
  readonly expected: Float64Array[];
}

const lease = suite("places lent to a run");

lease("hold what their borrowers wrote, and results are right, in any order of uses", () => {
  // Every run writes to all of its vectors, so that the next one is lent as many.
  const use = fc.record({
    kind: fc.constantFrom("borrow", "step", "step", "evaluate", "write", "multiply", "transpose", "solve"),
    loan: fc.nat(3),
    seed: fc.integer({ min: 1, max: 5 }),
  });
  fc.assert(
    fc.property(fc.array(use, { minLength: 4, maxLength: 14 }), (uses) => {
      const engine = new Float64Engine(swung());
      const loans: Loan[] = [];
      const owners = Array.from({ length: 6 }, (_, seed) => ({ data: [], point: normalVector(n, 100 + seed) }));
      for (const [step, { kind, loan: which, seed }] of uses.entries()) {
        const what = `use ${step}, ${kind}`;
        const loan = loans[which % Math.max(1, loans.length)];
        const owner = owners[seed]!;
        const [v, out] = [normalVector(n, 7), new Float64Array(n)];
        if (kind === "borrow") {
          const vectors = engine.borrow(5)!;
          assert.is(vectors.length, 5);
          for (const [i, vector] of vectors.entries()) vector.set(normalVector(n, 20 * step + i));
          loans.push({ vectors, expected: vectors.map((vector) => vector.slice()) });
        } else if (kind === "write" && loan !== undefined) {
          loan.vectors[seed % 5]!.set(owner.point);
          loan.expected[seed % 5] = owner.point.slice();
        } else if (kind === "step" && loan !== undefined) {
          const [field, point] = loan.vectors.slice(-2) as [Float64Array, Float64Array];
          point.set(owner.point);
          const value = engine.evaluate([], point, field);
          assert.ok(Math.abs(value - owner.point.reduce((sum, x) => sum + Math.cos(x), 0)) < 1e-11, what);
          assertField(owner.point, field, what);
          loan.expected.splice(3, 2, field.slice(), owner.point.slice());
        } else if (kind === "evaluate") {
          engine.evaluate([], owner.point, out);
          assertField(owner.point, out, what);
        } else if (kind === "solve") {
          const lent = engine.lend(owner, 40 * (step + 1));
          lent?.prepare();
          lent?.release();
        } else if (kind === "multiply" || kind === "transpose") {
          engine.linearize(owner);
          engine.multiply(owner, v, 1, out, kind === "transpose");
          assertNear(out, (i) => Math.cos(owner.point[i]!) * v[i]! + 0.25 * v[n - 1 - i]!, what);
        }
        for (const { vectors, expected } of loans) {
          for (const [i, vector] of vectors.entries()) assert.equal(vector, expected[i], `${what}: vector ${i}`);
        }
      }
    }),
    // Without looking for a shorter example, which takes minutes here.
    { numRuns: 40, endOnFailure: true },
  );
});

lease("are not copied to or from: the program runs where the run's vectors are", () => {
  const engine = new Float64Engine(swung());
  const [, , , field, point] = engine.borrow(5)! as [unknown, unknown, unknown, Float64Array, Float64Array];
  const before = engine.counts.evaluations;
  for (let step = 0; step < 3; step++) {
    point.fill(step);
    engine.evaluate([], point, field);
    assertField(point, field, `step ${step}`);
    assert.is(point.buffer, field.buffer);
  }
  assert.is(engine.counts.evaluations, before + 3);
  assert.is(engine.borrow(5)!.at(-1)!.byteOffset, point.byteOffset, "the next borrower gets the same places");
  assert.is.not(engine.borrow(5)!.at(-1)!.buffer, point.buffer, "in another memory");
});

lease("take little more memory than the runs before them have needed", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(8), { minLength: 1, maxLength: 6 }), (uses) => {
      const engine = new Float64Engine(swung());
      const bare = engine.memory.memory;
      let [most, last]: [number, Float64Array | undefined] = [8, undefined];
      for (const [i, wish] of uses.entries()) {
        const vectors = engine.borrow(10)!;
        const beside = i === 0 ? 8 : Math.min(8, most + 1);
        assert.is(vectors.length, beside + 2);
        assert.ok(engine.memory.memory - bare <= beside * 8 * (n + 50), `${engine.memory.memory - bare} bytes`);
        assert.is.not(vectors[0]!.buffer, last?.buffer);
        const used = Math.min(wish, beside);
        for (const vector of vectors.slice(beside - used)) vector.set(normalVector(n, i + 1));
        const [field, point] = vectors.slice(-2) as [Float64Array, Float64Array];
        engine.evaluate([], point, field);
        assertField(point, field, `run ${i}`);
        most = Math.max(i === 0 ? 0 : most, used < beside ? used : 2 * used);
        last = point;
      }
    }),
    { numRuns: 30 },
  );
});

lease("are not lent where the system gives no more memory, and the program goes on", () => {
  const engine = new Float64Engine(swung());
  const [point, field] = [normalVector(n, 1), new Float64Array(n)];
  engine.evaluate([], point, field);
  const { memory } = engine.memory;
  const host = (globalThis as unknown as { readonly WebAssembly: { Memory: unknown } }).WebAssembly;
  const { Memory } = host;
  try {
    host.Memory = class {
      constructor() {
        throw new RangeError("no memory");
      }
    };
    assert.is(engine.borrow(12_000), undefined);
    engine.evaluate([], normalVector(n, 2), field);
    assertField(normalVector(n, 2), field, "without more memory");
  } finally {
    host.Memory = Memory;
  }
  assert.is(engine.memory.memory, memory);
  assert.is(engine.borrow(5)!.length, 5);
});

lease("are not lent for short points", () => {
  const b = new GraphBuilder();
  const z = b.input("z", "parameter", [511]);
  assert.is(new Float64Engine({ builder: b, parameters: [z], field: [z], symmetric: true }).borrow(5), undefined);
});
lease.run();

const [rows, columns, samples] = [40, 16, 96];
const [inputs, targets] = [normalVector(samples * rows, 1), normalVector(samples * columns, 2)];
const loss = (w: tf.Tensor2D): tf.Tensor => {
  const x = data("inputs", inputs.slice(0, 8 * rows), [8, rows]) as tf.Tensor2D;
  const y = data("targets", targets.slice(0, 8 * columns), [8, columns]);
  return tf.mean(tf.square(tf.sub(tf.tanh(tf.matMul(x, w)), y)));
};
const start = normalVector(rows * columns, 3).map((x) => 0.1 * x);
const updates: Readonly<Record<string, () => Update>> = {
  momentum: () => chain(momentum(), gradientStep(0.1)),
  adamW: () => chain(adamW(), gradientStep(0.01)),
  "a local step size": () => gradientStep(),
  extragradient: () => extragradient({ stepSize: 0.1 }),
  "Newton's method": () => dampedNewton(),
};

const whole = objective([[rows, columns]], loss);
const other = objective([[rows, columns]], (w: tf.Tensor2D) => tf.sum(tf.square(tf.sub(w, 1))));
const batches = minibatches(whole, { inputs, targets }, { size: 8 });
const problems: Readonly<Record<string, Problem | ((step: number) => Problem)>> = {
  "one problem": whole,
  batches,
  // Every third step is on a problem of another program, in whose memory the vectors do not lie.
  "two programs by turns": (step) => (step % 3 === 2 ? other : batches(step)),
};

/** Takes nine rows and calls `each` while a row is new. */
function run(name: string, update: Update, reuse: boolean, each: (it: Iterate) => void): Iterate {
  let last: Iterate | undefined;
  iterate(problems[name]!, start, chain(untilStep(8), update), { reuse, slice: Number.POSITIVE_INFINITY }).subscribe({
    next(it) {
      each(it);
      last = it;
    },
    error(error) {
      throw error;
    },
  });
  return last!;
}

function numbersOf(name: string, update: Update, reuse: boolean, each: (it: Iterate) => void = () => {}): number[] {
  const numbers: number[] = [];
  run(name, update, reuse, (it) => {
    numbers.push(it.value, it.squaredFieldNorm, ...it.point, ...it.at.field, ...it.direction);
    each(it);
  });
  return numbers;
}

const runs = suite("runs that reuse vectors");
for (const [method, update] of Object.entries(updates)) {
  for (const name of Object.keys(problems)) {
    runs(`have the bits of those that do not: ${method} on ${name}`, () => {
      assert.equal(numbersOf(name, update(), true), numbersOf(name, update(), false));
    });
  }
}

runs("are not disturbed by other matrices of the program, at their point or elsewhere", () => {
  const withOutputs = objective([[rows, columns]], {
    outputs: (w: tf.Tensor2D) =>
      tf.tanh(tf.matMul(data("inputs", inputs.slice(0, 8 * rows), [8, rows]) as tf.Tensor2D, w)),
    loss: "squared",
    targets: targets.slice(0, 8 * columns),
  });
  const out = new Float64Array(start.length);
  const vectorsOf = (update: Update, reuse: boolean, look: boolean): readonly Float64Array[] => {
    const vectors: Float64Array[] = [];
    iterate(withOutputs, start, chain(untilStep(3), update), { reuse, slice: Number.POSITIVE_INFINITY }).subscribe({
      next(it) {
        if (look) withOutputs.gaussNewton(start).apply(it.point.slice(), out);
        vectors.push(it.point.slice(), it.at.field.slice());
      },
      error(error) {
        throw error;
      },
    });
    return vectors;
  };
  for (const update of [updates.momentum!, () => chain(gaussNewtonDirection({ damping: 0.1 }), gradientStep(0.5))]) {
    const expected = vectorsOf(update(), false, false);
    assert.equal(vectorsOf(update(), true, false), expected);
    assert.equal(vectorsOf(update(), true, true), expected);
  }
});

runs("are not disturbed by what happens on the same program while a row is new", () => {
  const out = new Float64Array(start.length);
  const disturb = (it: Iterate): void => {
    if (it.step % 2 === 1) it.at.problem.evaluate(normalVector(start.length, it.step), out);
    if (it.step === 4) it.at.linearize().apply(start, out);
    if (it.step === 5) run("batches", updates.adamW!(), true, () => {});
  };
  for (const name of Object.keys(problems)) {
    assert.equal(
      numbersOf(name, updates.momentum!(), true, disturb),
      numbersOf(name, updates.momentum!(), false),
      name,
    );
  }
});

runs("leave their last row as it is", () => {
  const { point, at } = run("batches", updates.momentum!(), true, () => {});
  const [before, field] = [point.slice(), at.field.slice()];
  for (const name of Object.keys(problems)) run(name, updates.adamW!(), true, () => {});
  assert.equal(point, before);
  assert.equal(at.field, field);
});
runs.run();
