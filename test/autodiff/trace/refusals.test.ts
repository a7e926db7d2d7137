import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { constant, data } from "../../../src/autodiff/trace/constant.ts";
import { refusals } from "../../../src/autodiff/trace/refusals.ts";
import { objective } from "../../../src/problems/objective.ts";
import { vectorField } from "../../../src/problems/vectorField.ts";
import { assertError } from "../../support/assert.ts";

const refused = suite("what a trace refuses");
await tf.setBackend("cpu");

/** Nothing of the user's may have changed, whatever was refused. */
function assertRefused(loss: (x: tf.Tensor1D) => unknown, code: string, message: RegExp): void {
  const before = { ...tf.memory(), backend: tf.getBackend() };
  assertError(() => objective([[4]], loss as (x: tf.Tensor1D) => tf.Tensor), code, message);
  assert.equal({ ...tf.memory(), backend: tf.getBackend() }, before);
  assert.is(globalThis.Float32Array.name, "Float32Array");
  assert.is(tf.add(1, 2).dataSync()[0], 3);
}

refused("names the op, the user's line, the reason and the remedy", () => {
  const line = /\(in topk at .*refusals\.test\.ts:25:\d+\)/;
  // The line of the next call is in the expression above.
  const loss = (x: tf.Tensor): tf.Tensor => tf.topk(x, 2).values.sum();
  assertRefused(loss, "ERR_UNSUPPORTED_OP", line);
  assertRefused(loss, "ERR_UNSUPPORTED_OP", /^objective: .*selects by value.*constant indices or a mask/);
  assertError(() => vectorField([[3]], (x) => tf.topk(x).values), "ERR_UNSUPPORTED_OP", /^vectorField: /);
});

refused("operations without a derivative here, by family", () => {
  const families: readonly [RegExp, (x: tf.Tensor1D) => unknown][] = [
    [/unique.*selects by value/, (x) => tf.sum(tf.unique(x).values)],
    [/multinomial.*draws random numbers/, (x) => tf.sum(tf.multinomial(x, 2, 1))],
    [/complex numbers/, (x) => tf.sum(tf.abs(tf.fft(tf.complex(x, x))))],
    [/rfft.*complex|complex numbers/, (x) => tf.sum(tf.real(tf.spectral.rfft(x)))],
    [
      /searchSorted.*looks up|upperBound.*looks up|lowerBound.*looks up/,
      (x) => tf.sum(tf.lowerBound(tf.tensor1d([1, 2, 3, 4]), x)),
    ],
    [/bincount.*counts/, (x) => tf.sum(tf.bincount(tf.cast(x, "int32"), tf.tensor1d([]), 3))],
    [/sparse or ragged/, (x) => tf.sum(tf.mul(x, tf.sparseToDense([0, 3], tf.tensor1d([1, 2]), [4])))],
    [
      /maxPoolWithArgmax.*tf\.maxPool/,
      (x) => tf.sum(tf.maxPoolWithArgmax(tf.reshape(x, [1, 2, 2, 1]) as tf.Tensor4D, 2, 2, "valid").result!),
    ],
    [/string tensor/, () => tf.sum(tf.tensor1d(["a", "b"]))],
    [
      /cropAndResize.*samples images.*resizeBilinear/,
      (x) => tf.image.cropAndResize(tf.reshape(x, [1, 2, 2, 1]), [[0, 0, 1, 1]], [0], [1, 1]),
    ],
  ];
  for (const [message, loss] of families) assertRefused(loss, "ERR_UNSUPPORTED_OP", message);
});

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

refused("every kernel of the table, by its name, with reason and remedy, also called by no op", () => {
  for (const [kernel, { reason, remedy }] of Object.entries(refusals)) {
    assertRefused(
      (x) => tf.engine().runKernel(kernel, { x }),
      "ERR_UNSUPPORTED_OP",
      new RegExp(
        `uses ${kernel}, which ${literally(reason)} \\(in ${kernel} at .*refusals\\.test\\.ts.*; ${literally(remedy)}$`,
      ),
    );
  }
  assertRefused(
    (x) => tf.engine().runKernel("Mine", { x }),
    "ERR_UNSUPPORTED_OP",
    /uses Mine, which is not supported yet/,
  );
});

refused("indices of tensorScatterUpdate that are not constant", () => {
  assertRefused(
    (x) => tf.sum(tf.tensorScatterUpdate(x, tf.reshape(tf.cast(x, "int32"), [4, 1]), tf.ones([4]))),
    "ERR_UNSUPPORTED_OP",
    /takes indices that depend on its parameters or on data \(in tensorScatterupdate at .*constant/i,
  );
});

refused("indices that do not exist", () => {
  assertRefused((x) => tf.sum(tf.gather(x, [0, 4])), "ERR_UNSUPPORTED_OP", /index 4, where only 0 to 3 exist/);
  assertRefused((x) => tf.sum(tf.gatherND(x, [[7]])), "ERR_UNSUPPORTED_OP", /index 7.*where only 0 to 3/);
  assertRefused(
    (x) => tf.sum(tf.gatherND(tf.reshape(x, [2, 2]), [[1, 2]])),
    "ERR_UNSUPPORTED_OP",
    /2 in axis 1, where/,
  );
  const labels = (): tf.Tensor1D => data("labels", [0, 4], [2], "int32") as tf.Tensor1D;
  assertRefused((x) => tf.sum(tf.gather(x, labels())), "ERR_UNSUPPORTED_OP", /index 4, where only 0 to 3 exist/);
});

refused("shapes that do not broadcast, which TensorFlow.js leaves to its backends", () => {
  assertRefused(
    (x) => tf.sum(tf.add(x, tf.ones([3]))),
    "ERR_SHAPE",
    /shapes \[4\] and \[3\], which do not broadcast \(in add at .*refusals\.test\.ts/,
  );
});

refused("reading values, in every way", () => {
  const ways: readonly ((x: tf.Tensor1D) => unknown)[] = [
    (x) => tf.scalar(x.dataSync()[0]!),
    (x) => tf.scalar(x.arraySync()[0]!),
    (x) => tf.sum(x.bufferSync().toTensor()),
    (x) => {
      x.print();
      return tf.sum(x);
    },
    (x) => (tf.sum(x).dataSync()[0]! > 0 ? tf.sum(x) : tf.neg(tf.sum(x))),
    (x) => {
      void x.data();
      return tf.sum(x);
    },
    (x) => {
      void tf.square(x).array();
      return tf.sum(x);
    },
  ];
  for (const loss of ways)
    assertRefused(loss, "ERR_TRACE_READ", /reads the values.*refusals\.test\.ts:\d+.*tf\.where instead of if/);
});

refused("data inputs are not read either, but constants are", () => {
  assertRefused((x) => tf.mul(tf.sum(x), data("rate", [2], []).dataSync()[0]!), "ERR_TRACE_READ", /reads the values/);
  const problem = objective([[4]], (x) => tf.mul(tf.sum(x), tf.scalar(2.5).dataSync()[0]!));
  assert.is(problem.evaluate(Float64Array.of(1, 2, 3, 4), new Float64Array(4)), 25);
});

refused("a refusal that the loss catches", () => {
  assertRefused(
    (x) => {
      try {
        return tf.topk(x).values.sum();
      } catch {
        return tf.sum(x);
      }
    },
    "ERR_UNSUPPORTED_OP",
    /topk/,
  );
});

refused("unseeded randomness, at its line", () => {
  assertRefused(
    (x) => tf.sum(tf.dropout(x, 0.5)),
    "ERR_TRACE_RANDOM",
    /random numbers without a seed.*in dropout at .*refusals\.test\.ts/,
  );
  // Two such masks nearly always agree: comparing two traces does not find it.
  assertRefused((x) => tf.sum(tf.dropout(x, 2 ** -12)), "ERR_TRACE_RANDOM", /in dropout at/);
  assertRefused((x) => tf.sum(tf.add(x, tf.randomNormal([4]))), "ERR_TRACE_RANDOM", /in randomNormal at .*give.*seed/);
  const line = /refusals\.test\.ts:\d+/;
  assertRefused((x) => tf.sum(tf.mul(x, Math.random())), "ERR_TRACE_RANDOM", line);
  const draws = [Math.random(), Math.random()];
  assert.is.not(draws[0], draws[1]);
  let calls = 0;
  assertRefused((x) => tf.sum(tf.mul(x, calls++)), "ERR_TRACE_RANDOM", /different numbers at each call/);
  assertRefused(
    (x) => (calls++ % 2 === 0 ? tf.sum(x) : tf.mean(x)),
    "ERR_TRACE_RANDOM",
    /something different at each call/,
  );
});

refused("seeded randomness is a constant", () => {
  const problem = objective([[4]], (x) => tf.sum(tf.mul(x, tf.randomNormal([4], 0, 1, "float32", 7))));
  const expected = tf.randomNormal([4], 0, 1, "float32", 7).dataSync();
  const field = new Float64Array(4);
  problem.evaluate(new Float64Array(4), field);
  for (let i = 0; i < 4; i++) assert.ok(Math.abs(field[i]! - expected[i]!) < 1e-6);
});

refused("promises, without leaving a rejection behind", async () => {
  let late = 0;
  const count = (): void => {
    late++;
  };
  process.on("unhandledRejection", count);
  assertRefused(async (x) => tf.sum(x), "ERR_TRACE_PROMISE", /returns a promise.*synchronous/);
  assertRefused(
    async (x) => {
      await null;
      throw new Error(`late ${tf.sum(x).dataSync()}`);
    },
    "ERR_TRACE_PROMISE",
    /promise/,
  );
  assertRefused(async (x) => tf.scalar((await x.data())[0]!), "ERR_TRACE_READ", /reads the values/);
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off("unhandledRejection", count);
  assert.is(late, 0);
});

refused("a tf.customGrad of the user's, made inside or outside; TensorFlow.js's own are fine", () => {
  const clip = tf.customGrad((x, save) => {
    (save as tf.GradSaveFunc)([x as tf.Tensor]);
    return { value: tf.square(x as tf.Tensor), gradFunc: (dy: tf.Tensor) => dy };
  });
  assertRefused(
    (x) => tf.sum(clip(x)),
    "ERR_CUSTOM_GRADIENT",
    /tf\.customGrad of its own.*in customGrad at .*refusals/,
  );
  assertRefused(
    (x) => tf.sum(tf.customGrad((y) => ({ value: tf.neg(y as tf.Tensor), gradFunc: (dy: tf.Tensor) => dy }))(x)),
    "ERR_CUSTOM_GRADIENT",
    /derivative cannot be known/,
  );
  objective([[4]], (x) => tf.sum(tf.logSigmoid(x)));
});

refused("nested traces", () => {
  assertRefused(
    (x) => {
      objective([[1]], (y) => tf.sum(y));
      return tf.sum(x);
    },
    "ERR_TRACE_NESTED",
    /inside a function that is being traced/,
  );
});

refused("making and assigning variables", () => {
  const variable = tf.variable(tf.zeros([4]), false);
  const optimizer = tf.train.sgd(0.1);
  assertRefused((x) => tf.sum(tf.variable(x)), "ERR_TRACE_STATE", /makes a tf\.variable.*parameter/);
  assertRefused(
    (x) => {
      variable.assign(x);
      return tf.sum(x);
    },
    "ERR_TRACE_STATE",
    /assigns to a variable.*at .*refusals\.test\.ts/,
  );
  assert.equal(Array.from(variable.dataSync()), [0, 0, 0, 0]);
  variable.assign(tf.ones([4]));
  assert.equal(Array.from(variable.dataSync()), [1, 1, 1, 1]);
  variable.dispose();
  optimizer.dispose();
});

refused("trainable variables that are no parameters; constant ones are read", () => {
  const trainable = tf.variable(tf.tensor1d([1, 2, 3, 4]), true, "kernel");
  const fixed = tf.variable(tf.tensor1d([1, 2, 3, 4]), false);
  assertRefused(
    (x) => tf.sum(tf.mul(x, trainable)),
    "ERR_VARIABLE",
    /trainable variable "kernel".*in mul at .*make it a parameter/,
  );
  const problem = objective([[4]], (x) => tf.sum(tf.mul(x, fixed)));
  assert.is(problem.evaluate(Float64Array.of(1, 1, 1, 1), new Float64Array(4)), 10);
  trainable.dispose();
  fixed.dispose();
});

refused("tensors that are gone", () => {
  const gone = tf.tensor1d([1, 2, 3, 4]);
  gone.dispose();
  assertRefused((x) => tf.sum(tf.mul(x, gone)), "ERR_TRACE_STATE", /disposed/);
  let kept: tf.Tensor | undefined;
  assertRefused(
    (x) => {
      kept ??= tf.keep(tf.square(x));
      return tf.sum(tf.mul(x, kept));
    },
    "ERR_TRACE_STATE",
    /another trace made/,
  );
});

refused("one name for two data inputs", () => {
  assertRefused(
    (x) => tf.sum(tf.mul(tf.mul(x, data("a", [1], [])), data("a", [2], []))),
    "ERR_DATA_NAME",
    /"a" to two different data inputs/,
  );
});

refused("values and shapes of constant and data that do not fit", () => {
  assertError(() => constant([1, 2], [3]), "ERR_LENGTH", /constant: expected 3 numbers.*\[3\], got 2/);
  assertError(() => constant([1], [1.5]), "ERR_SHAPE", /1\.5/);
  assertError(() => constant("x" as never, []), "ERR_OPTION_TYPE", /string/);
  assertError(() => constant([Number.NaN], []), "ERR_NOT_FINITE", /NaN at index 0/);
  assertError(() => data("", [1], []), "ERR_DATA_NAME", /expected a name/);
  assertError(() => data("x", [1, 2], [1]), "ERR_LENGTH", /data "x"/);
  assertError(() => data("x", [1, 1.5], [2], "int32"), "ERR_OPTION_RANGE", /data "x".*whole numbers.*1\.5 at index 1/);
  assertError(() => data("x", [2 ** 31], [1], "int32"), "ERR_OPTION_RANGE", /32 bits/);
  assertError(() => data("x", [0, 2], [2], "bool"), "ERR_OPTION_RANGE", /0 or 1 \(bool\), got 2 at index 1/);
  assertError(() => data("x", [0], [1], "string" as never), "ERR_OPTION_TYPE", /"int32".*got string/);
  assertError(() => data("x", [1, Number.POSITIVE_INFINITY], [2]), "ERR_NOT_FINITE", /Infinity at index 1/);
  for (const [odd, shown] of [
    ["3", '"3"'],
    ["", '""'],
    [null, "null"],
    [undefined, "nothing"],
    [[3], "\\[3\\]"],
  ]) {
    const values = [1, odd] as never;
    const message = new RegExp(`expected numbers, got ${shown as string} at index 1 `);
    assertError(() => data("x", values, [2, 1]), "ERR_OPTION_TYPE", message);
    assertError(() => constant(values, [2, 1]), "ERR_OPTION_TYPE", message);
  }
});

refused.run();
