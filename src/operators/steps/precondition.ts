import {
  blockNamed,
  defineUpdate,
  dot,
  failure,
  type LinearMap,
  type Problem,
  type Proposal,
  readOptions,
  rowVector,
  type Update,
} from "../../authoring/index.ts";
import { showValue } from "../../options.ts";

/** Options of {@link precondition}. */
export interface PreconditionOptions {
  /**
   * Name of the parameter block to multiply; the rest of the direction stays as it is. Default: the whole direction.
   */
  readonly block?: string;
}

/** Size of an entry of d below which <d, M d> may be zero by underflow, which proves nothing about M. */
const shortest = 1e-150;

const rules = {
  block: { expected: "the name of a block", is: (value: unknown) => typeof value === "string" },
} as const;

/**
 * Multiplies the direction by a positive definite map: d <- M d.
 *
 * Starting from d = -F this is preconditioned descent, the steepest descent in the norm <v, M^-1 v>. With M close to
 * the inverse of the Jacobian it is a quasi-Newton step. A map that depends on the point is given as a function of the
 * proposal. Later operators (momentum, a line search) see the new direction. Each step checks that <d, M d> > 0.
 *
 * Use {@link whiten} when M is to come from a layer's inputs, {@link newtonDirection} when it is to be the inverse of
 * an indefinite Jacobian.
 *
 * Cost: one product with M per step.
 *
 * @example
 * const scaling = diagonal(Float64Array.of(1, 0.5));
 * iterate(quartic(), [1, 2], chain(untilStep(2), precondition(scaling), gradientStep(0.05)))
 *   .subscribe((it) => console.log(it.step, it.value.toFixed(4)));
 * // 0 80.6500
 * // 1 48.7575
 * // 2 45.6976
 * @param map M, symmetric, of the size of the direction or of the block
 * @param options {@link PreconditionOptions}
 * @throws {TypeError} ERR_NOT_SYMMETRIC for a map that is not declared symmetric
 * @throws {RangeError} in the stream: ERR_LENGTH if the size of the map is not that of the direction or block,
 *   ERR_OPTION_RANGE for a block that the problem does not have, ERR_NOT_POSITIVE_DEFINITE as soon as a direction shows
 *   that M is not positive definite
 */
export function precondition(
  map: LinearMap | ((it: Proposal) => LinearMap),
  options: PreconditionOptions = {},
): Update {
  const { block } = readOptions("precondition", options, rules);
  if (typeof map !== "function") checkSymmetric(map);
  return defineUpdate({
    name: "precondition",
    refines: "direction",
    step(it) {
      const m = typeof map === "function" ? map(it) : map;
      if (typeof map === "function") checkSymmetric(m);
      const { offset, size } = placeOf(it.at.problem, block);
      if (m.rows !== size) {
        const what = block === undefined ? "the direction" : `the block ${block}`;
        throw failure("ERR_LENGTH", `precondition: expected a map of the size of ${what}, ${size}, got ${m.rows}`);
      }
      const direction = rowVector(it);
      direction.set(it.direction);
      const part = it.direction.subarray(offset, offset + size);
      const image = direction.subarray(offset, offset + size);
      m.apply(part, image);
      const curvature = dot(part, image);
      if (curvature <= 0 && part.some((x) => Math.abs(x) > shortest)) {
        throw failure(
          "ERR_NOT_POSITIVE_DEFINITE",
          `precondition: expected a positive definite map, got <d, M d> = ${curvature} at step ${it.step}; ` +
            "shift its eigenvalues up, or use newtonDirection, which works without a positive definite map",
        );
      }
      return { direction };
    },
  });
}

function checkSymmetric(map: LinearMap): void {
  if (typeof map?.apply !== "function") {
    throw failure(
      "ERR_OPTION_TYPE",
      `precondition: expected a linear map, such as denseMatrix(2, 2, values, { symmetric: true }), got ${showValue(map)}`,
    );
  }
  if (!map.symmetric || map.rows !== map.columns) {
    throw failure(
      "ERR_NOT_SYMMETRIC",
      `precondition: expected a symmetric map, got ${map.rows} x ${map.columns}${map.symmetric ? "" : " with symmetric: false"}; ` +
        "if it is symmetric, set symmetric: true where it is made",
    );
  }
}

function placeOf(problem: Problem, block: string | undefined): { readonly offset: number; readonly size: number } {
  return block === undefined ? { offset: 0, size: problem.dimension } : blockNamed(problem, block, "precondition");
}
