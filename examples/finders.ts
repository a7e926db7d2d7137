/**
 * Starts every finder at one point of the quartic. Some are caught at the gradient-flat point (1.41, 0), others reach
 * (-3, 0); each line shows the cost.
 */
import {
  backtrackGradientNorm,
  chain,
  classifyEnd,
  detectFlatness,
  iterate,
  newtonDirection,
  quartic,
  type Update,
  untilCritical,
  untilStep,
} from "fluxion";
import {
  dampedNewton,
  denseNewtonDirection,
  endClasses,
  gradientNormDirection,
  levenbergMarquardt,
  newtonFlow,
  saddleFreeDirection,
  wolfeLineSearch,
} from "fluxion/operators";
import { distanceProblem, homotopy } from "fluxion/problems";
import { lastValueFrom } from "rxjs";

const start = [2.5, 0.5];
const finders: Readonly<Record<string, Update>> = {
  "Newton-MR": chain(newtonDirection({ maxNorm: 100 }), backtrackGradientNorm()),
  "pseudo-inverse Newton": chain(denseNewtonDirection(), backtrackGradientNorm()),
  "gradient norm": chain(gradientNormDirection(), wolfeLineSearch({ firstTrial: "previous" })),
  "Levenberg-Marquardt": levenbergMarquardt(),
  "damped Newton": dampedNewton(),
  "saddle-free Newton": chain(saddleFreeDirection(), wolfeLineSearch({ merit: "value" })),
  "Newton flow": newtonFlow(),
};

// Classifies the end. A point counts as flat here where F lies in the kernel of H to 5 per cent.
const ends = [detectFlatness({ by: "curvature" }), classifyEnd({ relativeCokernelResidual: 0.05 })] as const;

async function report(name: string, rows: ReturnType<typeof iterate>): Promise<void> {
  const last = await lastValueFrom(rows.pipe(...ends));
  const [x, y] = last.point;
  const at = `(${x!.toFixed(3)}, ${Math.abs(y!).toFixed(3)})`;
  const cost = `${last.step} steps, ${last.evaluations} gradients, ${last.products} products`;
  console.log(`${name}: ${endClasses[last.columns.end!]} at ${at}, ${cost}`);
}

for (const [name, finder] of Object.entries(finders)) {
  await report(
    name,
    iterate(quartic(), start, chain(untilCritical({ squaredFieldNorm: 1e-20 }), untilStep(60), finder)),
  );
}
// The last coordinate of the homotopy is t, which is 1 at its end.
const path = homotopy(distanceProblem(start), quartic());
const search = chain(untilCritical({ squaredFieldNorm: 1e-20 }), untilStep(60), newtonFlow());
await report("homotopy", iterate(path, [...start, 0], search));
