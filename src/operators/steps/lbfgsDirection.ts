import {
  axpy,
  defineUpdate,
  dot,
  norm,
  type Proposal,
  readOptions,
  rowVector,
  scale,
  type Update,
} from "../../authoring/index.ts";
import { requireSymmetric } from "../support/requireSymmetric.ts";
import { positiveInteger } from "../support/rules.ts";

/** Options of {@link lbfgsDirection}. */
export interface LbfgsDirectionOptions {
  /** Most pairs of steps and changes of the gradient that are kept. Default 10, as in SciPy. */
  readonly memory?: number;
  /** Length of the first direction, in the units of the parameters, > 0. Default 1, as in SciPy. */
  readonly firstLength?: number;
}

const rules = {
  memory: { ...positiveInteger, default: 10 },
  firstLength: { default: 1, above: 0 },
} as const;

/**
 * Chooses the direction of L-BFGS, a quasi-Newton direction from the last few gradients [1].
 *
 * With s_j = z_{j+1} - z_j and y_j = F_{j+1} - F_j of at most `memory` earlier steps, the direction is -H F. Here H is
 * the multiple <s, y> / <y, y> I of the last pair, changed by each pair in turn:
 *
 *     H <- (I - rho s y^T) H (I - rho y s^T) + rho s s^T,    rho = 1 / <s, y>.
 *
 * A pair without positive curvature, <s, y> <= eps ||s|| ||y||, is left out, so H stays positive definite. Without a
 * pair the direction is -F, of length `firstLength` but no longer than F itself.
 *
 * Put a search on L behind it that meets the Wolfe conditions, as in the example: they make curvature positive, and the
 * step size 1 is mostly accepted. F must be the gradient of one loss throughout: with minibatches y holds their noise.
 * Use {@link conjugateGradientDirection} where memory for 2 `memory` vectors is lacking, {@link newtonMR} where
 * products with the Hessian are cheap or critical points of another kind are sought.
 *
 * If the loss is multiplied by a power of two the directions after the first keep their bits.
 *
 * State: 2 `memory` + 2 vectors, begun anew at a restart. Cost: 4 `memory` n operations and a vector.
 *
 * @example
 * const search = chain(lbfgsDirection(), wolfeLineSearch({ merit: "value" }));
 * iterate(quartic(), [1, 2], chain(untilCritical({ squaredFieldNorm: 1e-16 }), search))
 *   .pipe(last())
 *   .subscribe((it) => console.log(it.status, it.evaluations, it.value.toFixed(6)));
 * // converged 16 6.250000
 * @param options {@link LbfgsDirectionOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN; in the stream ERR_NOT_SYMMETRIC for a field that is no
 *   gradient
 * @throws {RangeError} ERR_OPTION_RANGE
 * @see [1] Liu and Nocedal, "On the limited memory BFGS method for large scale optimization", 1989,
 *   doi:10.1007/BF01589116
 */
export function lbfgsDirection(options: LbfgsDirectionOptions = {}): Update {
  const { memory, firstLength } = readOptions("lbfgsDirection", options, rules);
  return defineUpdate({
    name: "lbfgsDirection",
    init: (first): State => {
      requireSymmetric("lbfgsDirection", first.at.problem, "use levenbergMarquardt, or extragradient on a game");
      return { pairs: [], point: undefined, field: undefined };
    },
    step(it, state) {
      remember(it, state, memory);
      const direction = rowVector(it);
      direction.set(it.at.field);
      const { pairs } = state;
      const latest = pairs.at(-1);
      if (latest === undefined) {
        const length = norm(direction);
        scale(-(length > firstLength ? firstLength / length : 1), direction);
        return { direction };
      }
      const shares: number[] = [];
      for (let j = pairs.length - 1; j >= 0; j--) {
        const { s, y, curvature } = pairs[j]!;
        shares[j] = dot(s, direction) / curvature;
        axpy(-shares[j]!, y, direction);
      }
      scale(latest.curvature / dot(latest.y, latest.y), direction);
      for (const [j, { s, y, curvature }] of pairs.entries()) {
        axpy(shares[j]! - dot(y, direction) / curvature, s, direction);
      }
      scale(-1, direction);
      return { direction };
    },
  });
}

/** A step, the change of the gradient on it, and their inner product. */
interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  curvature: number;
}

interface State {
  /** The pairs, the latest last. */
  readonly pairs: Pair[];
  /** Point and gradient of the row before; undefined at the start. */
  point: Float64Array | undefined;
  field: Float64Array | undefined;
}

/** Takes the last step into the memory, over the oldest pair if that is full. */
function remember({ point, at: { field } }: Proposal, state: State, memory: number): void {
  if (state.point === undefined || state.field === undefined) {
    state.point = point.slice();
    state.field = field.slice();
    return;
  }
  const { pairs } = state;
  const full = pairs.length === memory;
  const [s, y] = [state.point, state.field];
  for (let i = 0; i < s.length; i++) {
    s[i] = point[i]! - s[i]!;
    y[i] = field[i]! - y[i]!;
  }
  const curvature = dot(s, y);
  // The arrays of the pair that is dropped hold the point and the gradient of this row.
  const spare = curvature > Number.EPSILON * norm(s) * norm(y) ? (full ? pairs.shift() : undefined) : { s, y };
  if (spare?.s !== s) pairs.push({ s, y, curvature });
  state.point = spare?.s ?? new Float64Array(point.length);
  state.field = spare?.y ?? new Float64Array(point.length);
  state.point.set(point);
  state.field.set(field);
}
