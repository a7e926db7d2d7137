/** Whether the iterates of a run leave for infinity, and in which direction. */
import {
  type Column,
  distance,
  dot,
  type Evaluation,
  evaluate,
  firstRows,
  type Iterate,
  isFiniteVector,
  norm,
  type Problem,
  playersOf,
} from "../../authoring/index.ts";
import { proximalPoint } from "../games/proximalPoint.ts";
import { localStepSize } from "./localStepSize.ts";
import { displacementOf } from "./naturalResidualNorm.ts";

/**
 * What it means that the iterates leave: the values of the column `escape`.
 *
 * - unbounded: a cost falls for ever along the direction: the potential, or the cost of a player;
 * - infeasible: no point satisfies the conditions: in a complementarity problem or another variational inequality, or
 *   in a saddle-point problem in which the maximiser's payoff rises for ever, as that of multipliers does.
 *
 * @example
 * const problem = variationalInequality((_z, out) => out.fill(-1), orthant(2));
 * iterate(problem, [0, 0], chain(naturalResidual({ tolerance: 1e-9 }), extragradient({ stepSize: 1 })))
 *   .pipe(takeLast(1))
 *   .subscribe((it) => console.log(it.status, escapeKinds[it.columns.escape!], it.step));
 * // diverged infeasible 32
 */
export const escapeKinds = ["unbounded", "infeasible"] as const;
/** One of {@link escapeKinds}. */
export type EscapeKind = (typeof escapeKinds)[number];

/** A direction in which the iterates leave. */
interface Escape {
  readonly kind: EscapeKind;
  /** Unit vector d, a direction in which C does not end. */
  readonly direction: Float64Array;
  /** Largest <F(z + tau d), d> among the points looked at, which is negative. */
  readonly slope: number;
}

/** Distances along the ray at which the field is looked at, in units of the way since half the steps. */
const distances = [0x100000, 0x10000, 0x1000, 0x100, 16, 4, 2, 1] as const;
/** Share of the projected step that must lie along the direction. */
const along = 0.5;
/** Most unknowns with which the Newton solves of proximal steps are cheap beside the run. */
const mostUnknowns = 1000;
/** Step size of the proximal steps, in units of 1 / (2 L). */
const settling = 1e5;
/** Numbers of proximal steps after which the point is looked at: far out each is only as exact as rounding allows. */
const leastSettled = 2;
const mostSettled = 6;
/** Distance at which the field must be seen, in lengths of the point: nearer, a turn of the field may not show. */
const farthest = 16;
/** Smallest share of the product of distance and projected step that must be left at the far end. */
const lasting = 1 / 8;

/**
 * Looks along the way on which a run is: `way` is the displacement of the iterates since half as many steps.
 *
 * In the direction d of the way, up to 2^20 times its length, C must not end, and the projected step
 * Pi_C(z - eta F(z)) - z must point along d everywhere and not fade faster than 1 / distance. For a monotone F this is
 * a certificate: <F(u) - F(v), u - v> >= 0 with v = z + tau d gives, for tau to infinity, <F(u), d> <= lim <F(v), d> < 0
 * for each u in C. So u + d would always be better than u, and there is no solution.
 *
 * The way of a run has components that only come and go. Far out they would hide the rest, so if d fails, proximal
 * steps from the far end, which shrink them, give further directions, for up to 1000 unknowns. A way so short that the
 * field would not be seen at 16 times the length of the point says nothing: on a slow rotation it looks straight.
 *
 * Cost: up to eight evaluations, and for further directions six short Newton solves and 40 evaluations; no run counts
 * them.
 */
function escapeAlong(at: Evaluation, way: Float64Array): Escape | undefined {
  const { problem, point, field } = at;
  const length = norm(way);
  // Nothing leaves a bounded set.
  if (problem.constraint?.bounded === true) return;
  if (!(length > 0 && length < Number.POSITIVE_INFINITY && isFiniteVector(field)) || dot(field, way) >= 0) return;
  if (!(distances[0] * length >= farthest * norm(point))) return;
  const first = lookAlong(at, way, length);
  if (first !== undefined || point.length > mostUnknowns) return first;
  const far = beyond(problem, point, way, (distances[0] * length) / norm(way));
  const start = evaluate(problem, far);
  if (!isFiniteVector(start.field)) return;
  const settled = firstRows(
    problem,
    far,
    proximalPoint({ stepSize: settling * localStepSize(start), relativeTolerance: 1e-12, maxIterations: 20 }),
    mostSettled + 1,
  );
  for (const { point: there } of settled.slice(leastSettled)) {
    const towards = there.map((z, i) => z - point[i]!);
    const found = isFiniteVector(towards) ? lookAlong(at, towards, length) : undefined;
    if (found !== undefined) return found;
  }
  return;
}

/** Looks from a point along a direction, at distances in units of a length. */
function lookAlong(at: Evaluation, towards: Float64Array, length: number): Escape | undefined {
  const { problem, point, field } = at;
  // The step is short against the length, so that it sees the set where the point is.
  const eta = length / norm(field) / 16;
  const here = displacementOf(at, eta);
  const way = norm(towards);
  let direction = towards.map((x) => x / way);
  let slope = Number.NEGATIVE_INFINITY;
  for (const multiple of distances) {
    const ahead = multiple * length;
    const there = beyond(problem, point, direction, ahead);
    const gone = distance(there, point);
    // Where C ends, the projection holds the point back.
    if (!(gone >= along * ahead && gone < Number.POSITIVE_INFINITY)) return;
    if (multiple === distances[0]) direction = there.map((z, i) => (z - point[i]!) / gone);
    const found = evaluate(problem, there);
    const step = displacementOf(found, eta);
    const stride = norm(step);
    if (!(stride > 0 && dot(step, direction) >= along * stride)) return;
    if (multiple === distances[0] && stride * gone < lasting * norm(here) * length) return;
    const fall = dot(found.field, direction);
    if (!(fall < 0)) return;
    slope = Math.max(slope, fall);
  }
  return { kind: kindOf(problem, point, field, direction), direction, slope };
}

/** Pi_C(z + tau d). */
function beyond(problem: Problem, point: Float64Array, direction: Float64Array, tau: number): Float64Array {
  const there = point.map((z, i) => z + tau * direction[i]!);
  problem.constraint?.project(there, there);
  return there;
}

function kindOf(problem: Problem, point: Float64Array, field: Float64Array, direction: Float64Array): EscapeKind {
  if (problem.symmetric) return "unbounded";
  if (problem.blocks.every(({ player }) => player === undefined)) return "infeasible";
  const players = playersOf(problem);
  const falls = players.map(({ blocks }) => {
    let fall = 0;
    for (const { offset, size } of blocks) {
      for (let i = offset; i < offset + size; i++) fall += field[i]! * direction[i]!;
    }
    return fall;
  });
  const leaving = falls.indexOf(Math.min(...falls));
  if (players.length !== 2 || leaving === 0) return "unbounded";
  const { game } = problem;
  if (game === undefined) return players[1]!.name === "maximiser" ? "infeasible" : "unbounded";
  const costs = new Float64Array(2);
  game.costs(point, costs);
  const zeroSum = Math.abs(costs[0]! + costs[1]!) <= 1e-9 * (Math.abs(costs[0]!) + Math.abs(costs[1]!));
  return zeroSum ? "infeasible" : "unbounded";
}

/** The columns of a measure that watches for an escape. They are undefined until one is found. */
export const escapeColumns = {
  escape: { meaning: "why the iterates leave for infinity", kind: "category", values: escapeKinds },
  escapeSlope: { meaning: "largest <F, d> on the way to infinity along escapeDirection d" },
  escapeDirection: { meaning: "direction in which the iterates leave for infinity", kind: "vector" },
} as const satisfies Readonly<Record<string, Column>>;

/** What is known of the way of the iterates. */
export interface Watch {
  /** Step at which the way is examined next: 2, 4, 8, ... */
  readonly next: number;
  /** Point at the last such step. */
  readonly point: Float64Array;
  /** Length of the way that led there. */
  readonly way: number;
}

/** First step at which a verdict is given; before it a run has hardly begun. */
const firstVerdict = 32;

/** Begins to watch. */
export function beginWatch(point: Float64Array): Watch {
  return { next: 2, point: point.slice(), way: 0 };
}

/**
 * Examines the way since half the steps, at steps that are powers of two. A way that is shorter than the one before it
 * leads to a point, not to infinity.
 */
export function watchEscape(it: Iterate, { next, point, way }: Watch): Watched {
  if (it.step < next) return { state: { next, point, way } };
  if (!isFiniteVector(it.point)) return { state: { next, point, way }, result: { status: "diverged" } };
  const moved = it.point.map((z, i) => z - point[i]!);
  const length = norm(moved);
  const state = { next: 2 * it.step, point: it.point.slice(), way: length };
  if (it.step < firstVerdict || !(length >= way)) return { state };
  const found = escapeAlong(it.at, moved);
  if (found === undefined) return { state };
  return {
    state,
    result: {
      status: "diverged",
      columns: { escape: escapeKinds.indexOf(found.kind), escapeSlope: found.slope },
      vectors: { escapeDirection: found.direction },
    },
  };
}

interface Watched {
  readonly state: Watch;
  readonly result?: {
    readonly status: "diverged";
    readonly columns?: { readonly escape: number; readonly escapeSlope: number };
    readonly vectors?: { readonly escapeDirection: Float64Array };
  };
}
