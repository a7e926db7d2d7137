/** Fields on TensorFlow's kernels: searches, memory, and what a device may refuse. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as tf from "@tensorflow/tfjs";
import { lastValueFrom } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GraphBuilder } from "../../../src/autodiff/build/builder.ts";
import { gradient } from "../../../src/autodiff/derivatives/differentiate.ts";
import { describeExecutor, type Executor } from "../../../src/autodiff/executor.ts";
import type { Precision } from "../../../src/autodiff/executorNames.ts";
import { compileField, type FieldProgram } from "../../../src/autodiff/program.ts";
import { sessionOf } from "../../../src/autodiff/tensorflow/session.ts";
import { chain, iterate, newtonMR, objective, untilCritical, untilStep } from "../../../src/index.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { normalVector } from "../../support/random.ts";
import { hasTensorFlow } from "../../support/tensorflowBinding.ts";

const full = process.env.FLUXION_TEST_FULL === "1";
const isThere = hasTensorFlow();
const engine = suite("the executor tensorflow");
const on = (title: string, check: () => void | Promise<void>): void =>
  engine(title, () => (isThere ? check() : undefined));

/** A layer with tanh, whose loss is the sum of its squares. */
function layer(executor: Executor, precision?: Precision, [samples, inputs, outputs] = [20, 5, 3]): FieldProgram {
  const builder = new GraphBuilder();
  const weights = builder.input("W", "parameter", [inputs!, outputs!]);
  const x = builder.constant(normalVector(samples! * inputs!, 3), [samples!, inputs!]);
  const hidden = builder.unary("tanh", builder.matmul(x, weights));
  const value = builder.sum(builder.mul(hidden, hidden));
  const field = gradient(builder, value, [weights]);
  return compileField({ builder, parameters: [weights], value, field, symmetric: true, executor, precision });
}

/** Loss, gradient and a Hessian-vector product. */
function everything(program: FieldProgram): Float64Array {
  const n = program.dimension;
  const instance = program.instance();
  const point = normalVector(n, 7);
  const out = new Float64Array(2 * n + 1);
  out[0] = instance.evaluate(point, out.subarray(1, n + 1));
  instance.linearize(point).apply(normalVector(n, 8), out.subarray(n + 1));
  return out;
}

on("computes in float32 where it is asked to", () => {
  const exact = everything(layer("float64"));
  assertClose(everything(layer("tensorflow")), exact, 1e-14);
  const rough = everything(layer("tensorflow", "float32"));
  assertClose(rough, exact, 1e-5);
  assert.ok(Math.abs(rough[0]! - exact[0]!) > 1e-12, "float32 has fewer digits");
});

/** Logistic regression. Its Hessian is well conditioned, so that ends can be compared digit by digit. */
async function searches(
  executor: Executor,
): Promise<readonly { status: string; loss: number | undefined; point: Float64Array }[]> {
  process.env.FLUXION_EXECUTOR = executor;
  const x = tf.tensor2d([...normalVector(60, 1)], [20, 3]);
  const y = tf.tensor2d([...normalVector(40, 2)], [20, 2]);
  const problem = objective([[3, 2], [2]], (w, b) => {
    const margins = tf.mul(tf.add(tf.matMul(x, w as tf.Tensor2D), b), tf.sign(y));
    return tf.add(
      tf.mean(tf.softplus(tf.neg(margins))),
      tf.mul(0.05, tf.add(tf.sum(tf.square(w)), tf.sum(tf.square(b)))),
    );
  });
  delete process.env.FLUXION_EXECUTOR;
  const ends = [];
  for (let k = 0; k < 20; k++) {
    const stop = chain(untilCritical({ squaredFieldNorm: 1e-20 }), untilStep(200));
    const { status, value, point } = await lastValueFrom(
      iterate(problem, normalVector(8, 100 + k), chain(stop, newtonMR())),
    );
    ends.push({ status, loss: value, point: point.slice() });
  }
  return ends;
}

on("ends twenty searches where the executor float64 ends them", async () => {
  const expected = await searches("float64");
  const found = await searches("tensorflow");
  assert.equal(
    expected.map(({ status }) => status),
    expected.map(() => "converged"),
  );
  for (const [k, { status, loss, point }] of found.entries()) {
    assert.is(status, "converged");
    assertClose(Float64Array.of(loss!), Float64Array.of(expected[k]!.loss!), 1e-12, `loss of search ${k}`);
    assertClose(point, expected[k]!.point, 1e-12, `end of search ${k}`);
  }
  assert.equal(await searches("tensorflow"), found, "the same bits twice");
});

on(`keeps the number of tensors through ${full ? "a hundred thousand" : "2,000"} products, and memory too`, () => {
  const program = layer("tensorflow");
  const instance = program.instance();
  const out = new Float64Array(15);
  const v = normalVector(15, 9);
  const session = sessionOf("float64");
  const work = (points: number, products: number): void => {
    for (let k = 0; k < points; k++) {
      const point = normalVector(15, k);
      instance.evaluate(point, out);
      const map = instance.linearize(point);
      for (let i = 0; i < products; i++) map.apply(v, out);
    }
  };
  work(20, 50);
  const [tensors, memory] = [session.tensors, process.memoryUsage().rss];
  work(full ? 100 : 20, full ? 1000 : 100);
  assert.is(session.tensors, tensors);
  const grown = (process.memoryUsage().rss - memory) / 2 ** 20;
  assert.ok(grown < 50, `memory grew by ${grown.toFixed(0)} MiB`);
});

on("frees the tensors of a problem that nobody has any more", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const session = sessionOf("float64");
  everything(layer("tensorflow"));
  const before = session.tensors;
  for (let k = 0; k < 20; k++) everything(layer("tensorflow"));
  const held = session.tensors;
  assert.ok(held > before);
  for (let k = 0; k < 50 && session.tensors >= held; k++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.ok(session.tensors < held, `${session.tensors} of ${held} tensors are left`);
});

on("is noted for run.json where an option asks for it", () => {
  const problem = objective([[2]], (z) => tf.sum(tf.square(z)), { executor: "tensorflow", precision: "float32" });
  assert.is(problem.evaluate(Float64Array.of(1, 2), new Float64Array(2)), 5);
  const { executor, device, chosen } = describeExecutor();
  assert.is(executor, "float64");
  assert.match(device!.version, /TensorFlow 2/);
  assert.ok(chosen!.includes("tensorflow: an option asks for it, in float32"));
});

on("leaves the backend of TensorFlow.js alone", async () => {
  await tf.setBackend("cpu");
  const tensors = tf.memory().numTensors;
  everything(layer("tensorflow"));
  assert.is(tf.getBackend(), "cpu");
  assert.is(tf.memory().numTensors, tensors);
});

on("says that memory is exhausted, frees what it had, and goes on with what fits", () => {
  const builder = new GraphBuilder();
  const z = builder.input("z", "parameter", [1, 1_500_000]);
  const product = builder.matmul(z, z, { transposeA: true });
  const value = builder.sum(builder.unary("tanh", product));
  const program = compileField({
    builder,
    parameters: [z],
    value,
    field: [z],
    symmetric: true,
    executor: "tensorflow",
  });
  const session = sessionOf("float64");
  const small = layer("tensorflow");
  const expected = everything(small);
  const instance = program.instance();
  const point = new Float64Array(1_500_000);
  let tensors = session.tensors;
  for (let k = 0; k < 3; k++) {
    assertError(
      () => instance.evaluate(point, point),
      "ERR_MEMORY",
      /executor tensorflow: .*memory.*FLUXION_PRECISION/s,
    );
    if (k === 0) tensors = session.tensors;
  }
  assert.is(session.tensors, tensors);
  assert.equal(everything(small), expected);
});

engine.run();
