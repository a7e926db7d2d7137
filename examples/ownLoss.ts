/** A loss of your own: Rosenbrock's valley in TensorFlow.js. Newton-MR finds its critical point in float64. */
import * as tf from "@tensorflow/tfjs";
import { backtrackGradientNorm, chain, iterate, newtonDirection, objective, untilCritical } from "fluxion";

const rosenbrock = objective([[], []], (x: tf.Scalar, y: tf.Scalar) =>
  tf.add(tf.square(tf.sub(1, x)), tf.mul(100, tf.square(tf.sub(y, tf.square(x))))),
);

const newtonMR = chain(untilCritical({ squaredFieldNorm: 1e-24 }), newtonDirection(), backtrackGradientNorm());

iterate(rosenbrock, [-1.2, 1], newtonMR).subscribe((it) => {
  console.log(`${it.step}  f = ${it.value.toExponential(3)}  |gradient|^2 = ${it.squaredFieldNorm.toExponential(3)}`);
  if (it.status !== "running") console.log(`${it.status} at (${it.point.join(", ")})`);
});
