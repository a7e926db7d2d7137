/** Newton-MR is caught by a gradient-flat region of the quartic; the run notices, descends out of it, and goes on. */
import {
  backtrackGradientNorm,
  detectFlatness,
  gradientStep,
  iterate,
  method,
  newtonDirection,
  quartic,
  switchMethod,
  untilCritical,
} from "fluxion";

const newtonMR = method(newtonDirection({ maxNorm: 100 }), detectFlatness(), backtrackGradientNorm());
const descent = gradientStep(0.05);

// Where the gradient lies in the kernel of the Hessian, Newton's directions lead nowhere: the gradient itself still does.
const hybrid = switchMethod(newtonMR, descent, (it) => it.columns.flat === 1);

iterate(quartic(), [2.5, 0.5], method(untilCritical({ squaredNorm: 1e-20 }), hybrid)).subscribe((it) => {
  const flat = it.columns.flat === 1 ? "  gradient-flat" : "";
  if (it.step < 12 || it.status !== "running") {
    console.log(`${it.step}  (${it.point[0]!.toFixed(4)}, ${it.point[1]!.toFixed(4)})  ${it.status}${flat}`);
  }
});
