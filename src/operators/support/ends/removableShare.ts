/** How much of F Newton's method removes from a point: what tells a flat point from one that only looks flat. */
import { type Evaluation, isFiniteVector } from "../../../authoring/index.ts";
import type { NewtonModel } from "./newtonModel.ts";
import type { NewtonPath } from "./newtonPath.ts";
import { sizeOf } from "./stepSizes.ts";

/** Distance from the point, in lengths of the parameters, within which Newton's steps have to come to rest. */
const beside = 0.5;
/**
 * Most Newton steps. On the floor of a curved valley the first one ends beside the zero, on a wall, and the second on the
 * floor. More would also find zeros far from a flat point.
 */
const mostSteps = 2;
/** Share of the first step's length from which on Newton's steps have come to rest. */
const atRest = 0.1;

/**
 * Computes the share of F that Newton's method removes, as the second-order model of F says.
 *
 * With Newton's step p = -J^-1 F(z), and what it leaves, q = -J^-1 F(z + p) with the J of z, let theta = ||q|| / ||p||,
 * which no change of units of the loss or of single parameters changes, up to the norm. If F is quadratic along p, h =
 * 2 theta is the quantity of Kantorovich's theorem [1]. Where h <= 1/2 there is a zero. Where h > 1/2 there is none: the
 * smallest |F| along p is at a flat point, where J p = 0, and |F| there is smaller by the share 1 / (2 h) = 1 / (4 theta).
 * So this share is 1 near a zero, however the parameters are measured, and tends to 0 at a flat point, at least like the
 * squared distance to it in lengths over which F changes by itself.
 *
 * Beside the curved floor of a narrow valley the model holds for short steps only, although a few Newton steps solve
 * the problem. So the share is also 1 where Newton's second or third step is a tenth as long as the first, within
 * half of the parameters' lengths.
 *
 * @returns undefined where Newton's step is not known
 * @see [1] Deuflhard, "Newton Methods for Nonlinear Problems", Springer 2004, sections 2.1 and 2.2
 */
export function removableShare(at: Evaluation, path: NewtonPath, model: NewtonModel): number | undefined {
  const { lengths } = path;
  const step = model.mainStepFor(at.field);
  if (step === undefined || model.cutShare === undefined) return undefined;
  const size = sizeOf(step, lengths);
  const reached = Math.sqrt(Math.max(0, 1 - model.cutShare ** 2));
  if (size === 0 || !isFiniteVector(step)) return model.cutShare === 0 && size === 0 ? 1 : 0;
  if (model.cutShare <= atRest && comesToRest(at, path, step)) return 1;
  const there = path.moved(at, step).field;
  const left = isFiniteVector(there) ? model.mainStepFor(there) : undefined;
  if (left === undefined) return isFiniteVector(there) ? undefined : 0;
  const theta = sizeOf(left, lengths) / size;
  return Number.isNaN(theta) ? 0 : reached * Math.min(1, 1 / (4 * theta));
}

/** Whether Newton's steps become short beside the point. */
function comesToRest(at: Evaluation, path: NewtonPath, first: Float64Array): boolean {
  const { lengths } = path;
  let [here, step]: [Evaluation, Float64Array | undefined] = [at, first];
  for (let k = 0; k < mostSteps; k++) {
    here = path.moved(here, step);
    const away = here.point.map((z, i) => z - at.point[i]!);
    if (!isFiniteVector(here.field) || !(sizeOf(away, lengths) <= beside)) return false;
    const model = path.model(here);
    step = model?.endless === false ? model.stepFor(here.field) : undefined;
    if (step === undefined || !isFiniteVector(step)) return false;
    if (sizeOf(step, lengths) <= atRest * sizeOf(first, lengths)) return true;
  }
  return false;
}
