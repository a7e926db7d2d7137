/**
 * Random convolutions and poolings with native kernels: values, gradients and second derivatives are those of the
 * interpreter, and values those of TensorFlow.js, for every width of vectors with the same bits.
 */
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compileFunction } from "../../../../src/autodiff/compileFunction.ts";
import { gradient } from "../../../../src/autodiff/derivatives/differentiate.ts";
import { Float64Engine } from "../../../../src/autodiff/float64/engine.ts";
import type { NativeKernels } from "../../../../src/autodiff/float64/native/kernels.ts";
import { knownAnswer } from "../../../../src/autodiff/float64/native/knownAnswer.ts";
import { compileField } from "../../../../src/autodiff/program.ts";
import { trace } from "../../../../src/autodiff/trace/trace.ts";
import { richardson } from "../../../../src/problems/richardson.ts";
import { assertClose, assertError } from "../../../support/assert.ts";
import * as fc from "../../../support/fastCheck.ts";
import {
  type Case,
  conv2d,
  depthwise,
  graphOf,
  isTooLarge,
  line,
  network,
  networkInput,
  numbersFor,
  pooling,
  transposed,
  volume,
} from "../../../support/native/convolutionCases.ts";
import { bits, kernels, skipped, widths, withWidth } from "../../../support/nativeLoop.ts";
import { normalVector } from "../../../support/random.ts";
import { runFloat64 } from "../../../support/runFloat64.ts";

await tf.setBackend("cpu");

/** Counts the products that the library computes. */
function counted(native: NativeKernels): { readonly native: NativeKernels; readonly calls: () => number } {
  let calls = 0;
  const convolution: NativeKernels["convolution"] = (memory, table) => {
    calls++;
    native.convolution(memory, table);
  };
  return { native: { ...native, convolution }, calls: () => calls };
}

const runs = process.env.FLUXION_TEST_FULL === "1" ? 300 : 16;
const tests = suite("native convolutions");
const families = { conv2d, depthwise, transposed, line, volume, pooling, network };

if (kernels === undefined) tests("are as the interpreter's", skipped);
else {
  const all = kernels;
  for (const [family, cases] of Object.entries(families)) {
    tests(`of the family ${family} are the interpreter's and TensorFlow.js's, for every width of vectors`, () => {
      const { native, calls } = counted(all);
      fc.assert(
        fc.property(cases, (one) => {
          if (isTooLarge(one)) {
            assertError(() => graphOf(one), "ERR_SHAPE", /takes windows of \d+ numbers from an image with \d+ numbers/);
            return;
          }
          const graph = graphOf(one);
          if (graph === undefined) return;
          const numbers = numbersFor(graph);
          const expected = compileFunction(graph)(numbers);
          const found = runFloat64(graph, numbers, native);
          for (const [i, values] of expected.entries()) assertClose(found[i]!, values, 1e-12, `${one.name}, ${i}`, 1);
          for (const width of widths().slice(0, -1)) {
            const again = withWidth(width, () => runFloat64(graph, numbers, native));
            assert.equal(again.map(bits), found.map(bits), `${one.name}, vectors of ${width}`);
          }
          const tensors = one.shapes.map((shape, i) => tf.tensor(Float32Array.from(numbers[`x${i}`]!), [...shape]));
          const known = tf.tidy(() => (one.known ?? one.call)(...tensors).dataSync());
          for (const tensor of tensors) tensor.dispose();
          assertClose(found[0]!, Float64Array.from(known), 1e-5, `${one.name}, TensorFlow.js`, 1);
        }),
        { numRuns: runs },
      );
      if (family !== "depthwise") assert.ok(calls() > 0, `${calls()} products`);
    });
  }

  tests("have the derivatives that differences of their values give", () => {
    const strided: Case = {
      name: "strides",
      shapes: [
        [2, 7, 6, 4],
        [3, 2, 4, 9],
      ],
      call: (x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, [2, 1], "same"),
    };
    const dense: Case = {
      name: "without strides",
      shapes: [
        [2, 7, 6, 4],
        [3, 2, 4, 9],
      ],
      call: (x, filter) => tf.avgPool(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, "same"), 3, 2, "same"),
    };
    for (const one of [strided, dense]) {
      const graph = graphOf(one)!;
      const numbers = numbersFor(graph);
      const at = (t: number): Float64Array[] => {
        const moved = { ...numbers };
        for (const i of [0, 1]) moved[`x${i}`] = numbers[`x${i}`]!.map((x, k) => x + t * numbers[`v${i}`]![k]!);
        return runFloat64(graph, moved, all);
      };
      const [, , a, b, ...second] = at(0);
      const slope = [a!, b!].reduce(
        (sum, values, i) => sum + values.reduce((part, x, k) => part + x * numbers[`v${i}`]![k]!, 0),
        0,
      );
      const loss = richardson((t) => at(t)[1]!, 0.05).derivative;
      assertClose(Float64Array.of(slope), loss, 1e-9, `${one.name}: gradient`);
      for (const i of [0, 1]) {
        const { derivative } = richardson((t) => at(t)[2 + i]!, 0.05);
        assertClose(second[i]!, derivative, 1e-9, `${one.name}: product ${i}`);
      }
    }
  });

  tests("give the products with J and its transpose, and keep images instead of their windows", () => {
    const filters = [
      [3, 3, 2, 8],
      [3, 3, 8, 8],
    ];
    const images = tf.tensor4d(Float32Array.from(normalVector(4 * 14 * 13 * 2, 6)), [4, 14, 13, 2]);
    const { builder, parameters, outputs } = trace({
      who: "network",
      parameters: filters.map((shape, i) => ({ name: `x${i}`, shape })),
      call: (a, b) => {
        const h = tf.avgPool(tf.tanh(tf.conv2d(images, a as tf.Tensor4D, 1, "same")) as tf.Tensor4D, 2, 2, "same");
        return tf.mean(tf.square(tf.tanh(tf.conv2d(h, b as tf.Tensor4D, 1, "same"))));
      },
      outputsOf: (result) => [result as tf.Tensor],
    });
    const value = outputs[0]!;
    const parts = { builder, parameters, value, field: gradient(builder, value, parameters), symmetric: true };
    const n = 3 * 3 * 2 * 8 + 3 * 3 * 8 * 8;
    const [point, v] = [normalVector(n, 7).map((x) => 0.3 * x), normalVector(n, 8)];
    const reference = compileField({ ...parts, executor: "interpreter" }).instance();
    const expected = [new Float64Array(n), new Float64Array(n)] as const;
    reference.evaluate(point, expected[0]);
    reference.linearize(point).apply(v, expected[1]);
    const memory = ["", "off"].map((native) => {
      const engine = new Float64Engine(parts, { native });
      const found = Array.from({ length: 3 }, () => new Float64Array(n));
      engine.evaluate([], point, found[0]!);
      const owner = { point, data: [] };
      engine.multiply(owner, v, 1, found[1]!);
      engine.multiply(owner, v, 1, found[2]!, true);
      assertClose(found[0]!, expected[0], 1e-12, `${native}: gradient`);
      assertClose(found[1]!, expected[1], 1e-12, `${native}: product`);
      assertClose(found[2]!, expected[1], 1e-12, `${native}: product with the transpose`);
      return engine.memory.memory;
    });
    assert.ok(2 * memory[0]! < memory[1]!, memory.join());
  });

  tests("whose library leaves one of them out are not used", () => {
    for (let left = 0; left < 15; left++) {
      let calls = 0;
      const convolution: NativeKernels["convolution"] = (memory, table) => {
        if (calls++ !== left) all.convolution(memory, table);
      };
      assert.match(knownAnswer({ ...all, convolution })!, /its products with windows have the digest [0-9a-f]{16}/);
      assert.is(calls, 15);
    }
  });

  tests("are used for every product with windows", () => {
    const { native, calls } = counted(all);
    const graph = graphOf({
      name: "network",
      shapes: [[3, 3, 2, 8]],
      call: (a) => tf.conv2d(tf.tensor4d(networkInput, [1, 12, 11, 2]), a as tf.Tensor4D, 1, "same"),
    })!;
    runFloat64(graph, numbersFor(graph), native);
    assert.is(calls(), 4);
  });
}
tests.run();
