import type { Tensor } from "@tensorflow/tfjs-core";
import { failure } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import { showValue } from "../../options.ts";
import { randomSource } from "../../random.ts";
import { type Activation, activations } from "../networks/activations.ts";
import { arePositiveIntegers, positiveInteger } from "../rules.ts";

/** A network without data: shapes of its parameters, and its outputs as a function of them, in TensorFlow.js. */
export interface Model {
  readonly name: string;
  /** Shape of one input, such as [64] or [8, 8, 1]. */
  readonly inputShape: readonly number[];
  /** Number of outputs per row. */
  readonly outputs: number;
  /** Shapes of the parameters, in their order in a point. */
  readonly shapes: readonly (readonly number[])[];
  /** Names of the parameters, such as `layer1.weights`. */
  readonly names: readonly string[];
  /** Computes the outputs, rows x outputs, of inputs of the shape [rows, ...inputShape]. */
  apply(inputs: Tensor, parameters: readonly Tensor[]): Tensor;
  /** Draws a start. The same seed gives the same bits everywhere. */
  initialPoint(seed: number): Float64Array;
  /** What `run.json` keeps of the model. */
  readonly description: JsonValue;
}

/** One parameter tensor and how it begins. */
interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  /** Deviation of independent normal entries. Absent: all entries are `value`. */
  readonly deviation?: number;
  readonly value?: number;
}

/** Collects the parameters of a model, layer by layer. */
export class Weights {
  readonly list: Weight[] = [];

  /** Adds weights of variance gain / fanIn, and gives their place. */
  normal(name: string, shape: readonly number[], gain: number): number {
    const fanIn = shape.slice(0, -1).reduce((product, extent) => product * extent, 1);
    return this.list.push({ name, shape, deviation: Math.sqrt(gain / fanIn) }) - 1;
  }

  /** Adds a vector whose entries are the same. */
  filled(name: string, length: number, value: number): number {
    return this.list.push({ name, shape: [length], value }) - 1;
  }
}

/** Builds a model from its parameters and its function. */
export function modelOf(parts: {
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly outputs: number;
  readonly weights: readonly Weight[];
  readonly apply: (inputs: Tensor, parameters: readonly Tensor[]) => Tensor;
  readonly options: JsonValue;
}): Model {
  const { name, inputShape, outputs, weights, apply, options } = parts;
  return {
    name,
    inputShape,
    outputs,
    shapes: weights.map(({ shape }) => shape),
    names: weights.map((weight) => weight.name),
    apply,
    description: { model: name, inputShape: [...inputShape], outputs, ...(options as object) },
    initialPoint(seed) {
      const size = (weight: Weight): number => weight.shape.reduce((product, extent) => product * extent, 1);
      const point = new Float64Array(weights.reduce((sum, weight) => sum + size(weight), 0));
      let offset = 0;
      for (const weight of weights) {
        const end = offset + size(weight);
        if (weight.deviation === undefined) point.fill(weight.value ?? 0, offset, end);
        else {
          const random = randomSource(seed, "model", "initialPoint", weight.name);
          for (let i = offset; i < end; i++) point[i] = weight.deviation * random.normal();
        }
        offset = end;
      }
      return point;
    },
  };
}

/** Says what of a {@link Model} a value lacks; undefined if nothing. */
export function whyNotModel(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return `expected an object, got ${showValue(value)}`;
  const model = value as Partial<Record<keyof Model, unknown>>;
  const lists = (list: unknown): boolean => Array.isArray(list);
  const demands: readonly (readonly [keyof Model, string, (part: unknown) => boolean])[] = [
    ["name", "a text", (part) => typeof part === "string" && part !== ""],
    ["inputShape", "a list of positive integers", (part) => arePositiveIntegers(part, 0)],
    ["outputs", "a positive integer", (part) => arePositiveIntegers([part], 1)],
    ["shapes", "a list of shapes", (part) => lists(part) && (part as unknown[]).every(lists)],
    ["names", "a list of names", lists],
    ["apply", "a function", (part) => typeof part === "function"],
    ["initialPoint", "a function", (part) => typeof part === "function"],
  ];
  const wrong = demands.find(([part, , is]) => !is(model[part]));
  return wrong === undefined ? undefined : `expected ${wrong[0]} to be ${wrong[1]}, got ${showValue(model[wrong[0]])}`;
}

/** Options that all models have. */
export interface ModelOptions {
  /** Shape of one input, such as [64], or [8, 8, 1] for images: rows, columns, channels. */
  readonly inputShape: readonly number[];
  /** Number of outputs per row: classes, or targets. */
  readonly outputs: number;
}

export const modelRules = {
  inputShape: {
    required: true,
    expected: "a list of positive integers such as [8, 8, 1]",
    is: (value: unknown) => arePositiveIntegers(value, 1),
    range: true,
  },
  outputs: { ...positiveInteger, required: true },
} as const;

export const activationRule = {
  expected: `a function or one of ${Object.keys(activations).join(", ")}`,
  is: (value: unknown) =>
    typeof value === "function" || (typeof value === "string" && Object.hasOwn(activations, value)),
  range: true,
} as const;

/** A list of numbers of channels or units. */
export const widths = {
  expected: "a list of at least one positive integer",
  is: (value: unknown) => arePositiveIntegers(value, 1),
  range: true,
} as const;

export const activate = (activation: Activation, z: Tensor): Tensor =>
  (typeof activation === "string" ? activations[activation] : activation)(z);

/** Variance of weights before an activation, times the number of their inputs: 2 before relu, else 1. */
export const gainBefore = (activation: Activation): number => (activation === "relu" ? 2 : 1);

export const activationName = (activation: Activation): string =>
  typeof activation === "string" ? activation : `function ${activation.name || "(unnamed)"}`;

/** Refuses inputs that are not images. */
export function checkImages(who: string, inputShape: readonly number[]): void {
  if (inputShape.length === 3) return;
  throw failure(
    "ERR_SHAPE",
    `${who}: expected inputShape to be [rows, columns, channels], got [${inputShape.join(", ")}]; ` +
      "give dataset() the shape of an image",
  );
}
