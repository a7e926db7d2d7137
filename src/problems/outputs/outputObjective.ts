import type { LinearMap } from "../../linalg/linearMap.ts";
import type { DataValues, ProblemOnRows, TracedProblem } from "../problem.ts";
import type { KroneckerFactors } from "./kroneckerFactors.ts";

/**
 * A problem whose loss is L(theta) = sum_i w_i l_i(z_i) of outputs z(theta), n rows of c numbers, with the curvature
 * matrices that this form has.
 *
 * J_i is the Jacobian of row z_i, P the number of parameters, theta row-major in the order of the blocks. All matrices are
 * exact, and given as linear maps that compute products without the matrix; `denseOf` of `fluxion/linalg` gives the
 * matrix.
 */
export interface OutputObjective extends TracedProblem {
  /** Number n of samples, the rows of the outputs. */
  readonly samples: number;
  /** Number c of outputs of a sample. */
  readonly outputs: number;
  /** Computes the outputs z, row by row, n x c numbers. @throws ERR_LENGTH */
  outputsAt(point: Float64Array): Float64Array;
  /** Gives the Jacobian J of the outputs, n c x P; the output j of sample i has row i c + j. @throws ERR_LENGTH */
  outputJacobian(point: Float64Array): LinearMap;
  /** Gives the Hessian of L in z, n c x n c: blocks w_i d^2 l_i / d z_i^2. @throws ERR_LENGTH */
  outputHessian(point: Float64Array): LinearMap;
  /** Gives the Fisher matrix of the outputs, n c x n c: blocks w_i E[s s^T]. @throws ERR_UNSUPPORTED, ERR_LENGTH */
  outputFisher(point: Float64Array): LinearMap;
  /** Gives the weights w_i, n numbers. */
  sampleWeights(): Float64Array;
  /** Gives the diagonal of the Hessian of the penalty, 2 c for each parameter that counts, P numbers; 0 without one. */
  penaltyCurvature(): Float64Array;
  /**
   * Gives the generalised Gauss-Newton matrix sum_i w_i J_i^T (d^2 l_i / d z_i^2) J_i, plus the Hessian of the penalty if
   * there is one. It is indefinite where l_i is not convex in z_i: nothing is clamped. A product costs about a Hessian's.
   * @throws ERR_LENGTH
   */
  gaussNewton(point: Float64Array): LinearMap;
  /**
   * Gives the Fisher matrix sum_i w_i J_i^T E[s s^T] J_i, with the exact expectation of the score s = -d l_i / d z_i over
   * targets that the law of the loss draws at z_i.
   *
   * @throws ERR_UNSUPPORTED for a loss without a known law or outputs that couple the samples, ERR_LENGTH
   */
  fisher(point: Float64Array): LinearMap;
  /**
   * Gives the empirical Fisher matrix sum_i w_i grad l_i grad l_i^T, with the targets of the data, uncentred.
   *
   * @throws ERR_UNSUPPORTED, ERR_LENGTH
   */
  empiricalFisher(point: Float64Array): LinearMap;
  /** Gives the neural tangent kernel J J^T, n c x n c, without weights and without 1/n. @throws ERR_LENGTH */
  tangentKernel(point: Float64Array): LinearMap;
  /**
   * Gives the gradients of the l_i, without the weights, as rows of an n x P matrix.
   *
   * @throws ERR_UNSUPPORTED, ERR_LENGTH
   */
  exampleGradients(point: Float64Array): LinearMap;
  /**
   * Gives the Kronecker factors of the Fisher matrix's blocks, one pair per dense or convolutional layer [1, 2]:
   * A = sum_i (w_i / sum w) sum_t a a^T over the T positions of the layer's result, where a ends in 1 if there is a bias,
   * and G = sum_i w_i (1/T) sum_t E[g g^T], g the slope of -log p at the result, by the exact law.
   *
   * @throws ERR_UNSUPPORTED for a loss without a known law, coupled samples, or parameters outside such layers; ERR_LENGTH
   * @see [1] Martens and Grosse, "Optimizing neural networks with Kronecker-factored approximate curvature", 2015,
   *   arXiv:1503.05671
   * @see [2] Grosse and Martens, "A Kronecker-factored approximate Fisher matrix for convolution layers", 2016,
   *   arXiv:1602.01407
   */
  kroneckerFactors(point: Float64Array): readonly KroneckerFactors[];
  with(data: DataValues): OutputObjective;
  rowsOf(data: DataValues): ProblemOnRows<OutputObjective>;
}

/** Gives the members that a problem with outputs has beyond a traced one, for problems that wrap it. */
export function outputMembers(problem: object): Partial<OutputObjective> {
  if (!hasOutputs(problem)) return {};
  const { samples, outputs } = problem;
  return {
    samples,
    outputs,
    outputsAt: (point) => problem.outputsAt(point),
    outputJacobian: (point) => problem.outputJacobian(point),
    outputHessian: (point) => problem.outputHessian(point),
    outputFisher: (point) => problem.outputFisher(point),
    sampleWeights: () => problem.sampleWeights(),
    penaltyCurvature: () => problem.penaltyCurvature(),
    gaussNewton: (point) => problem.gaussNewton(point),
    fisher: (point) => problem.fisher(point),
    empiricalFisher: (point) => problem.empiricalFisher(point),
    tangentKernel: (point) => problem.tangentKernel(point),
    exampleGradients: (point) => problem.exampleGradients(point),
    kroneckerFactors: (point) => problem.kroneckerFactors(point),
  };
}

/**
 * Says whether a problem was made from outputs and a loss of them, and so has the matrices of an {@link OutputObjective}.
 *
 * @example
 * console.log(hasOutputs(quartic()));
 * // false
 */
export function hasOutputs(problem: object): problem is OutputObjective {
  return (
    typeof problem === "object" &&
    problem !== null &&
    "gaussNewton" in problem &&
    typeof problem.gaussNewton === "function"
  );
}
