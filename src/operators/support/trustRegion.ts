/** The trust region of {@link eigenvectorFollowing}: steps along eigenvectors, as long as the quadratic model is right. */
import { axpy, dot, type Evaluation, norm, type Proposal, scratchVector } from "../../authoring/index.ts";
import type { SymmetricEigen } from "../../linalg/dense/dense.ts";
import { roundingCutoff, shareOf } from "./cutOff.ts";
import { fieldInUnits, lengthInUnits, lossInUnits, stepFromUnits } from "./parameterScale.ts";
import type { SearchOutcome } from "./searchOutcome.ts";
import type { Units } from "./toldUnits.ts";
import { trialPoint } from "./trialPoint.ts";
import { trust } from "./trust.ts";

/** Number of trials after which the search for a step has failed. */
const maxTrials = 100;

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

/** The step whose length is at most the radius, to a tenth of it, by Newton's method on 1 / ||q||. */
function boundedCoordinates(modes: Modes, radius: number): { readonly q: Float64Array; readonly mu: number } {
  let mu = 0;
  let q = coordinatesOf(modes, 0);
  for (let k = 0; k < 30; k++) {
    const length = norm(q);
    if (!(length > 1.1 * radius)) break;
    let slope = 0;
    q.forEach((c, i) => {
      slope += (c / length) ** 2 / (Math.abs(modes.values[i]!) + mu || 1);
    });
    mu += (length - radius) / radius / slope;
    q = coordinatesOf(modes, mu);
  }
  return { q, mu };
}

/** Returns the radius with which a search begins. */
export function firstRadiusOf(point: Float64Array, units: Units | undefined, modes: Modes): number {
  const size = lengthInUnits(point, units);
  return size > 0 ? trust.firstRadius * size : norm(coordinatesOf(modes, 0));
}

type Found =
  | { readonly next: undefined; readonly outcome: SearchOutcome; readonly trials: number }
  | {
      readonly next: Evaluation;
      readonly direction: Float64Array;
      readonly radius: number;
      readonly trials: number;
    };

/**
 * Shrinks the trust region until the model is right at its step.
 *
 * The radius becomes the length of the step divided by the error of the model, within the factors `shrink` and `growth`;
 * after a refusal it does not grow.
 */
export function trustedStep(
  it: Proposal,
  modes: Modes,
  units: Units | undefined,
  first: number,
  minimise: boolean,
): Found {
  const { shrink, growth, leastGain, mostGain, steadyError } = trust;
  let finite = false;
  let radius = first;
  let trials = 0;
  while (trials < maxTrials) {
    const trial = trialOf(it, modes, units, radius, minimise);
    if (trial === undefined) return { next: undefined, outcome: "stagnated", trials };
    const { length, error, next, direction } = trial;
    const refused = trials > 0;
    trials += trial.trials;
    finite ||= !Number.isNaN(error);
    // An error above 1 is a gain above 2: L fell by more than the model says.
    if (error <= 1 - leastGain || (trial.gain > 1 && trial.gain <= mostGain)) {
      const factor = Math.min(refused ? 1 : growth, Math.max(1 / shrink, steadyError / error));
      return { next, direction, radius: factor > 1 ? Math.max(radius, factor * length) : factor * length, trials };
    }
    radius = length / shrink;
  }
  return { next: undefined, outcome: finite ? "failed" : "non-finite", trials };
}

/** How a step compares with the quadratic model. */
interface Judgement {
  /** 0 where the model is right, above 1 where it is too wrong to take the step, NaN where F is not finite. */
  readonly error: number;
  /** Fall of L over the predicted one; NaN where the field decides. */
  readonly gain: number;
}

interface Trial extends Judgement {
  readonly next: Evaluation;
  readonly direction: Float64Array;
  /** Length of the step in units, before corrections. */
  readonly length: number;
  readonly trials: number;
}

/** Tries the step within a radius; undefined where it moves no coordinate. */
function trialOf(
  it: Proposal,
  modes: Modes,
  units: Units | undefined,
  radius: number,
  minimise: boolean,
): Trial | undefined {
  const buffer = scratchVector(it);
  const { q, mu } = boundedCoordinates(modes, radius);
  const length = norm(q);
  const direction = stepFromUnits(combined(modes, q), units);
  const point = trialPoint(it, direction, 1, buffer);
  if (point === undefined) return undefined;
  let next = it.evaluate(point);
  let trials = 1;
  let judged = judge(it.at, next, modes, q, units, minimise);
  if (!(judged.error > trust.correctedError) || Number.isNaN(judged.gain)) {
    return { ...judged, next, direction, length, trials };
  }
  for (let k = 0; k < trust.corrections; k++) {
    const correction = correctionOf(modes, q, mu, fieldInUnits(next, units));
    if (!(norm(correction) <= trust.longestCorrection * length)) break;
    const corrected = direction.slice();
    axpy(1, stepFromUnits(combined(modes, correction), units), corrected);
    const better = trialPoint(it, corrected, 1, buffer);
    if (better === undefined) break;
    const there = it.evaluate(better);
    trials++;
    const judgedThere = judge(it.at, there, modes, q, units, minimise);
    if (!(there.value < next.value) || Number.isNaN(judgedThere.gain)) break;
    next = there;
    judged = judgedThere;
    direction.set(corrected);
  }
  return { ...judged, next, direction, length, trials };
}

/**
 * A second-order correction: back to the floor of a curved valley. Along the eigenvectors of large curvature it removes
 * what F at the trial differs from the model, with the Hessian that is known.
 */
function correctionOf(modes: Modes, q: Float64Array, mu: number, after: Float64Array): Float64Array {
  const { values, vectors, along, sense } = modes;
  const n = values.length;
  const sizes = values.map(Math.abs);
  const smallest = sizes.reduce((least, size, k) => (sense[k] === 0 ? least : Math.min(least, size)), Infinity);
  return sizes.map((size, k) => {
    if (sense[k] === 0 || !(size > trust.stiffness * Math.max(mu, smallest))) return 0;
    const there = dot(vectors.subarray(k * n, (k + 1) * n), after);
    return -(there - along[k]! - values[k]! * q[k]!) / (size + mu);
  });
}

/** Compares L, or F where L does not decide, with the model. */
function judge(
  at: Evaluation,
  next: Evaluation,
  modes: Modes,
  q: Float64Array,
  units: Units | undefined,
  minimise: boolean,
): Judgement {
  const after = fieldInUnits(next, units);
  if (!after.every(Number.isFinite)) return notFinite;
  if (minimise && Number.isFinite(at.value)) {
    const actual = at.value - next.value;
    if (!Number.isFinite(actual)) return notFinite;
    if (Math.abs(actual) > trust.roundingOfValue * Math.abs(at.value)) {
      let predicted = 0;
      q.forEach((c, k) => {
        predicted -= c * (modes.along[k]! + (modes.values[k]! / 2) * c);
      });
      const gain = (actual * lossInUnits(units)) / predicted;
      return { gain, error: Math.abs(1 - gain) };
    }
  }
  const model = combined(
    modes,
    q.map((c, k) => modes.values[k]! * c),
  );
  for (let i = 0; i < model.length; i++) model[i] = after[i]! - modes.field[i]! - model[i]!;
  return { gain: Number.NaN, error: (2 * norm(model)) / norm(modes.field) };
}

const notFinite: Judgement = { gain: Number.NaN, error: Number.NaN };
