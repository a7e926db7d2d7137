import * as tf from "@tensorflow/tfjs";
import { image, type LossCase, type Nasty } from "./lossCase.ts";

type T4 = tf.Tensor4D;
const sq = tf.square;
const conv = (x: tf.Tensor, w: tf.Tensor, strides = 1, pad: "same" | "valid" = "same", dilation = 1): T4 =>
  tf.conv2d(x as T4, w as T4, strides, pad, "NHWC", dilation);
/** Batch normalisation by the batch's own moments. */
const normalised = (x: tf.Tensor, axes: number[], epsilon = 1e-3): T4 => {
  const { mean, variance } = tf.moments(x, axes, true);
  return tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, epsilon))) as T4;
};
const grouped = (x: tf.Tensor, groups: number): T4 => {
  const [b, h, w, c] = x.shape as [number, number, number, number];
  return tf.reshape(normalised(tf.reshape(x, [b, h * w, groups, c / groups]), [1, 3]), [b, h, w, c]);
};
const model = (name: string, shapes: LossCase["shapes"], loss: LossCase["loss"], nasty?: Nasty): LossCase => ({
  name,
  shapes,
  loss,
  nasty: nasty ?? { at: { scale: 10 } },
});
/** Variances far below epsilon. */
const constant: Nasty = { at: { scale: 1e-3 } };
const kinks: Nasty = { at: 0, kink: "activations stand at their kinks, maxima tie" };

/** Convolutional networks in the forms of published families, small. */
export const visionLosses: readonly LossCase[] = [
  model(
    "residual block with batch normalisation (ResNet)",
    [[3, 3, 2, 2], [3, 3, 2, 2], [2]],
    (w1, w2, scale) => {
      const inner = tf.elu(normalised(conv(image, w1!), [0, 1, 2]));
      return tf.mean(sq(tf.elu(tf.add(image, tf.mul(normalised(conv(inner, w2!), [0, 1, 2]), scale!)))));
    },
    { at: 0, kink: "elu has no second derivative at 0" },
  ),
  model(
    "bottleneck with a projected, strided shortcut",
    [
      [1, 1, 2, 2],
      [3, 3, 2, 2],
      [1, 1, 2, 3],
      [1, 1, 2, 3],
    ],
    (a, b, c, d) => {
      const y = conv(tf.tanh(conv(tf.tanh(conv(image, a!)), b!, 2)), c!);
      return tf.mean(sq(tf.add(y, conv(image, d!, 2))));
    },
  ),
  model(
    "inverted residual with relu6 (MobileNet v2)",
    [
      [1, 1, 2, 4],
      [3, 3, 4, 1],
      [1, 1, 4, 2],
    ],
    (expand, deep, project) => {
      const wide = tf.relu6(conv(image, expand!));
      const moved = tf.relu6(tf.depthwiseConv2d(wide, deep as T4, 1, "same"));
      return tf.mean(sq(tf.add(image, conv(moved, project!))));
    },
    kinks,
  ),
  model(
    "dense block by concatenation (DenseNet)",
    [
      [3, 3, 2, 2],
      [3, 3, 4, 2],
    ],
    (a, b) => {
      const first = tf.concat([image, tf.softplus(conv(image, a!))], 3);
      return tf.mean(sq(tf.concat([first, tf.softplus(conv(first, b!))], 3)));
    },
  ),
  model(
    "inception module",
    [
      [1, 1, 2, 1],
      [3, 3, 2, 1],
      [5, 5, 2, 1],
      [1, 1, 2, 1],
    ],
    (a, b, c, d) =>
      tf.mean(
        tf.tanh(
          tf.concat([conv(image, a!), conv(image, b!), conv(image, c!), conv(tf.avgPool(image, 3, 1, "same"), d!)], 3),
        ),
      ),
  ),
  model(
    "squeeze and excitation",
    [
      [2, 1],
      [1, 2],
      [3, 3, 2, 2],
    ],
    (squeeze, excite, w) => {
      const y = conv(image, w!);
      const gate = tf.sigmoid(
        tf.matMul(tf.tanh(tf.matMul(tf.mean(y, [1, 2]) as tf.Tensor2D, squeeze as tf.Tensor2D)), excite as tf.Tensor2D),
      );
      return tf.mean(sq(tf.mul(y, tf.reshape(gate, [2, 1, 1, 2]))));
    },
  ),
  model(
    "U-Net of two levels with a transposed convolution",
    [
      [3, 3, 2, 2],
      [3, 3, 2, 2],
      [2, 2, 2, 2],
      [1, 1, 4, 1],
    ],
    (down, bottom, up, out) => {
      const top = tf.tanh(
        conv(
          tf.pad(image, [
            [0, 0],
            [0, 1],
            [0, 1],
            [0, 0],
          ]),
          down!,
        ),
      );
      const low = tf.tanh(conv(tf.avgPool(top, 2, 2, "valid"), bottom!));
      const back = tf.conv2dTranspose(low, up as T4, [2, 6, 6, 2], 2, "same");
      return tf.mean(sq(tf.sub(conv(tf.concat([top, back], 3), out!), 0.3)));
    },
  ),
  model(
    "VGG block: two convolutions with relu, max pooling, dense classifier",
    [
      [3, 3, 2, 2],
      [3, 3, 2, 2],
      [8, 3],
    ],
    (a, b, w) => {
      const y = tf.maxPool(tf.relu(conv(tf.relu(conv(image, a!)), b!)), 2, 2, "valid");
      const logits = tf.matMul(tf.reshape(y, [2, 8]), w as tf.Tensor2D);
      return tf.losses.softmaxCrossEntropy(tf.tensor2d([1, 0, 0, 0, 0, 1], [2, 3]), logits);
    },
    kinks,
  ),
  model(
    "LeNet with tanh and average pooling",
    [
      [3, 3, 2, 2],
      [2, 2, 2, 3],
      [3, 2],
    ],
    (a, b, w) => {
      const y = tf.avgPool(tf.tanh(conv(image, a!, 1, "valid")), 2, 1, "valid");
      const z = tf.tanh(conv(y, b!, 1, "valid"));
      return tf.mean(sq(tf.matMul(tf.reshape(z, [2, 3]), w as tf.Tensor2D)));
    },
  ),
  model("group normalisation", [[3, 3, 2, 4]], (w) => tf.mean(tf.sin(grouped(conv(image, w!), 2))), constant),
  model(
    "instance normalisation",
    [[3, 3, 2, 2]],
    (w) => tf.mean(tf.exp(normalised(conv(image, w!), [1, 2]))),
    constant,
  ),
  model("style loss by Gram matrices, with total variation", [[2, 5, 5, 2]], (x) => {
    const gram = (y: tf.Tensor): tf.Tensor => {
      const f = tf.reshape(y, [2, 25, 2]);
      return tf.div(tf.matMul(f, f, true), 25);
    };
    const right = tf.sub(tf.slice(x!, [0, 0, 1, 0], [-1, -1, 4, -1]), tf.slice(x!, [0, 0, 0, 0], [-1, -1, 4, -1]));
    return tf.add(tf.sum(sq(tf.sub(gram(x!), gram(image)))), tf.mul(0.1, tf.sum(tf.sqrt(tf.add(sq(right), 1e-3)))));
  }),
  model("super-resolution by pixel shuffling", [[3, 3, 2, 4], [1]], (w, b) =>
    tf.mean(sq(tf.sub(tf.depthToSpace(tf.tanh(conv(image, w!)), 2), b!))),
  ),
  model(
    "context by growing dilations",
    [
      [3, 3, 2, 2],
      [3, 3, 2, 2],
    ],
    (a, b) => tf.mean(sq(conv(tf.tanh(conv(image, a!, 1, "same", 1)), b!, 1, "same", 2))),
  ),
  model(
    "feature pyramid: upsampled and added",
    [
      [1, 1, 2, 2],
      [1, 1, 2, 2],
    ],
    (a, b) => {
      const low = conv(tf.avgPool(image, 2, 2, "same"), a!);
      const up = tf.image.resizeNearestNeighbor(low, [5, 5]);
      return tf.mean(sq(tf.tanh(tf.add(up, conv(image, b!)))));
    },
  ),
  model("bilinear upsampling after a convolution", [[3, 3, 2, 1]], (w) =>
    tf.mean(sq(tf.image.resizeBilinear(tf.tanh(conv(image, w!)), [8, 7]))),
  ),
  model(
    "separable convolution with swish (EfficientNet)",
    [
      [3, 3, 2, 2],
      [1, 1, 4, 2],
    ],
    (deep, point) => {
      const y = tf.separableConv2d(image, deep as T4, point as T4, 1, "same");
      return tf.mean(sq(tf.mul(y, tf.sigmoid(y))));
    },
  ),
  model(
    "grouped convolution with channel shuffle (ShuffleNet)",
    [
      [3, 3, 1, 1],
      [3, 3, 1, 1],
    ],
    (a, b) => {
      const [left, right] = tf.split(image, 2, 3);
      const y = tf.stack([conv(left!, a!), conv(right!, b!)], 4);
      const shuffled = tf.reshape(tf.transpose(y, [0, 1, 2, 4, 3]), [2, 5, 5, 2]);
      return tf.mean(tf.sin(tf.mul(shuffled, image)));
    },
  ),
  model(
    "patches with self-attention (vision transformer)",
    [
      [8, 3],
      [3, 3],
      [3, 3],
      [4, 3],
    ],
    (embed, q, k, position) => {
      const patches = tf.reshape(
        tf.transpose(tf.reshape(tf.slice(image, [0, 0, 0, 0], [-1, 4, 4, -1]), [2, 2, 2, 2, 2, 2]), [0, 1, 3, 2, 4, 5]),
        [2, 4, 8],
      );
      const x = tf.add(tf.matMul(patches, tf.expandDims(embed!, 0)), position!);
      const scores = tf.matMul(tf.matMul(x, tf.expandDims(q!, 0)), tf.matMul(x, tf.expandDims(k!, 0)), false, true);
      return tf.mean(sq(tf.matMul(tf.softmax(tf.div(scores, Math.sqrt(3))), x)));
    },
  ),
  model("spatial pyramid of pooled means", [[3, 3, 2, 2]], (w) => {
    const y = tf.tanh(conv(image, w!));
    const pooled = [1, 2, 5].map((n) => tf.avgPool(y, n, n, "valid").flatten());
    return tf.mean(sq(tf.concat(pooled)));
  }),
  model(
    "three-dimensional convolution over frames",
    [[2, 2, 2, 1, 2]],
    (w) => {
      const clip = tf.reshape(image, [1, 2, 5, 10, 1]) as tf.Tensor5D;
      return tf.mean(sq(tf.maxPool3d(tf.tanh(tf.conv3d(clip, w as tf.Tensor5D, 1, "same")), [1, 2, 2], 2, "valid")));
    },
    kinks,
  ),
  model(
    "weight standardisation",
    [[3, 3, 2, 2]],
    (w) => tf.mean(sq(tf.tanh(conv(image, normalised(w!, [0, 1, 2]))))),
    constant,
  ),
  model("weight normalisation", [[18, 2], [2]], (v, g) => {
    const w = tf.mul(g!, tf.div(v!, tf.norm(v!, 2, 0)));
    return tf.mean(sq(tf.tanh(conv(image, tf.reshape(w, [3, 3, 2, 2])))));
  }),
  model("cutout and mixup with fixed masks", [[3, 3, 2, 1]], (w) => {
    const mask = tf.cast(tf.greater(image, -0.5), "float32");
    const mixed = tf.add(tf.mul(0.7, tf.mul(image, mask)), tf.mul(0.3, tf.reverse(image, 0)));
    return tf.mean(tf.exp(tf.tanh(conv(mixed, w!))));
  }),
];
