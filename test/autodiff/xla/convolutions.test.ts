/** Products with windows of images become convolutions of StableHLO, whose results are those of our own executor. */
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { data, gradient, trace } from "../../../src/autodiff/index.ts";
import { compileField } from "../../../src/autodiff/program.ts";
import { moduleOf } from "../../../src/autodiff/xla/hlo/module.ts";
import * as fc from "../../support/fastCheck.ts";
import { normalVector } from "../../support/random.ts";
import { hasXla } from "../../support/xla.ts";

type Shapes = readonly (readonly number[])[];
type Layers = (parameters: readonly tf.Tensor[]) => tf.Tensor;

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** The loss: the mean of tanh(layers)^2. */
function traced(shapes: Shapes, layers: Layers) {
  return trace({
    who: "test",
    parameters: shapes.map((shape, i) => ({ name: `p${i}`, shape })),
    call: (...parameters: tf.Tensor[]) => tf.mean(tf.square(tf.tanh(layers(parameters)))),
    outputsOf: (result) => [result as tf.Tensor],
  });
}

/** How often operations occur in the module of value and gradient. */
function operations(shapes: Shapes, layers: Layers): (name: string) => number {
  const { builder, parameters, outputs, data: inputs } = traced(shapes, layers);
  const given = [...inputs.values()].map(({ node }) => node);
  const field = gradient(builder, outputs[0]!, parameters);
  const { text } = moduleOf({ element: "f64", flat: parameters, given, results: [...field, outputs[0]!] });
  return (name) => text.split(`stablehlo.${name}`).length - 1;
}

/** Field and Hessian-vector product on both executors. */
function assertSame(shapes: Shapes, layers: Layers, numbers: Readonly<Record<string, Float64Array>> = {}): void {
  const n = shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
  const [point, direction] = [normalVector(n, 1).map((x) => x / 2), normalVector(n, 2)];
  const [own, found] = (["float64", "xla"] as const).map((executor) => {
    const { builder, parameters, outputs, data: inputs } = traced(shapes, layers);
    const [value] = outputs;
    const field = gradient(builder, value!, parameters);
    const nodes = [...inputs.values()].map(({ node }) => node);
    const program = compileField({
      ...{ builder, parameters, data: nodes, value: value!, field, symmetric: true, executor },
    });
    const instance = program.instance(numbers);
    const [slope, product] = [new Float64Array(n), new Float64Array(n)];
    instance.evaluate(point, slope);
    instance.linearize(point).apply(direction, product);
    return [slope, product];
  }) as [Float64Array[], Float64Array[]];
  for (const [i, what] of ["gradient", "product"].entries()) {
    const size = own[i]!.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-300);
    const off = own[i]!.reduce((most, x, j) => Math.max(most, Math.abs(x - found[i]![j]!)), 0);
    assert.ok(off <= 1e-13 * size, `${what}: differs by ${off}, of ${size}`);
  }
}

const convolutions = suite("xla: convolutions");

const layer: Layers = ([x, k]) => tf.conv2d(x as tf.Tensor4D, k as tf.Tensor4D, 1, "same");
const two: Layers = ([x, k, l]) =>
  tf.conv2d(tf.tanh(layer([x!, k!])) as tf.Tensor4D, l as tf.Tensor4D, [1, 2], "valid");

convolutions("a layer, its filter's gradient and its image's are one convolution each, without windows", () => {
  const count = operations(
    [
      [2, 6, 5, 3],
      [3, 3, 3, 4],
      [2, 3, 4, 5],
    ],
    two,
  );
  assert.is(count("convolution"), 6);
  for (const other of ["dot_general", "gather", "scatter"]) assert.is(count(other), 0, other);
  assert.is(count("concatenate"), 1, "that of the results");
});

convolutions("windows that lie side by side are reshapes", () => {
  const pooled: Layers = ([x]) => tf.avgPool(x as tf.Tensor4D, 2, 2, "valid");
  const count = operations([[2, 6, 5, 3]], pooled);
  assert.is(count("concatenate"), 1, "that of the results");
  assert.is(count("gather"), 0);
});

if (hasXla) {
  convolutions("two-dimensional layers of any stride, dilation, padding and order of axes", () => {
    const size = fc.integer({ min: 1, max: 3 });
    const side = fc.integer({ min: 3, max: 7 });
    fc.assert(
      fc.property(
        fc.record({
          ...{ batch: size, inputs: size, outputs: size, height: side, width: side, h: size, w: size },
          ...{ strides: fc.tuple(size, size), dilations: fc.tuple(size, size) },
          ...{ pad: fc.constantFrom("same" as const, "valid" as const), first: fc.boolean() },
        }),
        ({ batch, inputs, outputs, height, width, h, w, strides, dilations, pad, first }) => {
          fc.pre(strides.every((s) => s === 1) || dilations.every((d) => d === 1));
          fc.pre(pad === "same" || ((h - 1) * dilations[0] < height && (w - 1) * dilations[1] < width));
          const image = first ? [batch, inputs, height, width] : [batch, height, width, inputs];
          const convolved: Layers = ([x, k]) =>
            tf.conv2d(x as tf.Tensor4D, k as tf.Tensor4D, strides, pad, first ? "NCHW" : "NHWC", dilations);
          assertSame([image, [h, w, inputs, outputs]], convolved);
        },
      ),
      { numRuns: 12 },
    );
  });

  convolutions("in one and three dimensions, transposed, after each other, and of data", () => {
    assertSame(
      [
        [2, 7, 3],
        [3, 3, 4],
      ],
      ([x, k]) => tf.conv1d(x as tf.Tensor3D, k as tf.Tensor3D, 2, "same"),
    );
    assertSame(
      [
        [2, 4, 5, 3, 2],
        [2, 3, 2, 2, 3],
      ],
      ([x, k]) => tf.conv3d(x as tf.Tensor5D, k as tf.Tensor5D, 1, "same"),
    );
    assertSame(
      [
        [2, 3, 3, 4],
        [3, 3, 2, 4],
      ],
      ([x, k]) => tf.conv2dTranspose(x as tf.Tensor4D, k as tf.Tensor4D, [2, 6, 6, 2], 2, "same"),
    );
    assertSame(
      [
        [2, 6, 5, 3],
        [3, 3, 3, 4],
        [2, 3, 4, 5],
      ],
      two,
    );
    const images = normalVector(2 * 6 * 5 * 3, 3);
    assertSame(
      [
        [3, 3, 3, 4],
        [2, 3, 4, 5],
      ],
      ([k, l]) => two([data("x", images, [2, 6, 5, 3]), k!, l!]),
      { x: images },
    );
  });

  convolutions("poolings side by side, with a rest and with zeros around", () => {
    for (const pad of ["valid", "same"] as const) {
      for (const size of [2, 3]) {
        assertSame([[2, 7, 5, 2]], ([x]) => tf.avgPool(x as tf.Tensor4D, size, size, pad));
        assertSame([[2, 7, 5, 2]], ([x]) => tf.maxPool(x as tf.Tensor4D, size, size, pad));
      }
    }
  });
}

convolutions.run();
