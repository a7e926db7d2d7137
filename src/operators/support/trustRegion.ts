/** The trust region of {@link eigenvectorFollowing}: steps along eigenvectors, as long as the quadratic model is right. */
import { axpy, dot, type Evaluation, norm, type Proposal, scratchVector } from "../../authoring/index.ts";
import type { SymmetricEigen } from "../../linalg/dense/dense.ts";
import { roundingCutoff, shareOf } from "./cutOff.ts";
import { fieldInUnits, lengthInUnits, lossInUnits, stepFromUnits, type Units } from "./parameterScale.ts";
import type { SearchOutcome } from "./searchOutcome.ts";
import { trialPoint } from "./trialPoint.ts";

/** First radius of the trust region, relative to the length of z in units. */
const firstRadius = 30;
/** Number of radii, each a tenth of the last one, after which the search for a step has failed. */
const maxShrinks = 60;
/** Factors by which the radius shrinks after a bad step and grows after a good one. */
const shrink = 10;
const growth = 3;
/** Share of the predicted decrease of L that an accepted step to a minimum brings at least and at most. */
const leastGain = 0.01;
const mostGain = 3;
/** Relative change of L that counts as rounding. */
const roundingOfValue = 16 * Number.EPSILON;

/** The Hessian's eigenvectors, with what the step needs of them; all in units. */
interface Modes extends SymmetricEigen {
  readonly field: Float64Array;
  /** Coordinates of F. */
  readonly along: Float64Array;
  /** Sense of the step in each mode: 1 up, -1 down, 0 cut off. */
  readonly sense: Float64Array;
  readonly negative: number;
  readonly cut: { readonly cutDirections: number; readonly cutShare: number };
}

/** Prepares the eigenvectors of a Hessian for a step that goes up along the `index` lowest ones. */
export function modesOf(
  { values, vectors }: SymmetricEigen,
  field: Float64Array,
  index: number,
  cutoff: number | undefined,
): Modes {
  const n = field.length;
  const bound = (cutoff ?? roundingCutoff(n)) * Math.max(Math.abs(values[0]!), Math.abs(values[n - 1]!));
  const along = values.map((_, k) => dot(vectors.subarray(k * n, (k + 1) * n), field));
  const sense = values.map((value, k) => (Math.abs(value) > bound ? (k < index ? 1 : -1) : 0));
  const left = Array.from(along).filter((_, k) => sense[k] === 0);
  return {
    values,
    vectors,
    field,
    along,
    sense,
    negative: values.filter((value) => value < 0).length,
    cut: { cutDirections: left.length, cutShare: shareOf(left, field) },
  };
}

/** Coordinates of the step for a shift mu. */
export function coordinatesOf({ values, along, sense }: Modes, mu: number): Float64Array {
  return values.map((value, k) => (sense[k] === 0 ? 0 : (sense[k]! * along[k]!) / (Math.abs(value) + mu)));
}

/** Returns the vector with these coordinates. */
export function combined({ vectors }: Modes, coordinates: Float64Array): Float64Array {
  const n = coordinates.length;
  const sum = new Float64Array(n);
  coordinates.forEach((c, k) => {
    axpy(c, vectors.subarray(k * n, (k + 1) * n), sum);
  });
  return sum;
}

/** The coordinates of the step whose length is at most the radius, to a tenth of it, by Newton's method on 1 / ||q||. */
function boundedCoordinates(modes: Modes, radius: number): Float64Array {
  let mu = 0;
  let q = coordinatesOf(modes, 0);
  for (let k = 0; k < 30; k++) {
    const length = norm(q);
    if (!(length > 1.1 * radius)) return q;
    let slope = 0;
    q.forEach((c, i) => {
      slope += (c / length) ** 2 / (Math.abs(modes.values[i]!) + mu || 1);
    });
    mu += (length - radius) / radius / slope;
    q = coordinatesOf(modes, mu);
  }
  return q;
}

/** Returns the radius with which a search begins. */
export function firstRadiusOf(point: Float64Array, units: Units | undefined, modes: Modes): number {
  const size = lengthInUnits(point, units);
  return size > 0 ? firstRadius * size : norm(coordinatesOf(modes, 0));
}

type Found =
  | { readonly next: undefined; readonly outcome: SearchOutcome; readonly trials: number }
  | {
      readonly next: Evaluation;
      readonly direction: Float64Array;
      readonly radius: number;
      readonly trials: number;
    };

/** Shrinks the trust region until the model is right at its step. */
export function trustedStep(
  it: Proposal,
  modes: Modes,
  units: Units | undefined,
  first: number,
  minimise: boolean,
): Found {
  const buffer = scratchVector(it);
  let finite = false;
  let radius = first;
  for (let trials = 0; trials < maxShrinks; ) {
    const q = boundedCoordinates(modes, radius);
    const length = norm(q);
    const direction = stepFromUnits(combined(modes, q), units);
    const point = trialPoint(it, direction, 1, buffer);
    if (point === undefined) return { next: undefined, outcome: "stagnated", trials };
    const next = it.evaluate(point);
    trials++;
    const quality = qualityOf(it.at, next, modes, q, units, minimise);
    finite ||= !Number.isNaN(quality);
    if (quality >= leastGain) {
      if (quality > 0.5) radius = Math.max(radius, growth * length);
      else if (quality < 0.1) radius = length / shrink;
      return { next, direction, radius, trials };
    }
    radius = length / shrink;
  }
  return { next: undefined, outcome: finite ? "failed" : "non-finite", trials: maxShrinks };
}

/** How right the model is at a step: 1 exactly, below `leastGain` too wrong to take it, NaN where F is not finite. */
function qualityOf(
  at: Evaluation,
  next: Evaluation,
  modes: Modes,
  q: Float64Array,
  units: Units | undefined,
  minimise: boolean,
): number {
  const after = fieldInUnits(next, units);
  if (!after.every(Number.isFinite)) return Number.NaN;
  if (minimise && Number.isFinite(at.value)) {
    const actual = at.value - next.value;
    if (Number.isNaN(actual)) return actual;
    if (Math.abs(actual) > roundingOfValue * Math.abs(at.value)) {
      let predicted = 0;
      q.forEach((c, k) => {
        predicted -= c * (modes.along[k]! + (modes.values[k]! / 2) * c);
      });
      const gain = (actual * lossInUnits(units)) / predicted;
      if (gain > mostGain) return -1;
      return gain > 1 ? Math.max(0.1, 2 - gain) : gain;
    }
  }
  const model = combined(
    modes,
    q.map((c, k) => modes.values[k]! * c),
  );
  for (let i = 0; i < model.length; i++) model[i] = after[i]! - modes.field[i]! - model[i]!;
  const error = norm(model) / norm(modes.field);
  return 1 - 2 * error;
}
