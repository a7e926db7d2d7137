import { add, type Tensor } from "@tensorflow/tfjs-core";
import { type ObjectiveOptions, objective } from "../objective.ts";
import { modelParts } from "../outputs/outputField.ts";
import type { OutputLossName } from "../outputs/outputLosses.ts";
import type { OutputObjective } from "../outputs/outputObjective.ts";
import { OutputLoss } from "../outputs/outputsAndLoss.ts";
import type { TracedProblem } from "../problem.ts";
import { blocksOf } from "../traced/blocksOf.ts";
import { tracedProblem } from "../traced/tracedProblem.ts";
import {
  type NetworkLoss,
  type NetworkLossName,
  networkLosses,
  penaltyOf,
  type Regularization,
} from "./networkLosses.ts";

/** The loss of each sample whose mean a loss of networks is. */
const lossesOfSamples: Readonly<Record<NetworkLossName, OutputLossName>> = {
  meanSquaredError: "meanSquared",
  softmaxCrossEntropy: "crossEntropy",
};

/** A model's outputs and targets, as a function of its parameters, and the loss of them. */
interface ModelLoss {
  readonly who: string;
  readonly shapes: readonly (readonly number[])[];
  readonly call: (parameters: readonly Tensor[]) => { readonly outputs: Tensor; readonly targets: Tensor };
  readonly loss: NetworkLoss;
  readonly regularization: Required<Regularization>;
  readonly curvature: boolean;
}

/**
 * Builds the problem of a model's loss; with the curvature of outputs where it is wanted and the loss has a name: its
 * losses of samples are then known. The value is computed as the loss says, whatever the curvature needs.
 */
export function modelLoss(
  { who, shapes, call, loss, regularization, curvature }: ModelLoss,
  options: Required<Pick<ObjectiveOptions, "name" | "names" | "description">>,
): TracedProblem | OutputObjective {
  const traced = (...parameters: readonly Tensor[]) => {
    const { outputs, targets } = call(parameters);
    const fit = typeof loss === "string" ? networkLosses[loss](outputs, targets) : loss(outputs, targets);
    const total = regularization.coefficient === 0 ? fit : add(fit, penaltyOf(parameters, regularization));
    return { outputs, targets, total };
  };
  if (typeof loss !== "string" || !curvature) {
    return objective(shapes, (...parameters: readonly Tensor[]) => traced(...parameters).total, options);
  }
  const ofSamples = new OutputLoss(who, {
    outputs: traced,
    loss: lossesOfSamples[loss],
    targets: [],
    regularization,
  });
  return tracedProblem({
    who: "objective",
    symmetric: true,
    blocks: blocksOf("objective", shapes, { names: options.names }),
    call: traced,
    options,
    ...modelParts(ofSamples, options.name),
  });
}
