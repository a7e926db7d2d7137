import * as tf from "@tensorflow/tfjs";
import { image, inputs, type LossCase, type Nasty } from "./lossCase.ts";

const sq = tf.square;
const model = (name: string, shapes: LossCase["shapes"], loss: LossCase["loss"], nasty?: Nasty): LossCase => ({
  name,
  shapes,
  loss,
  nasty: nasty ?? { at: { scale: 10 } },
});
const dense = (x: tf.Tensor, w: tf.Tensor): tf.Tensor2D => tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D);
const column = (x: tf.Tensor, i: number): tf.Tensor => tf.squeeze(tf.slice(x, [0, i], [-1, 1]), [1]);
const numbers = (count: number, f: (i: number) => number): number[] => Array.from({ length: count }, (_, i) => f(i));
const cloud = tf.tensor2d(
  numbers(15, (i) => Math.sin(2 * i) + 0.2 * i),
  [5, 3],
);

/** sin and cos of 1, 2, 4, ... times x. */
const encoded = (x: tf.Tensor, octaves: number): tf.Tensor2D =>
  tf.concat(
    numbers(octaves, (k) => 2 ** k).flatMap((frequency) => [
      tf.sin(tf.mul(frequency, x)),
      tf.cos(tf.mul(frequency, x)),
    ]),
    1,
  ) as tf.Tensor2D;

/** The rotation of a quaternion that is normalised here. */
function rotation(q: tf.Tensor): tf.Tensor2D {
  const [w, x, y, z] = tf.unstack(tf.div(q, tf.norm(q))) as [tf.Scalar, tf.Scalar, tf.Scalar, tf.Scalar];
  const p = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.mul(2, tf.mul(a, b));
  const one = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.sub(1, tf.add(p(a, a), p(b, b)));
  const entries = [
    [one(y, z), tf.sub(p(x, y), p(w, z)), tf.add(p(x, z), p(w, y))],
    [tf.add(p(x, y), p(w, z)), one(x, z), tf.sub(p(y, z), p(w, x))],
    [tf.sub(p(x, z), p(w, y)), tf.add(p(y, z), p(w, x)), one(x, y)],
  ];
  return tf.stack(entries.map((row) => tf.stack(row))) as tf.Tensor2D;
}

/** Corners of boxes from logits: two of them, ordered. */
const corners = (raw: tf.Tensor): [tf.Tensor, tf.Tensor] => {
  const [low, size] = tf.split(raw, 2, 1) as [tf.Tensor, tf.Tensor];
  return [low, tf.add(low, tf.exp(size))];
};
const area = (low: tf.Tensor, high: tf.Tensor): tf.Tensor => tf.prod(tf.relu(tf.sub(high, low)), 1);

/** Means of windows of three by three. */
const blurred = (x: tf.Tensor): tf.Tensor => tf.avgPool(x as tf.Tensor4D, 3, 1, "valid");

/** Scenes, cameras, boxes, surfaces, curved spaces. */
export const geometryLosses: readonly LossCase[] = [
  model(
    "radiance field with sine encodings, rendered along rays (NeRF)",
    [
      [12, 4],
      [4, 2],
    ],
    (first, second) => {
      // Two rays of four samples each, points in three dimensions.
      const points = tf.tensor2d(
        numbers(24, (i) => 0.3 * Math.cos(1.3 * i)),
        [8, 3],
      );
      const hidden = tf.relu(dense(encoded(points, 2), first));
      const field = dense(hidden, second);
      const density = tf.softplus(tf.reshape(column(field, 0), [2, 4]));
      const colour = tf.sigmoid(tf.reshape(column(field, 1), [2, 4]));
      const alpha = tf.sub(1, tf.exp(tf.mul(-0.5, density)));
      const weights = tf.mul(alpha, tf.cumprod(tf.add(tf.sub(1, alpha), 1e-10), 1, true));
      return tf.mean(sq(tf.sub(tf.sum(tf.mul(weights, colour), 1), tf.tensor1d([0.3, 0.8]))));
    },
    { at: { scale: 3 } },
  ),
  model(
    "signed distances with an eikonal term by tf.grad (SIREN)",
    [[3, 4], [4], [4, 1]],
    (w, b, v) => {
      const distance = (x: tf.Tensor): tf.Tensor => dense(tf.sin(tf.add(tf.mul(3, dense(x, w)), b)), v);
      const slopes = tf.grad((x) => tf.sum(distance(x)))(cloud);
      return tf.add(tf.mean(tf.abs(distance(cloud))), tf.mul(0.1, tf.mean(sq(tf.sub(tf.norm(slopes, 2, 1), 1)))));
    },
    {
      at: { scale: 3 },
    },
  ),
  model("Chamfer distance of two clouds", [[4, 3]], (x) => {
    const d = tf.sum(sq(tf.sub(tf.expandDims(x, 1), tf.expandDims(cloud, 0))), 2);
    return tf.add(tf.mean(tf.min(d, 1)), tf.mean(tf.min(d, 0)));
  }),
  model(
    "registration by a quaternion and a shift, robust",
    [[4], [3]],
    (q, shift) => {
      const moved = tf.add(tf.matMul(cloud, rotation(q), false, true), shift);
      return tf.sum(tf.log1p(tf.sum(sq(tf.sub(moved, tf.reverse(cloud, 0))), 1)));
    },
    { at: { scale: 100 } },
  ),
  model(
    "bundle adjustment: reprojection by a pinhole camera",
    [[4], [3], [5, 3]],
    (q, shift, points) => {
      const seen = tf.add(tf.matMul(points as tf.Tensor2D, rotation(q), false, true), tf.add(shift, [0, 0, 8]));
      const [x, y, z] = tf.split(seen, 3, 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
      const error = tf.sub(tf.div(tf.concat([x, y], 1), z), tf.slice(cloud, [0, 0], [5, 2]));
      return tf.mean(tf.sub(tf.sqrt(tf.add(1, sq(error))), 1));
    },
    { at: { scale: 0.01 } },
  ),
  model(
    "spatial transformer: bilinear samples at computed places",
    [[2, 3]],
    (pose) => {
      // A grid of nine places in a picture of five by five, moved by an affine map; indices depend on the parameters.
      const grid = tf.tensor2d(
        numbers(27, (i) => (i % 3 === 2 ? 1 : (((i % 3 === 0 ? i / 3 : i / 9) % 3) | 0) - 1)),
        [9, 3],
      );
      const place = tf.clipByValue(tf.add(2, tf.matMul(grid, tf.tanh(pose) as tf.Tensor2D, false, true)), 0, 3.999);
      const low = tf.floor(place);
      const part = tf.sub(place, low);
      const picture = tf.reshape(tf.slice(image, [0, 0, 0, 0], [1, 5, 5, 1]), [25]);
      const at = (dy: number, dx: number): tf.Tensor => {
        const flat = tf.add(tf.mul(5, tf.add(column(low, 0), dy)), tf.add(column(low, 1), dx));
        const weight = (axis: number, far: number): tf.Tensor =>
          far === 1 ? column(part, axis) : tf.sub(1, column(part, axis));
        return tf.mul(tf.gather(picture, flat.toInt()), tf.mul(weight(0, dy), weight(1, dx)));
      };
      return tf.sum(sq(tf.addN([at(0, 0), at(0, 1), at(1, 0), at(1, 1)])));
    },
    { at: 0, kink: "the places are the pixels themselves, where the interpolation has kinks" },
  ),
  model("generalised intersection over union of boxes", [[3, 4]], (raw) => {
    const [low, high] = corners(raw);
    const [wantedLow, wantedHigh] = corners(
      tf.tensor2d(
        numbers(12, (i) => 0.4 * Math.sin(i)),
        [3, 4],
      ),
    );
    const common = area(tf.maximum(low, wantedLow), tf.minimum(high, wantedHigh));
    const union = tf.sub(tf.add(area(low, high), area(wantedLow, wantedHigh)), common);
    const hull = area(tf.minimum(low, wantedLow), tf.maximum(high, wantedHigh));
    return tf.mean(tf.add(tf.sub(1, tf.div(common, union)), tf.div(tf.sub(hull, union), hull)));
  }),
  model("structural similarity of pictures (SSIM)", [[1, 5, 5, 2]], (x) => {
    const y = tf.slice(image, [0, 0, 0, 0], [1, 5, 5, 2]);
    const [mx, my] = [blurred(x), blurred(y)];
    const spread = (a: tf.Tensor, b: tf.Tensor, ma: tf.Tensor, mb: tf.Tensor): tf.Tensor =>
      tf.sub(blurred(tf.mul(a, b)), tf.mul(ma, mb));
    const likeness = tf.div(tf.add(tf.mul(2, tf.mul(mx, my)), 0.01), tf.add(tf.add(sq(mx), sq(my)), 0.01));
    const contrast = tf.div(
      tf.add(tf.mul(2, spread(x, y, mx, my)), 0.03),
      tf.add(tf.add(spread(x, x, mx, mx), spread(y, y, my, my)), 0.03),
    );
    return tf.sub(1, tf.mean(tf.mul(likeness, contrast)));
  }),
  model(
    "Gaussians splatted on a picture, blended in order",
    [[3, 2], [3, 3], [3]],
    (centres, shapes, opacity) => {
      const grid = tf.tensor2d(
        numbers(32, (i) => (i % 2 === 0 ? ((i / 2) | 0) % 4 : Math.floor(i / 8)) / 2 - 0.75),
        [16, 2],
      );
      const off = tf.sub(tf.expandDims(grid, 1), tf.expandDims(centres, 0));
      const [dx, dy] = tf.unstack(off, 2) as [tf.Tensor, tf.Tensor];
      const [a, b, c] = tf.unstack(shapes, 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
      // The Cholesky factor of each precision matrix.
      const u = tf.mul(tf.exp(a), dx);
      const v = tf.add(tf.mul(b, dx), tf.mul(tf.exp(c), dy));
      const alpha = tf.mul(0.99, tf.mul(tf.sigmoid(opacity), tf.exp(tf.mul(-0.5, tf.add(sq(u), sq(v))))));
      const behind = tf.cumprod(tf.sub(1, alpha), 1, true);
      const colour = tf.sum(tf.mul(tf.mul(alpha, behind), tf.tensor1d([0.2, 0.9, 0.5])), 1);
      return tf.mean(sq(tf.sub(colour, column(grid, 0))));
    },
    { at: { scale: 2 } },
  ),
  model(
    "embedding in the Poincare ball",
    [[4, 2]],
    (raw) => {
      const norm = tf.norm(raw, 2, 1, true);
      const x = tf.mul(raw, tf.div(tf.tanh(norm), norm));
      const size = tf.sum(sq(x), 1);
      const apart = tf.sum(sq(tf.sub(tf.expandDims(x, 1), tf.expandDims(x, 0))), 2);
      const scale = tf.mul(tf.expandDims(tf.sub(1, size), 1), tf.expandDims(tf.sub(1, size), 0));
      // The diagonal is moved off 1, where acosh has an infinite slope.
      const distance = tf.acosh(tf.add(tf.add(1, tf.mul(2, tf.div(apart, scale))), tf.mul(0.1, tf.eye(4))));
      const linked = tf.tensor2d([0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0], [4, 4]);
      const chance = tf.sub(tf.neg(distance), tf.logSumExp(tf.neg(distance), 1, true));
      return tf.neg(tf.mean(tf.mul(linked, chance)));
    },
    { at: { scale: 0.01 } },
  ),
  model(
    "optical flow: brightness, smoothness, Charbonnier",
    [[1, 5, 5, 2]],
    (flow) => {
      const frame = tf.slice(image, [0, 0, 0, 0], [1, 5, 5, 1]);
      const difference = (x: tf.Tensor, axis: number): tf.Tensor => {
        const size = x.shape.map((extent, i) => (i === axis ? extent - 1 : extent));
        const begin = x.shape.map((_, i) => (i === axis ? 1 : 0));
        return tf.sub(tf.slice(x, begin, size), tf.slice(x, [0], size));
      };
      const [u, v] = tf.split(flow, 2, 3) as [tf.Tensor, tf.Tensor];
      const dx = tf.pad(difference(frame, 2), [
        [0, 0],
        [0, 0],
        [0, 1],
        [0, 0],
      ]);
      const dy = tf.pad(difference(frame, 1), [
        [0, 0],
        [0, 1],
        [0, 0],
        [0, 0],
      ]);
      const charbonnier = (x: tf.Tensor): tf.Tensor => tf.mean(tf.sqrt(tf.add(sq(x), 1e-6)));
      return tf.addN([
        charbonnier(tf.addN([tf.mul(dx, u), tf.mul(dy, v), tf.sub(frame, 0.5)])),
        tf.mul(0.1, charbonnier(difference(flow, 1))),
        tf.mul(0.1, charbonnier(difference(flow, 2))),
      ]);
    },
    { at: { scale: 1e-3 } },
  ),
  model(
    "keypoints by a soft arg max over heat maps",
    [
      [2, 4, 4],
      [3, 2],
    ],
    (heat, readout) => {
      const chance = tf.softmax(tf.reshape(heat, [2, 16]));
      const places = tf.tensor2d(
        numbers(32, (i) => (i % 2 === 0 ? Math.floor(i / 8) : ((i / 2) | 0) % 4)),
        [16, 2],
      );
      const found = tf.matMul(chance, places);
      return tf.sum(sq(tf.sub(dense(tf.slice(inputs, [0, 0], [2, 3]), readout), found)));
    },
    { at: { scale: 800 } },
  ),
];
