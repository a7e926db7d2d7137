/** Whether a small residual means that a solution is near, or only that the field fades on the way to infinity. */
import { distance, type Evaluation, evaluate, norm } from "../../authoring/index.ts";
import { unpatterned } from "../../linalg/unpatterned.ts";
import { displacementOf } from "./naturalResidualNorm.ts";

/** What a run has seen so far. */
interface Seen {
  /** Largest ||z||, of the start and of this point. */
  readonly length: number;
  /** Largest natural residual. */
  readonly largest: number;
  /** Last natural residual that was not 0; 0 if there was none. */
  readonly last: number;
}

/** Share of the length by which probes move to measure how the field changes. */
const aside = 1e-4;
/** Largest share of the length that may still be missing. */
const nearest = 1e-2;
/** A residual that falls to 0 from below this share of the largest one may have underflowed. */
const underflow = 1e-150;
/** Lengths up to which, and bisections by which, the boundary of a region with F = 0 is looked for. */
const farthest = 16;
const bisections = 50;
/** Factor by which F shrinks at most where the distance from one of its zeros is halved. */
const steepest = 2 ** -20;
/** Multiples of the step at which a degenerate solution is looked for. */
const beyond = [2, 4, 8, 16] as const;

/**
 * Judges a point whose natural residual has become small.
 *
 * With L, the change of F over short ways from z, and eta = 1 / (2 L), the step Pi_C(z - eta F) - z is as long as the
 * way to a solution that lies near. Its length relative to the run's lengths, rho, does not depend on units. Near a
 * solution rho falls with the residual. Where F fades towards infinity, as exp(-z) and 1 / z do, J fades with it and
 * rho stays. So a solution is near if rho is at most 1e-2 and at most the square root of the share to which the
 * residual has fallen. A solution where J vanishes too (that of z^3 = 0) is found by looking ahead: within 16 steps the
 * field turns against the step.
 *
 * Cost: two evaluations, up to four more where J seems to vanish, and some where F is exactly 0, up to 140 at the edge
 * of a region of zeros; no run counts them.
 */
export function nearSolution(at: Evaluation, residual: number, { length, largest, last }: Seen): boolean {
  const { problem, point, field } = at;
  const n = point.length;
  const size = norm(field);
  if (!(length > 0)) return true;
  if (residual === 0 && !(size === 0 && last < underflow * largest)) {
    return size > 0 || !underflowed(at, length, underflow * largest);
  }
  const cap = length / size;
  let lipschitz = 0;
  const probe = (direction: Float64Array): void => {
    const factor = (aside * length) / norm(direction);
    const there = point.map((z, i) => z + factor * direction[i]!);
    problem.constraint?.project(there, there);
    const way = distance(there, point);
    const quotient = way > 0 ? distance(evaluate(problem, there).field, field) / way : 0;
    if (quotient < Number.POSITIVE_INFINITY) lipschitz = Math.max(lipschitz, quotient);
  };
  probe(unpatterned(new Float64Array(n)));
  if (size === 0) return lipschitz > 0;
  const down = displacementOf(at, aside * cap);
  if (norm(down) === 0) return true;
  probe(down);
  const eta = lipschitz > 0 ? Math.min(1 / (2 * lipschitz), cap) : cap;
  const step = displacementOf(at, eta);
  const rho = norm(step) / length;
  if (rho <= Math.min(nearest, Math.sqrt(residual / largest))) return true;
  if (!(rho <= 0.1)) return false;
  return beyond.some((multiple) => {
    const there = point.map((z, i) => z + multiple * step[i]!);
    problem.constraint?.project(there, there);
    const found = evaluate(problem, there).field;
    let against = 0;
    for (let i = 0; i < n; i++) against += found[i]! * step[i]!;
    return against > 0 || (against === 0 && residual >= underflow * largest);
  });
}

/**
 * Whether F is 0 only because it underflows: on a way out of the region where F = 0 it first is as small as float64 can
 * be. Where F really vanishes it begins in proportion to the distance, and 2^-50 of the way out it is no smaller than
 * that.
 */
function underflowed({ problem, point }: Evaluation, length: number, least: number): boolean {
  const direction = unpatterned(new Float64Array(point.length));
  const per = length / norm(direction);
  const sizeAt = (distanceOut: number): number => {
    const there = point.map((z, i) => z + distanceOut * per * direction[i]!);
    problem.constraint?.project(there, there);
    const size = norm(evaluate(problem, there).field);
    return Number.isNaN(size) ? Number.POSITIVE_INFINITY : size;
  };
  for (const sign of [1, -1]) {
    let inside = 0;
    let outside = sign * aside;
    while (sizeAt(outside) === 0 && Math.abs(outside) < farthest) outside *= 2;
    let smallest = sizeAt(outside);
    if (smallest === 0) continue;
    for (let k = 0; k < bisections && smallest >= least; k++) {
      const middle = (inside + outside) / 2;
      const size = sizeAt(middle);
      if (size === 0) inside = middle;
      else {
        // At half the distance from z F is not much smaller: it vanishes at z like a power.
        const power = inside === 0 && smallest < Number.POSITIVE_INFINITY && size >= steepest * smallest;
        outside = middle;
        smallest = size;
        if (power) break;
      }
    }
    if (smallest < least) return true;
  }
  return false;
}
