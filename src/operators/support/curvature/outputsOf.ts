import { type Evaluation, failure, type LinearMap } from "../../../authoring/index.ts";
import { matrixOf, ownDiagonal, ownDiagonalOf, ownGram, ownGramOf, ownMatrix } from "../../../linalg/ownMatrix.ts";
import { hasOutputs, type OutputObjective } from "../../../problems/outputs/outputObjective.ts";

/** A problem with outputs, and its maps with their products counted. */
export interface CountedOutputs {
  readonly problem: OutputObjective;
  /** Returns the same map, whose products are counted among those of the run. */
  counted(map: LinearMap): LinearMap;
}

/**
 * Returns the problem of an evaluation, and a way to count its products.
 *
 * @throws ERR_UNSUPPORTED for a problem that has no outputs
 */
export function outputsOf(who: string, { problem, count }: Evaluation): CountedOutputs {
  if (hasOutputs(problem)) return { problem, counted: (map) => (count === undefined ? map : counting(map, count)) };
  throw failure(
    "ERR_UNSUPPORTED",
    `${who}: expected an objective with outputs, got ${problem.name}; write it as objective(shapes, { outputs, loss }), ` +
      "give network or trainable curvature: true, or use newtonDirection, which needs the loss alone",
  );
}

/** Matrices and diagonals that a map computes without products count nothing. */
function counting(map: LinearMap, count: NonNullable<Evaluation["count"]>): LinearMap {
  const { rows, columns, symmetric } = map;
  return Object.assign<LinearMap, object>(
    {
      rows,
      columns,
      symmetric,
      apply(v, out) {
        count.products++;
        map.apply(v, out);
      },
      applyTranspose(u, out) {
        count.products++;
        map.applyTranspose(u, out);
      },
      applyMany(vectors, many, out) {
        count.products += many;
        map.applyMany(vectors, many, out);
      },
    },
    {
      [ownMatrix]: (into?: Float64Array) => matrixOf(map, into),
      [ownDiagonal]: () => ownDiagonalOf(map),
      [ownGram]: () => ownGramOf(map),
    },
  );
}
