import { cast, oneHot, reshape, type Tensor, type Tensor1D, type Tensor2D } from "@tensorflow/tfjs-core";
import { data, standIn } from "../../autodiff/trace/constant.ts";
import { type Complain, isTensor } from "../../autodiff/trace/trace.ts";
import { failure } from "../../errors.ts";
import { readOptions } from "../../options.ts";
import type { Regularization } from "../networks/networkLosses.ts";
import { fullRegularization } from "../networks/regularization.ts";
import type { DataValues, RowSource } from "../problem.ts";
import { describeResult } from "../traced/describeResult.ts";
import { forEachPart } from "../traced/sourceRows.ts";
import { isNumbers, type LossOfOutputs, type OutputsAndLoss, outputsAndLossRules } from "./lossOfOutputs.ts";
import { type OutputLaw, outputLosses } from "./outputLosses.ts";

/** What a model's function returns that computes L itself, in operations of its own. */
export interface OutputsAndTotal {
  readonly outputs: Tensor;
  /** Targets, of the shape of the outputs. */
  readonly targets: Tensor;
  /** L, the penalty included. */
  readonly total: Tensor;
}

/** The checked loss of outputs, as far as it is known before the outputs are. */
export class OutputLoss {
  readonly law: OutputLaw | undefined;
  readonly name: string;
  readonly weighting: "mean" | "sum" | "weights";
  readonly regularization: Required<Regularization>;
  readonly #who: string;
  readonly #given: Required<Pick<LossOfOutputs, "loss" | "weighting" | "variance">> & Pick<LossOfOutputs, "targets">;
  /** Samples, outputs and numbers of a target as the loss is given. */
  #first: { readonly samples: number; readonly outputs: number; readonly width: number } | undefined;

  constructor(who: string, given: OutputsAndLoss<unknown>) {
    const { outputs: _, targets, regularization, ...read } = readOptions(who, given, outputsAndLossRules);
    this.regularization = fullRegularization(who, regularization);
    this.#who = who;
    this.#given = { ...read, ...(targets === undefined ? {} : { targets }) };
    const { loss, weighting } = read;
    this.law = typeof loss === "string" ? outputLosses[loss] : undefined;
    this.name = typeof loss === "string" ? loss : loss.name || "a function";
    this.weighting = typeof weighting === "string" ? weighting : "weights";
    if (this.law !== undefined && targets === undefined) {
      throw failure("ERR_OPTION_TYPE", `${who}: expected targets for the loss ${this.name}, got none`);
    }
    if (loss !== "squared" && given.variance !== undefined) {
      throw failure(
        "ERR_OPTION_RANGE",
        `${who}: expected no variance for the loss ${this.name}, got ${String(given.variance)}; only squared has one`,
      );
    }
  }

  /** Variances of the law, one per output. */
  varianceFor(outputs: number): readonly number[] {
    const { loss, variance } = this.#given;
    if (loss === "meanSquared") return Array.from({ length: outputs }, () => outputs / 2);
    if (typeof variance === "number") return Array.from({ length: outputs }, () => variance);
    if (variance.length === outputs) return variance;
    throw failure(
      "ERR_LENGTH",
      `${this.#who}: expected a variance for each of ${outputs} outputs, got ${variance.length}`,
    );
  }

  /** Makes the outputs z, the losses of an input that stands for z, and the weights where they are numbers. */
  tensors(result: unknown, complain: Complain): readonly Tensor[] {
    const z = outputsOf(result, complain);
    const [samples, outputs] = z.shape;
    const zeta = standIn(standInName, z.shape) as Tensor2D;
    this.#first ??= { samples, outputs, width: this.#widthOf(samples, outputs) };
    const targets = this.#targets(outputs, complain);
    const { loss, weighting } = this.#given;
    const losses =
      typeof loss === "function"
        ? loss(zeta, targets as Tensor)
        : this.law!.loss(zeta, targets as Tensor2D, this.varianceFor(outputs));
    if (!isTensor(losses) || losses.shape.join() !== String(samples)) {
      throw complain(
        `has a loss that returns ${describeResult(losses)} instead of a number for each of ${samples} samples`,
        "reduce the outputs of each sample, by tf.sum(..., 1), and leave the mean over the samples to weighting",
      );
    }
    if (typeof weighting === "string") return [z, losses];
    return [z, losses, data("weights", weighting, [weighting.length])];
  }

  /**
   * Makes the outputs, the losses of an input that stands for them, and the total of a model that computes it; the total
   * alone where outputs and targets are not rows of equally many numbers.
   */
  tensorsOfModel({ outputs, targets, total }: OutputsAndTotal): readonly Tensor[] {
    const fits = outputs.rank === 2 && targets.rank === 2 && outputs.shape.join() === targets.shape.join();
    if (!fits) return [total];
    const zeta = standIn(standInName, outputs.shape) as Tensor2D;
    const losses = this.law!.loss(zeta, targets as Tensor2D, this.varianceFor(outputs.shape[1]!));
    return [outputs, losses, total];
  }

  /** Checks targets and weights that take the place of those given. */
  check(who: string, values: DataValues): void {
    const { targets, weighting } = this.#given;
    const first = this.#first!;
    const { targets: newTargets, weights: newWeights } = values;
    if (newTargets !== undefined && isNumbers(targets)) this.#checkTargets(who, newTargets, first.width, first.outputs);
    if (newWeights !== undefined && typeof weighting !== "string") checkWeights(who, newWeights);
  }

  /** Returns the numbers of a sample's target; 0 for a class number. Checks all of them. */
  #widthOf(samples: number, outputs: number): number {
    const { targets, weighting } = this.#given;
    const who = this.#who;
    if (typeof weighting !== "string") {
      if (weighting.length !== samples) {
        throw failure(
          "ERR_LENGTH",
          `${who}: expected a weight for each of ${samples} samples, got ${weighting.length}`,
        );
      }
      checkWeights(who, weighting);
    }
    if (this.name === "crossEntropy" && this.law !== undefined && outputs < 2) {
      throw failure("ERR_SHAPE", `${who}: expected two outputs at least for crossEntropy, got one; use bernoulli`);
    }
    if (this.name === "gaussian" && this.law !== undefined && outputs % 2 === 1) {
      throw failure(
        "ERR_SHAPE",
        `${who}: expected outputs [means, logarithms of variances] for gaussian, got an odd number, ${outputs}`,
      );
    }
    if (targets === undefined || typeof targets === "function") return 0;
    const whole = this.law?.targetWidth(outputs) ?? targets.length / samples;
    const isClass = this.#hasClasses && targets.length === samples;
    if (!isClass && (targets.length !== samples * whole || !Number.isInteger(whole) || whole < 1)) {
      const wanted = this.#hasClasses ? `${samples} class numbers or ${samples} x ${whole}` : `${samples} x ${whole}`;
      throw failure(
        "ERR_LENGTH",
        `${who}: expected targets of ${this.law === undefined ? `${samples} rows` : `${wanted} numbers`}, ` +
          `got ${targets.length} numbers`,
      );
    }
    const width = isClass ? 0 : whole;
    this.#checkTargets(who, targets, width, outputs);
    return width;
  }

  get #hasClasses(): boolean {
    return this.#given.loss === "crossEntropy";
  }

  #checkTargets(who: string, targets: ArrayLike<number> | RowSource, width: number, outputs: number): void {
    const { law } = this;
    if (law === undefined) return;
    const isClass = this.#hasClasses && width === 0;
    forEachPart(targets, (numbers, from) => {
      for (let i = 0; i < numbers.length; i++) {
        const target = numbers[i]!;
        const right = isClass ? Number.isInteger(target) && target >= 0 && target < outputs : undefined;
        const wanted = isClass ? (right ? undefined : `a class number from 0 to ${outputs - 1}`) : law.wrong(target);
        // NaN and infinities are refused with the place by the data input.
        if (wanted === undefined || !Number.isFinite(target)) continue;
        const sample = width > 0 ? Math.floor((from + i) / width) : from + i;
        throw failure("ERR_OPTION_RANGE", `${who}: expected ${wanted} as target of sample ${sample}, got ${target}`);
      }
    });
  }

  #targets(outputs: number, complain: Complain): Tensor | undefined {
    const { targets } = this.#given;
    if (targets === undefined) return undefined;
    const { samples, width } = this.#first!;
    if (typeof targets !== "function") {
      if (width === 0) return hot(data("targets", targets, [samples], "int32"), outputs);
      return data("targets", targets, [samples, width]);
    }
    const made = targets();
    if (!isTensor(made)) throw complain(`has targets that are ${describeResult(made)}`, "return a tensor");
    if (this.law === undefined) return made;
    if (this.#hasClasses && made.rank === 1) return hot(made, outputs);
    const y = made.rank === 1 ? reshape(made, [made.shape[0]!, 1]) : made;
    const width2 = this.law.targetWidth(outputs);
    if (y.rank === 2 && y.shape[1] === width2) return y;
    throw complain(
      `has targets of shape [${made.shape.join(", ")}]`,
      `return a row of ${width2} numbers for each sample`,
    );
  }
}

/** Name of the input that stands for the outputs where the loss is traced. */
export const standInName = "the outputs";

function hot(classes: Tensor, outputs: number): Tensor {
  return cast(oneHot(classes as Tensor1D, outputs), "float32");
}

function outputsOf(result: unknown, complain: Complain): Tensor2D {
  if (!isTensor(result)) {
    throw complain(
      `returns ${describeResult(result)} as outputs instead of a tensor`,
      "return the outputs as a tensor",
    );
  }
  const { shape } = result;
  if (shape.length === 1) return reshape(result, [shape[0]!, 1]);
  if (shape.length === 2) return result as Tensor2D;
  throw complain(
    `returns outputs of shape [${shape.join(", ")}] instead of samples x outputs`,
    "reshape them to a row for each sample",
  );
}

function checkWeights(who: string, weights: ArrayLike<number> | RowSource): void {
  let sum = 0;
  forEachPart(weights, (numbers, from) => {
    for (let i = 0; i < numbers.length; i++) {
      const weight = numbers[i]!;
      if (weight < 0) {
        throw failure(
          "ERR_OPTION_RANGE",
          `${who}: expected weights of at least 0, got ${weight} for sample ${from + i}`,
        );
      }
      sum += weight;
    }
  });
  if (sum === 0) throw failure("ERR_OPTION_RANGE", `${who}: expected weights with a positive sum, got only zeros`);
}
