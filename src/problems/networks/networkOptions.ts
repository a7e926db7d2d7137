import { failure } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import { dataHash } from "../data/dataHash.ts";
import { type Activation, activations } from "./activations.ts";
import { type NetworkLoss, networkLosses, type Regularization } from "./networkLosses.ts";

export interface NetworkOptions {
  /** Widths from the inputs to the outputs: [16, 8, 16] has two layers of weights. */
  readonly layers: readonly number[];
  /** Of the hidden layers: one for all, or one each. Default `swish` [1]. */
  readonly activation?: Activation | readonly Activation[];
  /** Of the last layer; default `linear`. */
  readonly outputActivation?: Activation;
  /** Default `meanSquaredError`. */
  readonly loss?: NetworkLoss;
  /** X, sample after sample, samples x layers[0]. */
  readonly inputs: Float64Array;
  /** Sample after sample, samples x outputs. Default: the inputs (an autoencoder). */
  readonly targets?: Float64Array;
  /** Whether layers have biases; default true. */
  readonly biases?: boolean;
  /** c in c ||z||^2 (all parameters, biases too, summed, without 1/2), or the choices in full; default 0. */
  readonly regularization?: number | Regularization;
  /** Default "network". */
  readonly name?: string;
  /** What `run.json` keeps of the data, such as their source; a hash of them is kept in any case. */
  readonly dataDescription?: JsonValue;
}

interface CheckedNetwork {
  readonly layers: readonly number[];
  /** One for each hidden layer. */
  readonly hidden: readonly Activation[];
  readonly output: Activation;
  readonly loss: NetworkLoss;
  readonly biases: boolean;
  readonly regularization: Regularization;
  readonly inputs: Float64Array;
  readonly targets: Float64Array | undefined;
  readonly samples: number;
  readonly name: string;
  readonly description: JsonValue;
}

/** Fills in the defaults and refuses what does not fit together. */
export function checkedNetwork(options: NetworkOptions): CheckedNetwork {
  const { layers, activation = "swish", outputActivation = "linear", loss = "meanSquaredError" } = options;
  const { inputs, targets, biases = true, name = "network" } = options;
  checkLayers(layers);
  const depth = layers.length - 1;
  const hidden = activationsOf(activation, depth - 1);
  for (const each of [...hidden, outputActivation]) checkName("activation", each, Object.keys(activations));
  checkName("loss", loss, Object.keys(networkLosses));
  const regularization =
    typeof options.regularization === "object" ? options.regularization : { coefficient: options.regularization ?? 0 };
  if (!(regularization.coefficient >= 0 && regularization.coefficient < Number.POSITIVE_INFINITY)) {
    throw failure(
      "ERR_OPTION_RANGE",
      `network: expected a regularization of 0 or more, got ${regularization.coefficient}`,
    );
  }
  const samples = countSamples("inputs", inputs, layers[0]!);
  if (targets === undefined) {
    if (layers[0] !== layers[depth]) {
      throw failure(
        "ERR_OPTION_RANGE",
        `network: expected targets, since ${layers[0]} inputs and ${layers[depth]} outputs make no autoencoder`,
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
    // Copies: the caller's arrays may change, the hash below may not.
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
        biases: regularization.biases ?? true,
      },
      samples,
      data: options.dataDescription,
      inputsHash: dataHash([samples, layers[0]!], inputs),
      targetsHash: targets === undefined ? undefined : dataHash([samples, layers[depth]!], targets),
    },
  };
}

const nameOf = (given: unknown): string =>
  typeof given === "string" ? given : `function ${(typeof given === "function" && given.name) || "(unnamed)"}`;

function checkLayers(layers: readonly number[]): void {
  const good = layers.length >= 2 && layers.every((width) => Number.isInteger(width) && width > 0);
  if (!good) {
    throw failure(
      "ERR_OPTION_RANGE",
      `network: expected layers to be at least two positive integers, inputs first, got [${layers.join(", ")}]`,
    );
  }
}

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

function checkName(what: string, given: unknown, known: readonly string[]): void {
  if (typeof given === "function" || (typeof given === "string" && known.includes(given))) return;
  throw failure(
    "ERR_OPTION_RANGE",
    `network: expected ${what} to be a function or one of ${known.join(", ")}, got ${String(given)}`,
  );
}

function countSamples(what: string, values: Float64Array, width: number): number {
  if (!(values instanceof Float64Array)) {
    throw failure("ERR_OPTION_TYPE", `network: expected ${what} to be a Float64Array, got ${typeof values}`);
  }
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
