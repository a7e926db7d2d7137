/**
 * Newton-MR is caught by a gradient-flat region of the quartic. The run notices it, descends out of the region and goes
 * on.
 */
import {
  backtrackGradientNorm,
  chain,
  detectFlatness,
  gradientStep,
  iterate,
  newtonDirection,
  quartic,
  switchMethod,
  untilCritical,
} from "fluxion";

// Flat means here that the gradient lies in the kernel of the Hessian to 5 per cent. The rule is the curvature, which
// does not depend on the solver's limits.
const flatness = detectFlatness({ by: "curvature", relativeCurvature: 0.05 });
const newtonMR = chain(newtonDirection({ maxNorm: 100 }), flatness, backtrackGradientNorm());

// In a flat region Newton's directions lead nowhere, but the gradient still leads downhill.
const hybrid = switchMethod(newtonMR, gradientStep(0.05), (it) => it.columns.flat === 1);

let wasFlat = false;
iterate(quartic(), [2.5, 0.5], chain(untilCritical({ squaredFieldNorm: 1e-20 }), hybrid)).subscribe((it) => {
  const flat = it.columns.flat === 1;
  wasFlat ||= flat;
  const [x, y] = it.point;
  if (it.step % 5 === 0 || flat || it.status !== "running") {
    const doing = flat ? "gradient-flat: descends from here" : wasFlat ? "descent" : "Newton-MR";
    const norm = it.squaredFieldNorm.toExponential(1);
    console.log(`${it.step}  (${x!.toFixed(4)}, ${y!.toFixed(4)})  |gradient|^2 = ${norm}  ${doing}`);
  }
  if (it.status !== "running")
    console.log(`${it.status} at (${it.point.map((z) => Math.round(1e6 * z) / 1e6).join(", ")})`);
});
