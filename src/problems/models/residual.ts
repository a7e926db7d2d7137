import {
  add,
  conv2d,
  div,
  matMul,
  mean,
  mul,
  reshape,
  sqrt,
  square,
  sub,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { failure } from "../../errors.ts";
import { readOptions } from "../../options.ts";
import type { Activation } from "../networks/activations.ts";
import { positiveInteger } from "../rules.ts";
import {
  activate,
  activationName,
  activationRule,
  checkImages,
  gainBefore,
  type Model,
  type ModelOptions,
  modelOf,
  modelRules,
  Weights,
  widths,
} from "./model.ts";

/** Options of {@link residualNetwork}. */
export interface ResidualOptions extends ModelOptions {
  /** Numbers of channels of the stages; each stage but the first halves rows and columns. Default [8, 16]. */
  readonly channels?: readonly number[];
  /** Number of residual blocks of a stage. Default 1. */
  readonly blocks?: number;
  /** Number of channels of the first convolution. Default: that of the first stage. */
  readonly stem?: number;
  /** Activation. Default "relu" [1]. */
  readonly activation?: Activation;
  /** Normalisation before each activation: over groups of channels of one image [2], or none. Default "group". */
  readonly normalisation?: "group" | "none";
  /** Number of groups of channels, where it divides them; else their largest common divisor. Default 4. */
  readonly groups?: number;
}

/** Options of {@link wideResidualNetwork}. */
export interface WideResidualOptions
  extends ModelOptions,
    Pick<ResidualOptions, "activation" | "normalisation" | "groups"> {
  /** Number of convolutions and linear layers, 6 n + 4. Default 28 [1]. */
  readonly depth?: number;
  /** Factor k of the channels 16 k, 32 k, 64 k. Default 10 [1]. */
  readonly width?: number;
}

const common = {
  ...modelRules,
  activation: { ...activationRule, default: "relu" },
  normalisation: { default: "group", oneOf: ["group", "none"] },
  groups: { ...positiveInteger, default: 4 },
} as const;
const rules = {
  ...common,
  channels: { ...widths, default: [8, 16] },
  blocks: { ...positiveInteger, default: 1 },
  stem: positiveInteger,
} as const;
const wideRules = {
  ...common,
  depth: { ...positiveInteger, default: 28 },
  width: { ...positiveInteger, default: 10 },
} as const;

/**
 * Makes a residual network of blocks with the activation first [1].
 *
 * A 3 x 3 convolution, then stages of blocks x + conv(act(norm(conv(act(norm(x)))))), then the mean over all pixels and
 * a linear layer. Where a block changes the number of channels or halves the image, its x goes through a 1 x 1
 * convolution. Paddings are "same".
 *
 * The normalisation is that of groups of channels within one image [2], so each row's outputs depend on that row alone.
 * Batch normalisation is not offered: its outputs couple the rows of a batch, and its running averages are not a function
 * of the point.
 *
 * Filters begin as independent normal numbers of variance gain / (inputs of a filter), the gain 2 before relu, else 1;
 * so the law of the first layer is isotropic in patches. Without normalisation the last convolution of each block begins
 * at 0, so that the blocks begin as the identity. Scales begin at 1, shifts and biases at 0.
 *
 * @example
 * const model = residualNetwork({ inputShape: [8, 8, 1], outputs: 10, channels: [4, 8] });
 * console.log(model.names.length, model.initialPoint(1).length);
 * // 18 1366
 * @param options {@link ResidualOptions}
 * @throws {RangeError} ERR_SHAPE for inputs that are not images; ERR_OPTION_RANGE for numbers that are not positive
 *   integers
 * @see [1] Zagoruyko and Komodakis, "Wide residual networks", 2016, arXiv:1605.07146; He et al., "Identity mappings in
 *   deep residual networks", 2016, arXiv:1603.05027
 * @see [2] Wu and He, "Group normalization", 2018, arXiv:1803.08494
 */
export function residualNetwork(options: ResidualOptions): Model {
  const read = readOptions("residualNetwork", options, rules);
  return residual("residual network", read, { stem: read.stem ?? read.channels[0]! });
}

/**
 * Makes a wide residual network [1] of depth 6 n + 4 and width k: {@link residualNetwork} with a first convolution of 16
 * channels, and three stages of n blocks with 16 k, 32 k and 64 k channels.
 *
 * Unlike [1] it normalises over groups of channels instead of batches, for the reason given there, and without dropout.
 * The law of its first layer is isotropic in patches. With the default depth and width it has 36.5 million parameters.
 *
 * @example
 * const model = wideResidualNetwork({ inputShape: [32, 32, 3], outputs: 10, depth: 10, width: 1 });
 * console.log(model.names.length, model.initialPoint(1).length);
 * // 25 77850
 * @param options {@link WideResidualOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for a depth that is not 6 n + 4; else as {@link residualNetwork}
 * @see [1] Zagoruyko and Komodakis, "Wide residual networks", 2016, arXiv:1605.07146
 */
export function wideResidualNetwork(options: WideResidualOptions): Model {
  const { depth, width, ...rest } = readOptions("wideResidualNetwork", options, wideRules);
  const blocks = (depth - 4) / 6;
  if (!(Number.isInteger(blocks) && blocks > 0)) {
    throw failure(
      "ERR_OPTION_RANGE",
      `wideResidualNetwork: expected depth to be 6 n + 4, such as 10, 16 or 28, got ${depth}`,
    );
  }
  const channels = [16 * width, 32 * width, 64 * width];
  return residual("wide residual network", { ...rest, channels, blocks }, { stem: 16, depth, width });
}

type Read = Required<Omit<ResidualOptions, "stem">>;

interface Block {
  readonly norms: readonly (readonly [number, number] | undefined)[];
  readonly filters: readonly number[];
  readonly shortcut: number | undefined;
  readonly stride: number;
}

function residual(
  name: string,
  { inputShape, outputs, channels, blocks, activation, normalisation, groups }: Read,
  about: { readonly stem: number; readonly depth?: number; readonly width?: number },
): Model {
  checkImages(name === "residual network" ? "residualNetwork" : "wideResidualNetwork", inputShape);
  const weights = new Weights();
  const gain = gainBefore(activation);
  const norm = (label: string, count: number): readonly [number, number] | undefined =>
    normalisation === "none"
      ? undefined
      : [weights.filled(`${label}.scale`, count, 1), weights.filled(`${label}.shift`, count, 0)];
  const { stem } = about;
  const first = weights.normal("stem.filters", [3, 3, inputShape[2]!, stem], 1);
  let before = stem;
  const list: Block[] = [];
  for (const [s, count] of channels.entries()) {
    for (let b = 0; b < blocks; b++) {
      const label = `stage${s + 1}.block${b + 1}`;
      const stride = s > 0 && b === 0 ? 2 : 1;
      const norm1 = norm(`${label}.norm1`, before);
      const filters1 = weights.normal(`${label}.filters1`, [3, 3, before, count], gain);
      const norm2 = norm(`${label}.norm2`, count);
      const last = normalisation === "none" ? 0 : gain;
      const filters2 = weights.normal(`${label}.filters2`, [3, 3, count, count], last);
      const changes = stride > 1 || before !== count;
      const shortcut = changes ? weights.normal(`${label}.shortcut`, [1, 1, before, count], 1) : undefined;
      list.push({ norms: [norm1, norm2], filters: [filters1, filters2], shortcut, stride });
      before = count;
    }
  }
  const lastNorm = norm("output.norm", before);
  const output = weights.normal("output.weights", [before, outputs], 1);
  const bias = weights.filled("output.bias", outputs, 0);
  const features = before;

  return modelOf({
    name,
    inputShape,
    outputs,
    weights: weights.list,
    options: {
      ...about,
      ...{ channels: [...channels], blocks, activation: activationName(activation), normalisation, groups },
    },
    apply(x, parameters) {
      const prepared = (signal: Tensor, places: readonly [number, number] | undefined): Tensor4D => {
        const normal =
          places === undefined
            ? signal
            : add(mul(normalised(signal, groups), parameters[places[0]]!), parameters[places[1]]!);
        return activate(activation, normal) as Tensor4D;
      };
      let signal: Tensor = conv2d(x as Tensor4D, parameters[first] as Tensor4D, 1, "same");
      for (const { norms, filters, shortcut, stride } of list) {
        const inside = conv2d(prepared(signal, norms[0]), parameters[filters[0]!] as Tensor4D, stride, "same");
        const added = conv2d(prepared(inside, norms[1]), parameters[filters[1]!] as Tensor4D, 1, "same");
        const kept =
          shortcut === undefined
            ? signal
            : conv2d(signal as Tensor4D, parameters[shortcut] as Tensor4D, stride, "same");
        signal = add(kept, added);
      }
      const pooled = mean(prepared(signal, lastNorm), [1, 2]);
      const rows = reshape(pooled, [x.shape[0]!, features]) as Tensor2D;
      return add(matMul(rows, parameters[output] as Tensor2D), parameters[bias]!);
    },
  });
}

/** Number added to variances, as in [2]. */
const damping = 1e-5;

/** Subtracts the mean and divides by the deviation over the pixels of each group of channels of each image. */
function normalised(signal: Tensor, wanted: number): Tensor {
  const [rows, height, width, channels] = signal.shape as [number, number, number, number];
  const groups = commonDivisor(wanted, channels);
  const grouped = reshape(signal, [rows, height * width, groups, channels / groups]);
  const centred = sub(grouped, mean(grouped, [1, 3], true));
  const variance = mean(square(centred), [1, 3], true);
  return reshape(div(centred, sqrt(add(variance, damping))), signal.shape);
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
