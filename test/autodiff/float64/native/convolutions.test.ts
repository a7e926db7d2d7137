/**
 * Random convolutions and poolings with native kernels: values, gradients and second derivatives are those of the
 * interpreter, and values those of TensorFlow.js, for every width of vectors with the same bits.
 */
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compileFunction } from "../../../../src/autodiff/compileFunction.ts";
import { gradient, inputsOf, pushforward } from "../../../../src/autodiff/derivatives/differentiate.ts";
import { Float64Engine } from "../../../../src/autodiff/float64/engine.ts";
import type { NativeKernels } from "../../../../src/autodiff/float64/native/kernels.ts";
import { knownAnswer } from "../../../../src/autodiff/float64/native/knownAnswer.ts";
import { type Graph, type Node, sizeOf } from "../../../../src/autodiff/graph/graph.ts";
import { compileField } from "../../../../src/autodiff/program.ts";
import { trace } from "../../../../src/autodiff/trace/trace.ts";
import { richardson } from "../../../../src/problems/richardson.ts";
import { assertClose, assertError } from "../../../support/assert.ts";
import * as fc from "../../../support/fastCheck.ts";
import { bits, kernels, skipped, widths, withWidth } from "../../../support/nativeLoop.ts";
import { normalVector } from "../../../support/random.ts";
import { runFloat64 } from "../../../support/runFloat64.ts";

await tf.setBackend("cpu");

/** A function of an image and, if it has one, a filter. */
interface Case {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly call: (...tensors: tf.Tensor[]) => tf.Tensor;
  /** The same in a form that TensorFlow.js can compute here. Default: `call`. */
  readonly known?: (...tensors: tf.Tensor[]) => tf.Tensor;
}

type Pad = "same" | "valid" | number | [[0, 0], [number, number], [number, number], [0, 0]];
const size = fc.integer({ min: 1, max: 9 });
const few = fc.integer({ min: 1, max: 3 });
const explicit = fc.tuple(few, few, few, few).map(
  ([a, b, c, d]): Pad => [
    [0, 0],
    [a - 1, b],
    [c - 1, d],
    [0, 0],
  ],
);
const pads = fc.oneof(fc.constantFrom<Pad>("same", "valid"), fc.integer({ min: 0, max: 3 }), explicit);
const channels = fc.oneof(few, fc.constantFrom(4, 7, 8, 9, 17));
/** A stride, or a dilation, since TensorFlow.js refuses both at once. */
const steps = fc.oneof(fc.tuple(few, fc.constant(1)), fc.tuple(fc.constant(1), fc.integer({ min: 1, max: 3 })));

const plane = fc.record({
  images: few,
  height: size,
  width: size,
  kernel: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
  channels,
  outputs: channels,
  pad: pads,
  steps,
  first: fc.boolean(),
});
type Plane = typeof plane extends fc.Arbitrary<infer T> ? T : never;

const conv2d: fc.Arbitrary<Case> = plane.map((p: Plane): Case => {
  const { images, height, width, kernel, pad, first } = p;
  const [stride, dilation] = p.steps;
  const round = Array.isArray(pad) || typeof pad === "number" ? "floor" : undefined;
  const last = (x: tf.Tensor, filter: tf.Tensor): tf.Tensor =>
    tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad as "same", "NHWC", dilation, round);
  const image = first ? [images, p.channels, height, width] : [images, height, width, p.channels];
  const turned = Array.isArray(pad) && first ? [pad[0], pad[3], pad[1], pad[2]] : pad;
  return {
    name: `conv2d ${JSON.stringify(p)}`,
    shapes: [image, [...kernel, p.channels, p.outputs]],
    call: (x, filter) =>
      first
        ? tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, turned as "same", "NCHW", dilation, round)
        : last(x, filter),
    // The backend on the CPU computes with channels last alone.
    known: (x, filter) =>
      first ? tf.transpose(last(tf.transpose(x, [0, 2, 3, 1]), filter), [0, 3, 1, 2]) : last(x, filter),
  };
});

const depthwise: fc.Arbitrary<Case> = plane.map((p: Plane): Case => {
  const pad = Array.isArray(p.pad) ? "same" : p.pad;
  const [stride, dilation] = p.steps;
  const rounding = typeof pad === "number" ? "floor" : undefined;
  return {
    name: `depthwise ${JSON.stringify({ ...p, pad })}`,
    shapes: [
      [p.images, p.height, p.width, p.channels],
      [...p.kernel, p.channels, 2],
    ],
    call: (x, filter) =>
      tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad, "NHWC", dilation, rounding),
  };
});

const transposed: fc.Arbitrary<Case> = plane.map((p: Plane): Case => {
  const pad = p.pad === "valid" ? "valid" : "same";
  const [stride] = p.steps;
  const grown = (extent: number, kernel: number): number =>
    pad === "same" ? extent * stride : (extent - 1) * stride + kernel;
  const [height, width] = [grown(p.height, p.kernel[0]), grown(p.width, p.kernel[1])];
  return {
    name: `conv2dTranspose ${JSON.stringify({ ...p, pad })}`,
    shapes: [
      [p.images, p.height, p.width, p.outputs],
      [...p.kernel, p.channels, p.outputs],
    ],
    call: (x, filter) =>
      tf.conv2dTranspose(x as tf.Tensor4D, filter as tf.Tensor4D, [p.images, height, width, p.channels], stride, pad),
  };
});

const line: fc.Arbitrary<Case> = plane.map((p: Plane): Case => {
  const [stride, dilation] = p.steps;
  const pad = p.pad === "valid" ? "valid" : "same";
  return {
    name: `conv1d ${JSON.stringify({ ...p, pad })}`,
    shapes: [
      [p.images, 3 * p.height, p.channels],
      [p.kernel[0], p.channels, p.outputs],
    ],
    call: (x, filter) => tf.conv1d(x as tf.Tensor3D, filter as tf.Tensor3D, stride, pad, "NWC", dilation),
  };
});

const volume: fc.Arbitrary<Case> = plane.map((p: Plane): Case => {
  const pad = p.pad === "valid" ? "valid" : "same";
  const [stride] = p.steps;
  return {
    name: `conv3d ${JSON.stringify({ ...p, pad })}`,
    shapes: [
      [p.images, p.height, 3, p.width, p.channels],
      [p.kernel[0], 2, p.kernel[1], p.channels, 3],
    ],
    call: (x, filter) => tf.conv3d(x as tf.Tensor5D, filter as tf.Tensor5D, stride, pad),
  };
});

const pooling: fc.Arbitrary<Case> = fc
  .tuple(plane, fc.boolean(), few)
  .map(([p, isMaximum, stride]: [Plane, boolean, number]): Case => {
    const pad = Array.isArray(p.pad) || typeof p.pad === "number" ? "same" : p.pad;
    const pool = isMaximum ? tf.maxPool : tf.avgPool;
    return {
      name: `${isMaximum ? "maximum" : "mean"} ${JSON.stringify({ ...p, pad, stride })}`,
      shapes: [[p.images, p.height, p.width, p.channels]],
      call: (x) => pool(x as tf.Tensor4D, p.kernel, stride, pad),
    };
  });

const networkInput = Float32Array.from(normalVector(2 * 12 * 11, 5));
/** Layers whose windows are of data, of results and of tangents, with a pooling between them. */
const network: fc.Arbitrary<Case> = plane.map(
  (p: Plane): Case => ({
    name: `network ${JSON.stringify(p)}`,
    shapes: [
      [...p.kernel, 1, p.channels],
      [3, 3, p.channels, p.outputs],
    ],
    call: (a, b) => {
      const x = tf.tensor4d(networkInput, [2, 12, 11, 1]);
      const h = tf.avgPool(tf.tanh(tf.conv2d(x, a as tf.Tensor4D, 1, "same")) as tf.Tensor4D, 2, 2, "same");
      return tf.conv2d(h, b as tf.Tensor4D, p.steps[0], "same");
    },
  }),
);

/** Whether a window is so much larger than its image that TensorFlow.js counts a negative number of them. */
function isTooLarge({ shapes, call, known = call }: Case): boolean {
  return tf.tidy(() => {
    try {
      return known(...shapes.map((shape) => tf.zeros([...shape]))).shape.some((extent) => extent < 0);
    } catch (error) {
      if (/negative|Invalid|integers/i.test(String(error))) return true;
      throw error;
    }
  });
}

/** The graph of the value y of a function, of the gradient of a sum of its squares, and of a product with the Hessian. */
function graphOf({ name, shapes, call }: Case): Graph | undefined {
  const { builder, parameters, outputs } = trace({
    who: name,
    parameters: shapes.map((shape, i) => ({ name: `x${i}`, shape })),
    call: (...tensors) => call(...(tensors as tf.Tensor[])),
    outputsOf: (result) => [result as tf.Tensor],
  });
  const y = outputs[0]!;
  if (sizeOf(y.shape) === 0) return undefined;
  const weights = builder.constant(normalVector(sizeOf(y.shape), 9), y.shape);
  const loss = builder.sum(builder.mul(weights, builder.mul(y, y)));
  const first = gradient(builder, loss, parameters);
  const seeds = new Map<Node, Node>(parameters.map((node, i) => [node, builder.input(`v${i}`, "tangent", node.shape)]));
  const results = [y, loss, ...first, ...pushforward(builder, first, seeds)];
  return { inputs: inputsOf(results), outputs: results };
}

const numbersFor = (graph: Graph): Record<string, Float64Array> =>
  Object.fromEntries(
    graph.inputs.map(({ attributes: { name, shape } }, i) => [name, normalVector(sizeOf(shape), 40 + i)]),
  );

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
