import * as tf from "@tensorflow/tfjs";
import { image, inputs, type LossCase } from "./lossCase.ts";

/** Embeddings, convolutions, inner gradients, cells. */
export const smallModelLosses: readonly LossCase[] = [
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
