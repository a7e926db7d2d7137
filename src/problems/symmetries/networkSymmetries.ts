import type { Activation } from "../networks/activations.ts";
import type { NetworkLoss, Regularization } from "../networks/networkLosses.ts";
import type { ParameterBlock } from "../problem.ts";
import { biasShift, type HiddenUnits, linearMixing, linearRotation, softmaxShift, unitScaling } from "./hiddenUnits.ts";
import { columnPlaces, rowPlaces } from "./layerPlaces.ts";
import type { ProvedSymmetries } from "./proved.ts";
import type { Symmetry } from "./symmetry.ts";

/** What `network` knows of itself. */
interface NetworkParts {
  readonly blocks: readonly ParameterBlock[];
  readonly biases: boolean;
  readonly hidden: readonly Activation[];
  readonly output: Activation;
  readonly loss: NetworkLoss;
  readonly regularization: Required<Regularization>;
}

/**
 * Symmetries of a network A_(l+1) = f(A_l W_l + b_l).
 *
 * Hidden layers with f(x) = x have gl(p), or so(p) under a penalty, and shifts of their biases; those of ReLU units have a
 * scaling per unit; a softmax behind a linear layer has shifts. A penalty ends all that change the sizes of what it
 * counts. Units of a layer whose activation is known by name may be exchanged: a function that a user wrote may treat
 * them differently.
 */
export function networkSymmetries(parts: NetworkParts): ProvedSymmetries {
  const { blocks, biases, hidden, output, loss, regularization } = parts;
  const stride = biases ? 2 : 1;
  const dimension = blocks.reduce((sum, { size }) => sum + size, 0);
  const free = regularization.coefficient === 0;
  const freeBiases = free || !regularization.biases;
  const biasOf = (layer: number): Uint32Array => {
    const { offset, size } = blocks[stride * layer + 1]!;
    return Uint32Array.from({ length: size }, (_, i) => offset + i);
  };
  const continuous: Symmetry[] = [];
  const units: HiddenUnits[] = [];
  hidden.forEach((activation, layer) => {
    if (typeof activation !== "string") return;
    const [before, after] = [blocks[stride * layer]!, blocks[stride * (layer + 1)]!];
    const own = unitsOfRows(before, after, biases ? biasOf(layer) : undefined, `layer${layer + 1}`, activation);
    units.push(own);
    if (activation === "linear") {
      if (free) continuous.push(linearMixing(own));
      else if (own.incoming.length > 1) continuous.push(linearRotation(own));
      if (biases && freeBiases) continuous.push(biasShift(own, biasOf(layer), biasOf(layer + 1), dimension));
    } else if (activation === "relu" && free) {
      continuous.push(unitScaling(own));
    }
  });
  if (output === "linear" && loss === "softmaxCrossEntropy") {
    const last = blocks[stride * hidden.length]!;
    const together = [
      ...(free ? Array.from({ length: last.shape[0]! }, (_, row) => rowPlaces(last, row)) : []),
      ...(biases && freeBiases ? [biasOf(hidden.length)] : []),
    ];
    if (together.length > 0) continuous.push(softmaxShift(together, dimension));
  }
  return { continuous, units };
}

/** Hidden units of A W: unit i is column i of W_l, the bias b_i, and row i of W_(l+1). */
function unitsOfRows(
  before: ParameterBlock,
  after: ParameterBlock,
  bias: Uint32Array | undefined,
  name: string,
  activation: string,
): HiddenUnits {
  const units = Array.from({ length: before.shape[1]! }, (_, i) => i);
  return {
    name,
    incoming: units.map((i) => {
      const weights = columnPlaces(before, i);
      return bias === undefined ? weights : Uint32Array.of(...weights, bias[i]!);
    }),
    outgoing: units.map((i) => rowPlaces(after, i)),
    odd: activation === "tanh" || activation === "linear",
  };
}
