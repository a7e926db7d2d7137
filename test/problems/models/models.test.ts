/** Models beside outputs written by hand, their starts, their derivatives, and training on digits. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { accuracy } from "../../../src/operators/measures/training/accuracy.ts";
import { testLoss } from "../../../src/operators/measures/training/testLoss.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { adam } from "../../../src/operators/steps/adam.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { checkDerivatives } from "../../../src/problems/checkDerivatives.ts";
import { dataset } from "../../../src/problems/datasets/dataset.ts";
import { digits8x8 } from "../../../src/problems/datasets/digits8x8.ts";
import { convolutionalNetwork } from "../../../src/problems/models/convolutional.ts";
import { linearModel, multilayerPerceptron } from "../../../src/problems/models/dense.ts";
import type { Model } from "../../../src/problems/models/model.ts";
import { residualNetwork, wideResidualNetwork } from "../../../src/problems/models/residual.ts";
import { trainable } from "../../../src/problems/models/trainable.ts";
import { network } from "../../../src/problems/networks/network.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { normalVector } from "../../support/random.ts";

/** An image: image[row][column][channel]. */
type Image = readonly (readonly (readonly number[])[])[];

/** Parameters of a model by name. */
function parametersOf(model: Model, point: Float64Array): Readonly<Record<string, Float64Array>> {
  let offset = 0;
  return Object.fromEntries(
    model.names.map((name, i) => {
      const size = model.shapes[i]!.reduce((product, extent) => product * extent, 1);
      offset += size;
      return [name, point.subarray(offset - size, offset)];
    }),
  );
}

/** "Same" padding as TensorFlow: the output has ceil(size / stride), what is missing is added evenly, the odd one behind. */
function convolve(image: Image, filters: Float64Array, side: number, stride: number): Image {
  const [rows, columns, depth] = [image.length, image[0]!.length, image[0]![0]!.length];
  const channels = filters.length / (side * side * depth);
  const before = (size: number): number =>
    Math.floor(Math.max(0, (Math.ceil(size / stride) - 1) * stride + side - size) / 2);
  return Array.from({ length: Math.ceil(rows / stride) }, (_, r) =>
    Array.from({ length: Math.ceil(columns / stride) }, (_, c) =>
      Array.from({ length: channels }, (_, k) => {
        let sum = 0;
        for (let i = 0; i < side; i++)
          for (let j = 0; j < side; j++)
            for (let d = 0; d < depth; d++) {
              const x = image[r * stride + i - before(rows)]?.[c * stride + j - before(columns)]?.[d] ?? 0;
              sum += x * filters[((i * side + j) * depth + d) * channels + k]!;
            }
        return sum;
      }),
    ),
  );
}

const each = (image: Image, f: (x: number, channel: number) => number): Image =>
  image.map((row) => row.map((pixel) => pixel.map(f)));
const added = (a: Image, b: Image): Image =>
  a.map((row, r) => row.map((pixel, c) => pixel.map((x, k) => x + b[r]![c]![k]!)));

function groupNorm(image: Image, groups: number): Image {
  const channels = image[0]![0]!.length;
  const width = channels / groups;
  const statistics = Array.from({ length: groups }, (_, g) => {
    const own = image.flat().flatMap((pixel) => pixel.slice(g * width, (g + 1) * width));
    const mean = own.reduce((sum, x) => sum + x, 0) / own.length;
    return { mean, deviation: Math.sqrt(own.reduce((sum, x) => sum + (x - mean) ** 2, 0) / own.length + 1e-5) };
  });
  return each(
    image,
    (x, k) => (x - statistics[Math.floor(k / width)]!.mean) / statistics[Math.floor(k / width)]!.deviation,
  );
}

const swish = (x: number): number => x / (1 + Math.exp(-x));
const linearLayer = (features: readonly number[], w: Float64Array, b: Float64Array): number[] =>
  Array.from(b, (bias, k) => features.reduce((sum, x, j) => sum + x * w[j * b.length + k]!, bias));

/** Outputs of a convolutional or residual network with swish, by hand. */
const byHand: Readonly<Record<string, (image: Image, p: Readonly<Record<string, Float64Array>>) => number[]>> = {
  convolutional(image, p) {
    let signal = image;
    for (const l of [1, 2]) {
      const z = convolve(signal, p[`layer${l}.filters`]!, 3, 1);
      const a = each(z, (x, k) => swish(x + p[`layer${l}.bias`]![k]!));
      signal = Array.from({ length: Math.floor(a.length / 2) }, (_, r) =>
        Array.from({ length: Math.floor(a[0]!.length / 2) }, (_, c) =>
          a[0]![0]!.map(
            (_, k) =>
              (a[2 * r]![2 * c]![k]! +
                a[2 * r + 1]![2 * c]![k]! +
                a[2 * r]![2 * c + 1]![k]! +
                a[2 * r + 1]![2 * c + 1]![k]!) /
              4,
          ),
        ),
      );
    }
    return linearLayer(signal.flat(2), p["output.weights"]!, p["output.bias"]!);
  },
  residual(image, p) {
    const prepared = (x: Image, label: string, groups: number): Image => {
      const scale = p[`${label}.scale`];
      return each(
        scale === undefined ? x : each(groupNorm(x, groups), (y, k) => y * scale[k]! + p[`${label}.shift`]![k]!),
        swish,
      );
    };
    let signal = convolve(image, p["stem.filters"]!, 3, 1);
    for (const [s, channels] of [4, 6].entries()) {
      const label = `stage${s + 1}.block1`;
      // Groups are the common divisor of 4 with the channels before each normalisation.
      const inside = convolve(prepared(signal, `${label}.norm1`, 4), p[`${label}.filters1`]!, 3, s + 1);
      const out = convolve(prepared(inside, `${label}.norm2`, channels === 6 ? 2 : 4), p[`${label}.filters2`]!, 3, 1);
      const shortcut = p[`${label}.shortcut`];
      signal = added(shortcut === undefined ? signal : convolve(signal, shortcut, 1, s + 1), out);
    }
    const last = prepared(signal, "output.norm", 2);
    const pooled = last[0]![0]!.map(
      (_, k) => last.flat().reduce((sum, pixel) => sum + pixel[k]!, 0) / last.flat().length,
    );
    return linearLayer(pooled, p["output.weights"]!, p["output.bias"]!);
  },
};

const shape = [5, 6, 2] as const;
const size = 60;
const common = { inputShape: [...shape], outputs: 3, activation: "swish" } as const;
const imageModels: readonly (readonly [string, Model])[] = [
  ["convolutional", convolutionalNetwork({ ...common, channels: [3, 4] })],
  ["residual", residualNetwork({ ...common, channels: [4, 6] })],
  ["residual", residualNetwork({ ...common, channels: [4, 6], normalisation: "none" })],
];
const rows = 4;
const images = dataset({ inputs: normalVector(rows * size, 1), shape, labels: [0, 2, 1, 2], name: "images" });
const test = suite("models");

test("have the outputs written by hand", () => {
  for (const [kind, model] of imageModels) {
    // Far from the start, where scales and shifts differ from 1 and 0.
    const point = model.initialPoint(2).map((x, i) => x + 0.3 * Math.sin(i));
    const outputs = trainable(model, images).heldOut(images).predict(point);
    const expected = Array.from({ length: rows }, (_, i) => {
      const image = Array.from({ length: 5 }, (_, r) =>
        Array.from({ length: 6 }, (_, c) => [0, 1].map((k) => images.inputs[i * size + (r * 6 + c) * 2 + k]!)),
      );
      return byHand[kind]!(image, parametersOf(model, point));
    });
    assertClose(outputs, expected.flat(), 1e-11, model.name);
  }
  const perceptron = multilayerPerceptron({ inputShape: [size], outputs: 3, hidden: [7, 5], activation: "tanh" });
  const [inputs, targets] = [images.inputs, images.targets!];
  const same = network({ layers: [size, 7, 5, 3], activation: "tanh", loss: "softmaxCrossEntropy", inputs, targets });
  const point = same.initialPoint(3);
  const held = trainable(perceptron, images).heldOut(images);
  assertClose(held.predict(point), same.predictionsOn(inputs)(point), 1e-13);
  assertClose(held.loss(point), same.evaluate(point, new Float64Array(point.length)), 1e-13);
  const linear = linearModel({ inputShape: [...shape], outputs: 3 });
  const direct = network({ layers: [size, 3], loss: "softmaxCrossEntropy", inputs, targets });
  const start = direct.initialPoint(4);
  assertClose(trainable(linear, images).heldOut(images).predict(start), direct.predictionsOn(inputs)(start), 1e-13);
});

test("have derivatives that agree with differences, and a held-out loss that is the problem's without its penalty", () => {
  for (const [, model] of [
    ...imageModels,
    ["wide", wideResidualNetwork({ ...common, depth: 10, width: 1 })] as const,
  ].slice(0, 3)) {
    const penalised = trainable(model, images, { regularization: { coefficient: 0.01, biases: false } });
    const full = penalised.full();
    const point = model.initialPoint(5);
    const report = checkDerivatives(full, point);
    assert.is(report.verdict, "agrees", report.table);
    let penalty = 0;
    for (const { offset, size: own, shape: extents } of full.blocks) {
      if (extents.length > 1) for (const x of point.subarray(offset, offset + own)) penalty += 0.01 * x * x;
    }
    const value = full.evaluate(point, new Float64Array(full.dimension));
    assertClose(penalised.heldOut(images).loss(point), value - penalty, 1e-12, model.name);
  }
});

test("begin with normal weights of the variance that they state, the first layer isotropic, by seed alone", () => {
  const model = wideResidualNetwork({ inputShape: [8, 8, 3], outputs: 10, depth: 10, width: 1 });
  assert.equal(model.initialPoint(1), model.initialPoint(1));
  assert.not.equal(model.initialPoint(1), model.initialPoint(2));
  const parameters = parametersOf(model, model.initialPoint(1));
  for (const [i, name] of model.names.entries()) {
    const values = parameters[name]!;
    if (!/filters|shortcut|weights/.test(name)) {
      assert.ok(
        values.every((x) => x === (name.endsWith("scale") ? 1 : 0)),
        name,
      );
      continue;
    }
    const fanIn = model.shapes[i]!.slice(0, -1).reduce((product, extent) => product * extent, 1);
    const gain = /block\d+\.filters/.test(name) ? 2 : 1;
    const variance = values.reduce((sum, x) => sum + x * x, 0) / values.length;
    // Five standard errors of a variance.
    assert.ok(Math.abs((variance * fanIn) / gain - 1) < 5 * Math.sqrt(2 / values.length), `${name}: ${variance}`);
  }
  const quiet = residualNetwork({ ...common, channels: [4], normalisation: "none" });
  assert.ok(parametersOf(quiet, quiet.initialPoint(1))["stage1.block1.filters2"]!.every((x) => x === 0));
  // 16 + 9 (3 . 16) ... of the published network, with groups instead of batches: as many scales and shifts.
  assert.is(
    wideResidualNetwork({ inputShape: [32, 32, 3], outputs: 10 }).shapes.reduce(
      (sum, own) => sum + own.reduce((a, b) => a * b, 1),
      0,
    ),
    36_479_194,
  );
});

test("a small residual network learns to read digits", () => {
  const { train, test: held } = digits8x8({ samples: 900, seed: 1 }).split({ test: 0.2, stratify: true });
  const net = trainable(residualNetwork({ inputShape: [8, 8, 1], outputs: 10, channels: [8, 16] }), train);
  const unseen = net.heldOut(held);
  const batches = net.batches({ size: 32 });
  const measures = [
    testLoss(unseen.loss, { when: "end" }),
    accuracy(unseen.predict, held.labels!, { when: "end" }),
  ] as const;
  const update = chain(untilStep(4 * batches.perEpoch), adam(), gradientStep(0.01), ...measures);
  const end = firstRows(batches, net.initialPoint(1), update, 1000).at(-1)!;
  assert.ok(end.columns.testAccuracy! > 0.85, `${end.columns.testAccuracy}`);
  assert.ok(end.columns.testLoss! < 0.7, `${end.columns.testLoss}`);
});

test("what does not fit is named", () => {
  assertError(
    () => convolutionalNetwork({ inputShape: [64], outputs: 2 }),
    "ERR_SHAPE",
    /\[rows, columns, channels\], got \[64\]/,
  );
  assertError(
    () => convolutionalNetwork({ inputShape: [4, 4, 1], outputs: 2, channels: [2, 2, 2] }),
    "ERR_SHAPE",
    /at least 8 x 8 pixels/,
  );
  assertError(() => residualNetwork({ inputShape: [8, 8], outputs: 2 }), "ERR_SHAPE", /residualNetwork/);
  assertError(
    () => wideResidualNetwork({ inputShape: [8, 8, 1], outputs: 2, depth: 12 }),
    "ERR_OPTION_RANGE",
    /6 n \+ 4/,
  );
  assertError(() => linearModel({ inputShape: [], outputs: 2 }), "ERR_OPTION_RANGE", /inputShape/);
  assertError(() => multilayerPerceptron({ inputShape: [2], outputs: 0 }), "ERR_OPTION_RANGE", /outputs/);
  const model = linearModel({ inputShape: [4], outputs: 2 });
  assertError(
    () => trainable({} as never, images),
    "ERR_OPTION_TYPE",
    /expected a model, but expected name to be a text, got nothing/,
  );
  const bare = dataset({
    inputs: [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ],
  });
  assertError(() => trainable(model, bare), "ERR_OPTION_RANGE", /labels or targets of "data", got none/);
  assertError(
    () => trainable(model, images),
    "ERR_SHAPE",
    /inputs of "images" of the shape \[4\] of linear, got \[5, 6, 2\]/,
  );
  const three = dataset({ inputs: bare.inputs, shape: [4], labels: [0, 2] });
  assertError(() => trainable(model, three), "ERR_SHAPE", /targets of "data" of the shape \[2\]/);
  const two = trainable(model, dataset({ inputs: bare.inputs, shape: [4], labels: [0, 1] }));
  assertError(() => two.batches({ size: 3 }), "ERR_OPTION_RANGE", /at most the number of rows, 2, got 3/);
  assertError(() => two.heldOut(bare), "ERR_OPTION_RANGE", /labels or targets/);
});

test.run();
