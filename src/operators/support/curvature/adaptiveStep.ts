import { defineUpdate, norm, scratchVector, settingOf, type Update } from "../../../authoring/index.ts";
import { dot } from "../../../linalg/vector.ts";
import { share } from "../rules.ts";
import { type SearchOutcome, searchColumns, searchOutcomes } from "../searchOutcome.ts";
import { trialPoint } from "../trialPoint.ts";
import { curvatureColumns } from "./columns.ts";
import { outputsOf } from "./outputsOf.ts";
import { type CurvatureName, regularisedSolve, type SolveOptions } from "./regularisedSolve.ts";

/** Ratios of the reductions below which damping rises and above which it falls. */
const [poor, good] = [1 / 4, 3 / 4];

interface State {
  /** The damping epsilon of the next step. */
  readonly damping: number;
}

/**
 * Makes the update that takes the step p = -(alpha B + epsilon I)^-1 g and adapts epsilon by the ratio of the reductions,
 *
 *     rho = (L(z) - L(z + p)) / -(g^T p + alpha p^T B p / 2):
 *
 * epsilon <- shrink epsilon where rho > 3/4, epsilon / shrink where rho < 1/4. Where L does not fall the point stays.
 */
export function adaptiveStep(
  who: string,
  name: CurvatureName,
  options: SolveOptions & { readonly shrink: number },
): Update {
  const { shrink } = options;
  return defineUpdate({
    name: who,
    settings: { relativeTolerance: settingOf(share, options.relativeTolerance) },
    columns: {
      ...searchColumns,
      ...curvatureColumns,
      damping: { meaning: "epsilon of the step: (B + epsilon I) p = -g" },
      gainRatio: { meaning: "fall of the loss over the fall that the quadratic model predicts" },
    },
    init: (_first, previous?: State): State => previous ?? { damping: options.damping },
    step(it, { damping }, settings) {
      const outputs = outputsOf(who, it.at);
      const gradient = it.at.field;
      const solved = regularisedSolve(outputs, name, it.point, gradient, { ...options, ...settings, damping });
      const direction = solved?.x.map((entry) => -entry);
      const columns = (outcome: SearchOutcome, gainRatio?: number) => ({
        directionNorm: direction && norm(direction),
        curvatureResidual: solved?.relativeResidual,
        solverIterations: solved?.iterations,
        outcome: searchOutcomes.indexOf(outcome),
        trials: outcome === "accepted" || outcome === "rejected" ? 1 : 0,
        damping,
        gainRatio: Number.isFinite(gainRatio) ? gainRatio : undefined,
      });
      const last = (outcome: SearchOutcome) => ({
        stepSize: 0,
        next: it.at,
        status: "stagnated" as const,
        columns: columns(outcome),
      });
      if (solved === undefined || direction === undefined) return last("non-finite");
      const point = trialPoint(it, direction, 1, scratchVector(it));
      if (point === undefined) return last("stagnated");
      const next = it.evaluate(point);
      const image = new Float64Array(direction.length);
      solved.map.apply(direction, image);
      const predicted = -(dot(gradient, direction) + (solved.scale * dot(direction, image)) / 2);
      const fall = it.at.value - next.value;
      const ratio = fall / predicted;
      if (!(fall > 0)) {
        // Damping that overflows makes the step 0, which is stagnation.
        const state = { damping: damping / shrink };
        return { state, direction, stepSize: 0, next: it.at, columns: columns("rejected", ratio) };
      }
      const factor = ratio > good ? shrink : ratio < poor ? 1 / shrink : 1;
      const state = { damping: Math.max(damping * factor, Number.MIN_VALUE) };
      return { state, direction, stepSize: 1, next, columns: columns("accepted", ratio) };
    },
  });
}
