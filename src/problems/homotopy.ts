import { failure } from "../errors.ts";
import { linearMap } from "../linalg/makeLinearMap.ts";
import { dot } from "../linalg/vector.ts";
import { checkOption } from "../options.ts";
import { explainFirst } from "./extendProblem.ts";
import type { Problem } from "./problem.ts";
import { problemRule } from "./traced/arguments.ts";

/**
 * Blends two problems: F_t = (1 - t) G + t F, and likewise their Jacobians and potentials.
 *
 * With a schedule this is homotopy by steps:
 * `iterate((step) => blend(from, to, Math.min(1, (step + 1) / 50)), start, newtonMR())`. Each call gives a new problem,
 * so keep the problem of a t that is used again. The constraint is that of `to`.
 *
 * Cost: that of both problems.
 *
 * @example blend(distanceProblem([0, 0]), quartic(), 0.5)
 * @param from G
 * @param to F
 * @param t any finite number; 0 gives `from`, 1 gives `to`
 * @throws {TypeError} ERR_OPTION_TYPE for something that is not a problem
 * @throws {RangeError} ERR_LENGTH for problems of different dimensions, ERR_OPTION_RANGE for a t that is not finite
 */
export function blend(from: Problem, to: Problem, t: number): Problem {
  checkSame("blend", from, to);
  if (!Number.isFinite(t)) throw failure("ERR_OPTION_RANGE", `blend: expected a finite t, got ${t}`);
  const n = to.dimension;
  const other = new Float64Array(n);
  const mix = (g: Float64Array, f: Float64Array): void => {
    for (let i = 0; i < n; i++) f[i] = (1 - t) * g[i]! + t * f[i]!;
  };
  return {
    name: `${from.name} to ${to.name}`,
    dimension: n,
    symmetric: from.symmetric && to.symmetric,
    ...(to.constraint === undefined ? {} : { constraint: to.constraint }),
    blocks: to.blocks,
    ...(from.hasPotential === true && to.hasPotential === true ? { hasPotential: true } : {}),
    explainNotFinite: (point) => explainFirst([from, to], point),
    description: { problem: "blend", from: from.description ?? from.name, to: to.description ?? to.name, t },
    evaluate(point, field) {
      const before = from.evaluate(point, other);
      const after = to.evaluate(point, field);
      mix(other, field);
      return (1 - t) * before + t * after;
    },
    linearize(point) {
      const g = from.linearize(point);
      const f = to.linearize(point);
      const image = new Float64Array(n);
      return linearMap({
        rows: n,
        columns: n,
        symmetric: from.symmetric && to.symmetric,
        apply(v, out) {
          g.apply(v, image);
          f.apply(v, out);
          mix(image, out);
        },
        applyTranspose(u, out) {
          g.applyTranspose(u, image);
          f.applyTranspose(u, out);
          mix(image, out);
        },
      });
    },
  };
}

/**
 * Builds the homotopy from a solved problem G to a problem F as one problem in n + 1 unknowns (z, t), with the field
 * ((1 - t) G + t F, t - 1).
 *
 * Its zeros are (z, 1) with F(z) = 0. Begin at (z_0, 0) with G(z_0) = 0. There the field is (0, ..., 0, -1), and the
 * curve on which it keeps this direction is the path of zeros of (1 - t) G + t F. So `newtonFlow` on this problem is
 * predictor-corrector continuation by arc length, which passes turning points of t. The last coordinate of the point is
 * t, and the column `along` is 1 - t.
 *
 * From `distanceProblem(z_0)` the path exists and is regular for almost every z_0. It ends at a zero of F or at
 * infinity [1].
 *
 * Cost: that of both problems.
 *
 * @example
 * const path = homotopy(distanceProblem([3, 1]), quartic());
 * iterate(path, [3, 1, 0], chain(untilCritical({ squaredFieldNorm: 1e-20 }), newtonFlow()));
 * @param from G
 * @param to F
 * @throws {TypeError} ERR_OPTION_TYPE for something that is not a problem
 * @throws {RangeError} ERR_LENGTH for problems of different dimensions
 * @see [1] Chow, Mallet-Paret and Yorke, "Finding zeroes of maps: homotopy methods that are constructive with
 *   probability one", Math. Comp. 32, 1978, doi:10.1090/S0025-5718-1978-0492046-9
 */
export function homotopy(from: Problem, to: Problem): Problem {
  checkSame("homotopy", from, to);
  const n = to.dimension;
  /** F - G, the derivative along t. */
  const along = (point: Float64Array): Float64Array => {
    const g = new Float64Array(n);
    const f = new Float64Array(n);
    from.evaluate(point, g);
    to.evaluate(point, f);
    return f.map((x, i) => x - g[i]!);
  };
  return {
    name: `homotopy from ${from.name} to ${to.name}`,
    dimension: n + 1,
    symmetric: false,
    blocks: [...to.blocks, { name: "t", shape: [], offset: n, size: 1 }],
    explainNotFinite: (point) => explainFirst([from, to], point.subarray(0, n)),
    description: { problem: "homotopy", from: from.description ?? from.name, to: to.description ?? to.name },
    evaluate(point, field) {
      const t = point[n]!;
      blend(from, to, t).evaluate(point.subarray(0, n), field.subarray(0, n));
      field[n] = t - 1;
      return Number.NaN;
    },
    linearize(point) {
      const z = point.slice(0, n);
      const inner = blend(from, to, point[n]!).linearize(z);
      const rate = along(z);
      return linearMap({
        rows: n + 1,
        columns: n + 1,
        apply(v, out) {
          inner.apply(v.subarray(0, n), out.subarray(0, n));
          const tau = v[n]!;
          for (let i = 0; i < n; i++) out[i] = out[i]! + tau * rate[i]!;
          out[n] = tau;
        },
        applyTranspose(u, out) {
          inner.applyTranspose(u.subarray(0, n), out.subarray(0, n));
          out[n] = dot(rate, u.subarray(0, n)) + u[n]!;
        },
      });
    },
  };
}

function checkSame(who: string, from: Problem, to: Problem): void {
  checkOption(who, "from", from, problemRule);
  checkOption(who, "to", to, problemRule);
  if (from.dimension === to.dimension) return;
  throw failure(
    "ERR_LENGTH",
    `${who}: expected problems of the same dimension, got ${from.dimension} (${from.name}) and ${to.dimension} ` +
      `(${to.name})`,
  );
}
