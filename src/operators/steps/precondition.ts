import {
  blockNamed,
  defineUpdate,
  dot,
  failure,
  type LinearMap,
  type Problem,
  type Proposal,
  readOptions,
  type Update,
} from "../../authoring/index.ts";

export interface PreconditionOptions {
  /** Name of the one parameter block to multiply; the rest of the direction stays. Default: the whole direction. */
  readonly block?: string;
}

/** Below this length <d, M d> may be zero by underflow, which proves nothing. */
const shortest = 1e-150;

const rules = {
  block: { expected: "the name of a block", is: (value: unknown) => typeof value === "string" },
} as const;

/**
 * Multiplies the direction by a positive definite map: d <- M d.
 *
 * From d = -F this is preconditioned descent, which is steepest descent in the norm <v, M^-1 v>; M close to the inverse
 * of the Jacobian makes it a quasi-Newton step. A map that depends on the point is given as a function of the proposal.
 * Later operators (momentum, a line search) see the new direction. <d, M d> > 0 is checked at every step.
 *
 * Cost: one product with M a step.
 *
 * @example chain(precondition(diagonal(Float64Array.of(1, 0.1))), gradientStep(0.5))
 * @param map M, symmetric, of the size of the direction or of the block
 * @throws {TypeError} ERR_NOT_SYMMETRIC for a map that does not say that it is symmetric
 * @throws {RangeError} ERR_LENGTH if its size is not that of the direction or block; ERR_OPTION_RANGE for a block that
 *   the problem does not have; ERR_NOT_POSITIVE_DEFINITE as soon as a direction shows that it is not
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
      const direction = it.direction.slice();
      const part = it.direction.subarray(offset, offset + size);
      const image = direction.subarray(offset, offset + size);
      m.apply(part, image);
      const curvature = dot(part, image);
      if (curvature <= 0 && part.some((x) => Math.abs(x) > shortest)) {
        throw failure(
          "ERR_NOT_POSITIVE_DEFINITE",
          `precondition: expected a positive definite map, got <d, M d> = ${curvature} at step ${it.step}; ` +
            "shift its eigenvalues up, or use newtonDirection, which needs no positive definite map",
        );
      }
      return { direction };
    },
  });
}

function checkSymmetric(map: LinearMap): void {
  if (!map.symmetric || map.rows !== map.columns) {
    throw failure(
      "ERR_NOT_SYMMETRIC",
      `precondition: expected a symmetric map, got ${map.rows} x ${map.columns}${map.symmetric ? "" : " with symmetric: false"}; ` +
        "if it is symmetric, say so where it is made",
    );
  }
}

function placeOf(problem: Problem, block: string | undefined): { readonly offset: number; readonly size: number } {
  return block === undefined ? { offset: 0, size: problem.dimension } : blockNamed(problem, block, "precondition");
}
