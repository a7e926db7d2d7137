import { failure } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import { readOptions } from "../../options.ts";
import { dataHash } from "../data/dataHash.ts";
import { arePositiveIntegers, float64Array, json, text, yesOrNo } from "../rules.ts";
import { type Activation, activations } from "./activations.ts";
import { type NetworkLoss, networkLosses, type Regularization } from "./networkLosses.ts";
import { fullRegularization, regularizationRule } from "./regularization.ts";

/**
 * Options of {@link network}.
 *
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export interface NetworkOptions {
  /** Widths from the inputs to the outputs: [16, 8, 16] has two layers of weights. */
  readonly layers: readonly number[];
  /** Activation of the hidden layers: one for all, or a list with one for each. Default `swish` [1]. */
  readonly activation?: Activation | readonly Activation[];
  /** Activation of the last layer. Default `linear`. */
  readonly outputActivation?: Activation;
  /** Loss of predictions and targets. Default `meanSquaredError`. */
  readonly loss?: NetworkLoss;
  /** Inputs X, sample after sample, samples x layers[0]. */
  readonly inputs: Float64Array;
  /** Targets, sample after sample, samples x outputs. Default: the inputs (an autoencoder). */
  readonly targets?: Float64Array;
  /** Whether the layers have biases. Default true. */
  readonly biases?: boolean;
  /**
   * Coefficient c of the penalty c ||z||^2: the sum over all parameters, biases too, without a factor 1/2. An object
   * gives the choices in full. Default 0.
   */
  readonly regularization?: number | Regularization;
  /**
   * Whether the problem also has the curvature of its outputs, `OutputObjective`, which a loss by name can have.
   * It costs each minibatch some microseconds. Default false.
   */
  readonly curvature?: boolean;
  /** Name of the problem in messages, rows and files. Default "network". */
  readonly name?: string;
  /** Description of the data that `run.json` keeps, such as their source. It keeps a hash of the data in any case. */
  readonly dataDescription?: JsonValue;
}

const isOneOf =
  (known: object) =>
  (value: unknown): boolean =>
    typeof value === "function" || (typeof value === "string" && Object.hasOwn(known, value));
const isActivation = isOneOf(activations);
const oneOf = (known: object): string => `a function or one of ${Object.keys(known).join(", ")}`;

const rules = {
  layers: {
    required: true,
    expected: "at least two positive integers, inputs first",
    is: (value: unknown) => arePositiveIntegers(value, 2),
    range: true,
  },
  activation: {
    default: "swish",
    expected: `${oneOf(activations)}, or a list of these`,
    is: (value: unknown) => (Array.isArray(value) ? value.every(isActivation) : isActivation(value)),
    range: true,
  },
  outputActivation: { default: "linear", expected: oneOf(activations), is: isActivation, range: true },
  loss: { default: "meanSquaredError", expected: oneOf(networkLosses), is: isOneOf(networkLosses), range: true },
  inputs: { ...float64Array, required: true },
  targets: float64Array,
  biases: { ...yesOrNo, default: true },
  regularization: regularizationRule,
  curvature: { ...yesOrNo, default: false },
  name: { ...text, default: "network" },
  dataDescription: json,
} as const;

export interface CheckedNetwork {
  readonly layers: readonly number[];
  /** Activations, one for each hidden layer. */
  readonly hidden: readonly Activation[];
  readonly output: Activation;
  readonly loss: NetworkLoss;
  readonly biases: boolean;
  readonly regularization: Required<Regularization>;
  readonly curvature: boolean;
  readonly inputs: Float64Array;
  readonly targets: Float64Array | undefined;
  readonly samples: number;
  readonly name: string;
  readonly description: JsonValue;
}

/** Checks the options and fills in their defaults. */
export function checkedNetwork(options: NetworkOptions): CheckedNetwork {
  const read = readOptions("network", options, rules);
  const { layers, activation, outputActivation, loss, inputs, targets, biases, curvature, name, dataDescription } =
    read;
  const depth = layers.length - 1;
  const hidden = activationsOf(activation, depth - 1);
  const regularization = fullRegularization("network", read.regularization);
  const samples = countSamples("inputs", inputs, layers[0]!);
  if (targets === undefined) {
    if (layers[0] !== layers[depth]) {
      throw failure(
        "ERR_OPTION_RANGE",
        `network: expected targets, got none; ${layers[0]} inputs and ${layers[depth]} outputs are not an autoencoder`,
      );
    }
  } else if (countSamples("targets", targets, layers[depth]!) !== samples) {
    throw failure(
      "ERR_LENGTH",
      `network: expected targets of ${samples} samples of ${layers[depth]} numbers, got ${targets.length} numbers`,
    );
  }
  return {
    layers,
    hidden,
    output: outputActivation,
    loss,
    biases,
    regularization,
    curvature,
    // The caller's arrays may change, but the hash below must stay right.
    inputs: inputs.slice(),
    targets: targets?.slice(),
    samples,
    name,
    description: {
      problem: "network",
      layers: [...layers],
      activation: hidden.map(nameOf),
      outputActivation: nameOf(outputActivation),
      loss: nameOf(loss),
      biases,
      regularization: {
        coefficient: regularization.coefficient,
        of: `${regularization.average ? "mean" : "sum"} of squares`,
        biases: regularization.biases,
      },
      samples,
      data: dataDescription,
      inputsHash: dataHash([samples, layers[0]!], inputs),
      targetsHash: targets === undefined ? undefined : dataHash([samples, layers[depth]!], targets),
    },
  };
}

const nameOf = (given: unknown): string =>
  typeof given === "string" ? given : `function ${(typeof given === "function" && given.name) || "(unnamed)"}`;

function activationsOf(given: Activation | readonly Activation[], count: number): readonly Activation[] {
  if (typeof given === "string" || typeof given === "function") return Array.from({ length: count }, () => given);
  if (given.length !== count) {
    throw failure(
      "ERR_OPTION_RANGE",
      `network: expected one activation for each of ${count} hidden layers, got ${given.length}`,
    );
  }
  return given;
}

function countSamples(what: string, values: Float64Array, width: number): number {
  if (values.length === 0 || values.length % width !== 0) {
    throw failure(
      "ERR_LENGTH",
      `network: expected ${what} to be whole samples of ${width} numbers, got ${values.length} numbers`,
    );
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw failure(
      "ERR_NOT_FINITE",
      `network: expected finite ${what}, got ${values[bad]} in sample ${Math.floor(bad / width)}, place ${bad % width}`,
    );
  }
  return values.length / width;
}
