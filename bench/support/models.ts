/** Models of published size, each as a loss over a list of parameter shapes. */
import * as tf from "@tensorflow/tfjs";
import { randomFrom } from "./random.ts";

export interface ModelCase {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly loss: (...parameters: tf.Tensor[]) => tf.Tensor;
}

/** Collects the shapes of parameters while a model is described. In a call, what `add` returned gives the parameter. */
class Parameters {
  readonly shapes: (readonly number[])[] = [];
  #given: readonly tf.Tensor[] = [];
  add(...shape: number[]): () => tf.Tensor {
    const place = this.shapes.push(shape) - 1;
    return () => this.#given[place]!;
  }
  give(parameters: readonly tf.Tensor[]): void {
    this.#given = parameters;
  }
}

const numbers = (seed: number, shape: number[]): tf.Tensor => {
  const random = randomFrom(seed);
  return tf.tensor(
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 2 * random() - 1),
    shape,
  );
};

type Layer = (x: tf.Tensor) => tf.Tensor;

/** He et al. 2016, section 4.2: 20 layers on 32 x 32 x 3, widths 16, 32, 64; batch normalisation by batch moments. */
export function resNet20(batch = 2): ModelCase {
  const p = new Parameters();
  const convolution = (size: number, from: number, to: number, stride: number): Layer => {
    const [w, scale, offset] = [p.add(size, size, from, to), p.add(to), p.add(to)];
    return (x) => {
      const y = tf.conv2d(x as tf.Tensor4D, w() as tf.Tensor4D, stride, "same");
      const { mean, variance } = tf.moments(y, [0, 1, 2]);
      return tf.batchNorm(
        y,
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        offset() as tf.Tensor1D,
        scale() as tf.Tensor1D,
      );
    };
  };
  const block = (from: number, to: number, stride: number): Layer => {
    const [a, b] = [convolution(3, from, to, stride), convolution(3, to, to, 1)];
    const shortcut = from === to ? undefined : convolution(1, from, to, stride);
    return (x) => tf.relu(tf.add(b(tf.relu(a(x))), shortcut === undefined ? x : shortcut(x)));
  };
  const layers: Layer[] = [convolution(3, 3, 16, 1), (x) => tf.relu(x)];
  for (const [stage, width] of [16, 32, 64].entries()) {
    for (let n = 0; n < 3; n++) {
      const first = n === 0 && stage > 0;
      layers.push(block(first ? width / 2 : width, width, first ? 2 : 1));
    }
  }
  const [w, b] = [p.add(64, 10), p.add(10)];
  const images = numbers(1, [batch, 32, 32, 3]);
  const labels = tf.oneHot(tf.range(0, batch, 1, "int32"), 10).toFloat();
  return {
    name: `ResNet-20, ${batch} images of 32 x 32`,
    shapes: p.shapes,
    loss(...parameters) {
      p.give(parameters);
      const features = tf.mean(
        layers.reduce((x, layer) => layer(x), images),
        [1, 2],
      );
      return tf.losses.softmaxCrossEntropy(labels, tf.add(tf.matMul(features as tf.Tensor2D, w() as tf.Tensor2D), b()));
    },
  };
}

/** A causal language model: four layers with pre-normalisation, 4 heads, width 64, feed-forward width 256. */
export function transformer(layers = 4, batch = 2, length = 32): ModelCase {
  const p = new Parameters();
  const [width, heads, inner, vocabulary] = [64, 4, 256, 100];
  const dense = (from: number, to: number): Layer => {
    const [w, b] = [p.add(from, to), p.add(to)];
    return (x) =>
      tf.add(tf.reshape(tf.matMul(tf.reshape(x, [-1, from]) as tf.Tensor2D, w() as tf.Tensor2D), [batch, -1, to]), b());
  };
  const norm = (): Layer => {
    const [scale, offset] = [p.add(width), p.add(width)];
    return (x) => {
      const { mean, variance } = tf.moments(x, -1, true);
      return tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5))), scale()), offset());
    };
  };
  const split = (x: tf.Tensor): tf.Tensor =>
    tf.transpose(tf.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
  const mask = tf.mul(1e9, tf.sub(1, tf.linalg.bandPart(tf.ones([length, length]), -1, 0)));
  const block = (): Layer => {
    const [n1, q, k, v, o, n2, up, down] = [
      norm(),
      dense(width, width),
      dense(width, width),
      dense(width, width),
      dense(width, width),
      norm(),
      dense(width, inner),
      dense(inner, width),
    ];
    return (x) => {
      const y = n1(x);
      const scores = tf.div(tf.matMul(split(q(y)), split(k(y)), false, true), Math.sqrt(width / heads));
      const mixed = tf.matMul(tf.softmax(tf.sub(scores, mask)), split(v(y)));
      const attended = tf.add(x, o(tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch, length, width])));
      const hidden = up(n2(attended));
      const gelu = tf.mul(tf.mul(0.5, hidden), tf.add(1, tf.erf(tf.mul(hidden, Math.SQRT1_2))));
      return tf.add(attended, down(gelu));
    };
  };
  const table = p.add(vocabulary, width);
  const position = p.add(length, width);
  const blocks = Array.from({ length: layers }, block);
  const last = norm();
  const words = tf.tensor2d(
    Array.from({ length: batch * length }, (_, i) => (7 * i) % vocabulary),
    [batch, length],
    "int32",
  );
  const next = tf
    .oneHot(
      tf.tensor1d(
        Array.from({ length: batch * length }, (_, i) => (7 * i + 7) % vocabulary),
        "int32",
      ),
      vocabulary,
    )
    .toFloat();
  return {
    name: `transformer, ${layers} layers of width ${width}, ${batch} x ${length} words`,
    shapes: p.shapes,
    loss(...parameters) {
      p.give(parameters);
      const x = blocks.reduce((y, layer) => layer(y), tf.add(tf.gather(table(), words), position()));
      const rows = tf.reshape(last(x), [batch * length, width]) as tf.Tensor2D;
      return tf.losses.softmaxCrossEntropy(next, tf.matMul(rows, table() as tf.Tensor2D, false, true));
    },
  };
}

/** A layer of 64 long short-term memory cells, unrolled. */
export function lstm(steps = 20, batch = 8): ModelCase {
  const p = new Parameters();
  const [inputs, units] = [32, 64];
  const [kernel, bias, out] = [p.add(inputs + units, 4 * units), p.add(4 * units), p.add(units, 1)];
  const x = tf.unstack(numbers(2, [steps, batch, inputs]));
  const targets = numbers(3, [batch, 1]);
  const forget = tf.scalar(1);
  return {
    name: `LSTM of ${units} cells, ${steps} steps, ${batch} sequences`,
    shapes: p.shapes,
    loss(...parameters) {
      p.give(parameters);
      let [c, h]: [tf.Tensor2D, tf.Tensor2D] = [tf.zeros([batch, units]), tf.zeros([batch, units])];
      for (const now of x) {
        [c, h] = tf.basicLSTMCell(forget, kernel() as tf.Tensor2D, bias() as tf.Tensor1D, now as tf.Tensor2D, c, h);
      }
      return tf.losses.meanSquaredError(targets, tf.matMul(h, out() as tf.Tensor2D));
    },
  };
}
