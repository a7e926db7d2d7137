import type { ParameterBlock } from "../problem.ts";
import type { NetworkFormula } from "./lossFormula.ts";
import type { CheckedNetwork } from "./networkOptions.ts";

/** The formula of a network's loss; undefined if a function of the user's is a part of it, or another loss. */
export function networkFormula(
  blocks: readonly ParameterBlock[],
  { layers, hidden, output, loss, biases, regularization, inputs, targets, samples }: CheckedNetwork,
): NetworkFormula | undefined {
  const activations = [...hidden, output];
  if (loss !== "meanSquaredError" || !activations.every((activation) => typeof activation === "string"))
    return undefined;
  const { coefficient, average, biases: penalizesBiases } = regularization;
  const counted = blocks.filter(({ shape }) => penalizesBiases || shape.length > 1);
  // As the loss itself divides, so that the number is the same to the last bit.
  const penalty = coefficient / (average ? counted.reduce((total, { size }) => total + size, 0) : 1);
  return {
    family: "network",
    widths: layers,
    blocks: blocks.map(({ name }) => name),
    activations,
    biases,
    inputs,
    targets: targets ?? "inputs",
    divisor: samples * layers.at(-1)!,
    penalty,
    penalized: penalizesBiases ? "all" : "weights",
  };
}
