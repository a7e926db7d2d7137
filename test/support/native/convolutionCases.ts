/** Random convolutions and poolings. */
import * as tf from "@tensorflow/tfjs";
import { gradient, inputsOf, pushforward } from "../../../src/autodiff/derivatives/differentiate.ts";
import { type Graph, type Node, sizeOf } from "../../../src/autodiff/graph/graph.ts";
import { trace } from "../../../src/autodiff/trace/trace.ts";
import * as fc from "../fastCheck.ts";
import { normalVector } from "../random.ts";

/** A function of an image and, if it has one, a filter. */
export interface Case {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly call: (...tensors: tf.Tensor[]) => tf.Tensor;
  /** The same in a form that TensorFlow.js can compute here. Default: `call`. */
  readonly known?: (...tensors: tf.Tensor[]) => tf.Tensor;
}

export type Pad = "same" | "valid" | number | [[0, 0], [number, number], [number, number], [0, 0]];
export const size = fc.integer({ min: 1, max: 9 });
export const few = fc.integer({ min: 1, max: 3 });
export const explicit = fc.tuple(few, few, few, few).map(
  ([a, b, c, d]): Pad => [
    [0, 0],
    [a - 1, b],
    [c - 1, d],
    [0, 0],
  ],
);
export const pads = fc.oneof(fc.constantFrom<Pad>("same", "valid"), fc.integer({ min: 0, max: 3 }), explicit);
export const channels = fc.oneof(few, fc.constantFrom(4, 7, 8, 9, 17));
/** A stride, or a dilation, since TensorFlow.js refuses both at once. */
export const steps = fc.oneof(fc.tuple(few, fc.constant(1)), fc.tuple(fc.constant(1), fc.integer({ min: 1, max: 3 })));

export const plane = fc.record({
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
export type Plane = typeof plane extends fc.Arbitrary<infer T> ? T : never;

export const conv2d: fc.Arbitrary<Case> = plane.map((p: Plane): Case => {
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

export const depthwise: fc.Arbitrary<Case> = plane.map((p: Plane): Case => {
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

export const transposed: fc.Arbitrary<Case> = plane.map((p: Plane): Case => {
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

export const line: fc.Arbitrary<Case> = plane.map((p: Plane): Case => {
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

export const volume: fc.Arbitrary<Case> = plane.map((p: Plane): Case => {
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

export const pooling: fc.Arbitrary<Case> = fc
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

export const networkInput = Float32Array.from(normalVector(2 * 12 * 11, 5));
/** Layers whose windows are of data, of results and of tangents, with a pooling between them. */
export const network: fc.Arbitrary<Case> = plane.map(
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
export function isTooLarge({ shapes, call, known = call }: Case): boolean {
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
export function graphOf({ name, shapes, call }: Case): Graph | undefined {
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

export const numbersFor = (graph: Graph): Record<string, Float64Array> =>
  Object.fromEntries(
    graph.inputs.map(({ attributes: { name, shape } }, i) => [name, normalVector(sizeOf(shape), 40 + i)]),
  );
