import * as tf from "@tensorflow/tfjs";
import { image, inputs, type LossCase, targets } from "./lossCase.ts";

/** Operations that move, reduce and multiply tensors, as losses use them. */
export const tensorLosses: readonly LossCase[] = [
  {
    name: "norms of every order",
    nasty: { at: { scale: 1e3 } },
    shapes: [[3, 4]],
    loss: (w) =>
      tf.addN([
        tf.norm(w),
        tf.norm(w, 1),
        tf.norm(w, "fro", [0, 1]),
        tf.sum(tf.norm(w, 2, 0)),
        tf.norm(tf.reshape(w, [12]), Number.POSITIVE_INFINITY),
        tf.norm(tf.reshape(w, [12]), Number.NEGATIVE_INFINITY),
      ]),
  },
  {
    name: "regularised logistic regression by dot",
    shapes: [[3], []],
    loss: (w, b) => {
      const z = tf.add(tf.dot(inputs, w as tf.Tensor1D), b);
      const y = tf.tensor1d([1, -1, 1, -1]);
      return tf.add(tf.mean(tf.softplus(tf.neg(tf.mul(y, z)))), tf.mul(0.01, tf.sum(tf.square(w))));
    },
  },
  {
    name: "dot of vectors and outer product",
    shapes: [[3], [3]],
    loss: (a, b) =>
      tf.add(tf.dot(tf.sin(a), tf.exp(b)), tf.sum(tf.square(tf.outerProduct(a as tf.Tensor1D, b as tf.Tensor1D)))),
  },
  {
    name: "vector times matrix times vector",
    shapes: [[3], [3, 3]],
    loss: (v, a) => tf.dot(tf.dot(tf.tanh(v), a), v),
  },
  {
    name: "matMul with both transposes",
    shapes: [
      [4, 3],
      [2, 4],
    ],
    loss: (a, b) => tf.sum(tf.tanh(tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, true, true))),
  },
  {
    name: "batched matMul, one side broadcast",
    shapes: [
      [2, 3, 4],
      [4, 2],
    ],
    loss: (a, b) => tf.sum(tf.tanh(tf.matMul(a, tf.expandDims(b, 0)))),
  },
  {
    name: "attention",
    nasty: { at: { scale: 30 } },
    shapes: [
      [4, 3],
      [4, 3],
      [4, 3],
    ],
    loss: (q, k, v) => {
      const weights = tf.softmax(tf.div(tf.matMul(q as tf.Tensor2D, k as tf.Tensor2D, false, true), Math.sqrt(3)));
      return tf.mean(tf.square(tf.sub(tf.matMul(weights as tf.Tensor2D, v as tf.Tensor2D), inputs)));
    },
  },
  {
    name: "causal attention with an infinite mask",
    nasty: { at: { scale: 30 } },
    shapes: [
      [4, 3],
      [4, 3],
    ],
    loss: (q, v) => {
      const scores = tf.matMul(q as tf.Tensor2D, q as tf.Tensor2D, false, true);
      const future = tf.cast(tf.sub(1, tf.linalg.bandPart(tf.ones([4, 4]), -1, 0)), "bool");
      const masked = tf.where(future, tf.fill([4, 4], Number.NEGATIVE_INFINITY), scores);
      return tf.mean(tf.square(tf.matMul(tf.softmax(masked) as tf.Tensor2D, v as tf.Tensor2D)));
    },
  },
  {
    name: "fused dense layers of tf.layers style",
    nasty: { at: 0, kink: "elu has no second derivative at 0" },
    shapes: [[3, 4], [4], [4, 2], [2]],
    loss: (w1, b1, w2, b2) => {
      const hidden = tf.fused.matMul({ a: inputs, b: w1 as tf.Tensor2D, bias: b1, activation: "elu" });
      const output = tf.fused.matMul({ a: hidden, b: w2 as tf.Tensor2D, bias: b2, activation: "sigmoid" });
      return tf.losses.meanSquaredError(targets, output as tf.Tensor2D);
    },
  },
  {
    name: "reductions of all kinds",
    nasty: { at: 0, kink: "largest entries tie" },
    shapes: [[2, 3, 4]],
    loss: (x) =>
      tf.addN([
        tf.sum(tf.max(x, 1)),
        tf.sum(tf.square(tf.min(x, [0, 2], true))),
        tf.sum(tf.square(tf.mean(x, -1))),
        tf.sum(tf.prod(x, 1)),
        tf.prod(tf.add(tf.square(tf.sum(x, [1, 2])), 1)),
        tf.mul(tf.max(tf.abs(x)), 0.1),
      ]),
  },
  {
    name: "any, all, argMax and argMin steer",
    nasty: { at: 0, kink: "the places of the largest and smallest jump" },
    shapes: [[3, 4]],
    loss: (x) => {
      const hot = tf.oneHot(tf.argMax(x, 1).toInt(), 4).toFloat();
      const cold = tf.oneHot(tf.argMin(x, 1).toInt(), 4).toFloat();
      const some = tf.any(tf.greater(x, 0.5), 1).toFloat();
      const every = tf.all(tf.greater(x, -5), 1).toFloat();
      return tf.sum(tf.mul(tf.square(x), tf.add(tf.sub(hot, cold), tf.expandDims(tf.add(some, every), 1))));
    },
  },
  {
    name: "shape operations",
    shapes: [[2, 3]],
    loss: (x) => {
      const y = tf.transpose(tf.expandDims(tf.squeeze(tf.reshape(x, [1, 3, 2]), [0]), 1), [1, 2, 0]);
      const wide = tf.broadcastTo(tf.mean(y, -1, true), [4, 2, 3]);
      return tf.sum(tf.tanh(tf.mul(tf.tile(y, [4, 1, 1]), wide)));
    },
  },
  {
    name: "slices, concat, stack, split, unstack",
    nasty: { at: 0, kink: "largest entries tie" },
    shapes: [[3, 4]],
    loss: (x) => {
      const left = tf.slice(x, [0, 0], [3, 2]);
      const right = tf.slice(x, [0, 2], [-1, -1]);
      const both = tf.concat([right, tf.exp(left), x], 1);
      const [a, b, c] = tf.split(both, [3, 2, -1], 1);
      const rows = tf.unstack(x);
      return tf.addN([
        tf.sum(tf.tanh(tf.stack([a!.mean(1), b!.sum(1), c!.max(1)], 1))),
        tf.sum(tf.sin(tf.stack(rows.map((row, i) => tf.sum(tf.mul(row, i + 1)))))),
      ]);
    },
  },
  {
    name: "pads, reversal, cumulative sums",
    shapes: [[2, 3]],
    loss: (x) =>
      tf.addN([
        tf.sum(
          tf.exp(
            tf.pad(
              x,
              [
                [1, 0],
                [0, 2],
              ],
              0.3,
            ),
          ),
        ),
        tf.sum(tf.sin(tf.mul(tf.reverse(x, 1), tf.cumsum(x, 1)))),
        tf.sum(tf.square(tf.cumsum(x, 0, true, true))),
        tf.sum(tf.cumprod(x, 1)),
        tf.sum(tf.square(tf.cumprod(x, 1, true, true))),
        tf.sum(
          tf.square(
            tf.mirrorPad(
              x,
              [
                [1, 1],
                [2, 1],
              ],
              "reflect",
            ),
          ),
        ),
      ]),
  },
  {
    name: "strided slices",
    shapes: [[4, 5]],
    loss: (x) =>
      tf.add(
        tf.sum(tf.sin(tf.stridedSlice(x, [3, 0], [0, 5], [-1, 2]))),
        tf.sum(tf.exp(tf.stridedSlice(x, [1, 1], [2, 5], [1, 1], 0, 0, 0, 0, 1))),
      ),
  },
  {
    name: "embedding by gather, with repeated rows",
    shapes: [[5, 2]],
    loss: (table) =>
      tf.sum(
        tf.tanh(
          tf.sum(
            tf.gather(
              table,
              tf.tensor2d(
                [
                  [0, 3],
                  [3, 4],
                ],
                [2, 2],
                "int32",
              ),
            ),
            1,
          ),
        ),
      ),
  },
  {
    name: "gather along the last axis and gatherND",
    shapes: [[3, 4]],
    loss: (x) =>
      tf.add(
        tf.sum(tf.exp(tf.gather(x, tf.tensor1d([3, 1, 1], "int32"), 1))),
        tf.sum(
          tf.sin(
            tf.gatherND(
              x,
              tf.tensor2d(
                [
                  [0, 1],
                  [2, 3],
                  [0, 1],
                ],
                [3, 2],
                "int32",
              ),
            ),
          ),
        ),
      ),
  },
  {
    name: "gather in batches",
    shapes: [[2, 4, 3]],
    loss: (x) =>
      tf.sum(
        tf.exp(
          tf.gather(
            x,
            tf.tensor2d(
              [
                [0, 3],
                [2, 2],
              ],
              [2, 2],
              "int32",
            ),
            1,
            1,
          ),
        ),
      ),
  },
  {
    name: "scatterND and unsortedSegmentSum",
    shapes: [[4]],
    loss: (x) =>
      tf.add(
        tf.sum(tf.exp(tf.scatterND(tf.tensor2d([[1], [3], [1], [0]], [4, 1], "int32"), x, [5]))),
        tf.sum(tf.sin(tf.unsortedSegmentSum(x, tf.tensor1d([0, 1, 0, 1], "int32"), 2))),
      ),
  },
  {
    name: "diag, eye and einsum",
    shapes: [[3], [2, 3, 3]],
    loss: (d, a) =>
      tf.add(
        tf.sum(tf.tanh(tf.einsum("bij,jk->bik", a, tf.add(tf.diag(d), tf.eye(3))))),
        tf.sum(tf.exp(tf.mul(tf.einsum("bij,j->bi", a, d), tf.einsum("i,i->", d, d)))),
      ),
  },
  {
    name: "convolution, same padding, with max pooling",
    nasty: { at: 0, kink: "largest entries tie" },
    shapes: [[3, 3, 2, 3], [3]],
    loss: (filter, bias) => {
      const z = tf.tanh(tf.add(tf.conv2d(image, filter as tf.Tensor4D, 1, "same"), bias)) as tf.Tensor4D;
      return tf.mean(tf.square(tf.maxPool(z, 2, 2, "same")));
    },
  },
  {
    name: "strided, dilated and depthwise convolutions with average pooling",
    shapes: [
      [2, 2, 2, 2],
      [2, 2, 2, 2],
    ],
    loss: (filter, deep) => {
      const strided = tf.conv2d(image, filter as tf.Tensor4D, 2, "valid");
      const dilated = tf.conv2d(image, filter as tf.Tensor4D, 1, "valid", "NHWC", 2);
      const each = tf.depthwiseConv2d(image, deep as tf.Tensor4D, 1, "same");
      return tf.addN([
        tf.mean(tf.exp(strided)),
        tf.mean(tf.tanh(dilated)),
        tf.mean(tf.square(tf.avgPool(each as tf.Tensor4D, 3, 2, "same"))),
      ]);
    },
  },
  {
    name: "transposed convolution, resizing, depthToSpace",
    shapes: [
      [2, 2, 1, 2],
      [1, 2, 2, 4],
    ],
    loss: (filter, small) => {
      const grown = tf.conv2dTranspose(
        tf.slice(image, [0, 0, 0, 0], [1, 3, 3, 2]) as tf.Tensor4D,
        filter as tf.Tensor4D,
        [1, 6, 6, 1],
        2,
        "same",
      );
      const shuffled = tf.depthToSpace(small as tf.Tensor4D, 2, "NHWC");
      return tf.addN([
        tf.mean(tf.tanh(grown)),
        tf.mean(tf.exp(tf.image.resizeBilinear(shuffled as tf.Tensor4D, [7, 6]))),
        tf.mean(tf.square(tf.image.resizeNearestNeighbor(shuffled as tf.Tensor4D, [3, 9]))),
      ]);
    },
  },
  {
    name: "local response normalisation",
    shapes: [[1, 2, 2, 5]],
    loss: (x) => tf.sum(tf.sin(tf.localResponseNormalization(x as tf.Tensor4D, 1, 1, 0.5, 0.75))),
  },
  {
    name: "gradient penalty by tf.grad",
    nasty: { at: { scale: 5 } },
    shapes: [[3, 4], [4]],
    loss: (w, v) => {
      const critic = (x: tf.Tensor): tf.Tensor =>
        tf.sum(tf.dot(tf.tanh(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D)), v));
      const slopes = tf.grad(critic)(inputs);
      return tf.mean(tf.square(tf.sub(tf.norm(slopes, 2, 1), 1)));
    },
  },
  {
    name: "physics-informed residual u'' + sin u by tf.grad twice",
    shapes: [[4], [4], [4]],
    loss: (w, b, c) => {
      const u = (t: tf.Tensor): tf.Tensor => tf.dot(tf.tanh(tf.add(tf.mul(tf.expandDims(t, 1), w), b)), c);
      const t = tf.linspace(0, 2, 5);
      const second = tf.grad(tf.grad(u))(t);
      return tf.mean(tf.square(tf.add(second, tf.sin(u(t)))));
    },
    // TensorFlow.js has no second derivative of tanh: it is written out.
    reference: (w, b, c) => {
      const t = tf.tanh(tf.add(tf.mul(tf.expandDims(tf.linspace(0, 2, 5), 1), w), b));
      const second = tf.dot(tf.mul(tf.mul(tf.mul(-2, t), tf.sub(1, tf.square(t))), tf.square(w)), c);
      return tf.mean(tf.square(tf.add(second, tf.sin(tf.dot(t, c)))));
    },
  },
  {
    name: "tf.valueAndGrads and tf.grads with a cotangent",
    shapes: [[3], [3]],
    loss: (a, b) => {
      const f = (x: tf.Tensor, y: tf.Tensor): tf.Tensor => tf.mul(tf.sin(x), tf.exp(y));
      const { value, grads } = tf.valueAndGrads((x, y) => tf.sum(f(x!, y!)))([a, b]);
      const [ga, gb] = tf.grads(f)([a, b], tf.tensor1d([1, 2, 3]));
      return tf.addN([value, tf.sum(tf.mul(grads[0]!, grads[1]!)), tf.sum(tf.mul(ga!, gb!))]);
    },
  },
  {
    name: "LSTM cell",
    nasty: { at: { scale: 30 } },
    shapes: [[5, 8], [8], [1, 2]],
    loss: (kernel, bias, h) => {
      const forget = tf.scalar(1);
      const x = tf.slice(inputs, [0, 0], [1, 3]) as tf.Tensor2D;
      const c = tf.tensor2d([[0.1, -0.2]]);
      const [c1, h1] = tf.basicLSTMCell(forget, kernel as tf.Tensor2D, bias as tf.Tensor1D, x, c, h as tf.Tensor2D);
      const [, h2] = tf.basicLSTMCell(forget, kernel as tf.Tensor2D, bias as tf.Tensor1D, x, c1, h1);
      return tf.sum(tf.square(h2));
    },
  },
];
