import {
  add,
  matMul,
  mean,
  mul,
  neg,
  reshape,
  softplus,
  square,
  sum,
  type Tensor,
  type Tensor2D,
} from "@tensorflow/tfjs-core";
import { data } from "../../../autodiff/index.ts";
import { exp, log1p } from "../../../elementary/index.ts";
import { failure } from "../../../errors.ts";
import { readOptions } from "../../../options.ts";
import { randomSource } from "../../../random.ts";
import { mnist4x4 } from "../../data/mnist4x4.ts";
import { extendProblem } from "../../extendProblem.ts";
import { activations } from "../../networks/activations.ts";
import type { DataValues } from "../../problem.ts";
import { hiddenWidths, positive, positiveInteger } from "../../rules.ts";
import { saddlePoint } from "../../saddlePoint.ts";
import { box } from "../../sets/box.ts";
import type { GameProblem } from "../../traced/tracedGame.ts";

export interface AdversarialDigitsOptions {
  /** Two digits to be told apart. Default 3 and 8. */
  readonly digits?: readonly [number, number];
  /** Number of images, taken in the order of the training set. Default 100. */
  readonly samples?: number;
  /** Greatest change epsilon > 0 of each standardised pixel by the adversary. Default 0.2. */
  readonly radius?: number;
  /** Widths of the hidden layers, which have swish. Default: no hidden layers, which is logistic regression. */
  readonly hidden?: readonly number[];
  /** Coefficient mu > 0 of the penalty mu / 2 times the sum of squared weights. Default 0.1. */
  readonly ridge?: number;
}

const isDigit = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 9;

const rules = {
  digits: {
    default: [3, 8],
    expected: "two different digits",
    is: (value: unknown) => Array.isArray(value) && value.length === 2 && value.every(isDigit) && value[0] !== value[1],
    range: true,
  },
  samples: { ...positiveInteger, default: 100 },
  radius: { ...positive, default: 0.2 },
  hidden: { ...hiddenWidths, default: [] },
  ridge: { ...positive, default: 0.1 },
} as const;

export interface AdversarialDigits extends GameProblem {
  /** Draws normal weights of variance 1 / inputs; biases and disturbances are 0. */
  initialPoint(seed: number): Float64Array;
  /**
   * Gives the loss of logistic regression under the worst of all disturbances, which is -epsilon label sign(w) for each
   * image. Absent with hidden layers.
   */
  readonly robustLoss?: (point: Float64Array) => number;
}

/**
 * Builds adversarial training on handwritten digits of 4 x 4 pixels as a saddle-point problem.
 *
 * It is min over the weights, max over a disturbance of each image with entries up to epsilon, of the mean of
 * log(1 + exp(-label score(image + disturbance))) plus a ridge penalty. Labels are 1 for the first digit and -1 for the
 * second; `with({ images, labels })` exchanges the data.
 *
 * The loss is convex in the disturbances too, so a solution of the variational inequality is a first-order solution.
 * For logistic regression it is the global minimum of the robust loss, which is known in closed form and serves as a
 * certificate. With hidden layers the problem is neither convex nor concave.
 *
 * Cost of an evaluation: O(samples x weights).
 *
 * @example adversarialDigits({ digits: [0, 1], hidden: [8] })
 * @param options {@link AdversarialDigitsOptions}
 * @throws {RangeError} ERR_OPTION_RANGE unless there are two different digits, enough samples of them, and positive
 *   sizes
 * @see Madry, Makelov, Schmidt, Tsipras and Vladu, "Towards deep learning models resistant to adversarial attacks",
 *   2018, arXiv:1706.06083
 */
export function adversarialDigits(options: AdversarialDigitsOptions = {}): AdversarialDigits {
  const { digits, samples, radius, hidden, ridge } = readOptions("adversarialDigits", options, rules);
  const { images, labels, inputs } = chosen(digits, samples);
  const widths = [inputs, ...hidden, 1];
  const shapes: (readonly number[])[] = [];
  const names: string[] = [];
  for (let l = 1; l < widths.length; l++) {
    shapes.push([widths[l - 1]!, widths[l]!], [widths[l]!]);
    names.push(`layer${l}.weights`, `layer${l}.bias`);
  }
  const problem = saddlePoint(
    shapes,
    [[samples, inputs]],
    (...tensors: Tensor[]) => {
      let signal: Tensor = add(data("images", images, [samples, inputs]), tensors.at(-1)!);
      let penalty: Tensor | undefined;
      for (let l = 0; l + 1 < widths.length; l++) {
        const weights = tensors[2 * l]!;
        signal = add(matMul(signal as Tensor2D, weights as Tensor2D), tensors[2 * l + 1]!);
        if (l + 2 < widths.length) signal = activations.swish(signal);
        const squares = sum(square(weights));
        penalty = penalty === undefined ? squares : add(penalty, squares);
      }
      const margins = mul(reshape(signal, [samples]), data("labels", labels, [samples]));
      return add(mean(softplus(neg(margins))), mul(ridge / 2, penalty!));
    },
    {
      name: "adversarialDigits",
      players: ["classifier", "adversary"],
      names: [...names, "disturbance"],
      maxSet: box(new Float64Array(samples * inputs).fill(-radius), new Float64Array(samples * inputs).fill(radius)),
      description: { problem: "adversarialDigits", digits: [...digits], samples, radius, hidden: [...hidden], ridge },
    },
  );
  return extendProblem(problem, {
    game: problem.game,
    with: (given: DataValues) => problem.with(given),
    rowsOf: (given: DataValues) => problem.rowsOf(given),
    initialPoint(seed: number) {
      const point = new Float64Array(problem.dimension);
      const random = randomSource(seed, "adversarialDigits");
      for (const { name, offset, size, shape } of problem.blocks) {
        if (!name.endsWith(".weights")) continue;
        for (let k = 0; k < size; k++) point[offset + k] = random.normal() / Math.sqrt(shape[0]!);
      }
      return point;
    },
    ...(hidden.length === 0 && { robustLoss: logisticWorst(images, labels, inputs, radius, ridge) }),
  });
}

/** Makes the function mean softplus(-label (w . x + b) + epsilon ||w||_1) + mu ||w||^2 / 2. */
function logisticWorst(images: Float64Array, labels: Float64Array, inputs: number, radius: number, ridge: number) {
  return (point: Float64Array): number => {
    let [size, squares] = [0, 0];
    for (let k = 0; k < inputs; k++) {
      size += Math.abs(point[k]!);
      squares += point[k]! ** 2;
    }
    let total = 0;
    for (const [i, label] of labels.entries()) {
      let score = point[inputs]!;
      for (let k = 0; k < inputs; k++) score += point[k]! * images[i * inputs + k]!;
      const t = radius * size - label * score;
      total += Math.max(0, t) + log1p(exp(-Math.abs(t)));
    }
    return total / labels.length + (ridge / 2) * squares;
  };
}

function chosen(
  digits: readonly [number, number],
  samples: number,
): { images: Float64Array; labels: Float64Array; inputs: number } {
  const all = mnist4x4();
  const places = Array.from(all.labels.keys()).filter((i) => digits.includes(all.labels[i]!));
  if (samples > places.length) {
    throw failure(
      "ERR_OPTION_RANGE",
      `adversarialDigits: expected 1 to ${places.length} samples of ${digits.join(" and ")}, got ${samples}`,
    );
  }
  const { inputs } = all;
  const taken = places.slice(0, samples);
  const images = new Float64Array(samples * inputs);
  for (const [k, i] of taken.entries()) images.set(all.pixels.subarray(i * inputs, (i + 1) * inputs), k * inputs);
  return { images, labels: Float64Array.from(taken, (i) => (all.labels[i] === digits[0] ? 1 : -1)), inputs };
}
