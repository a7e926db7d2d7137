import {
  add,
  addN,
  grad,
  matMul,
  mean,
  mul,
  neg,
  softplus,
  square,
  sum,
  type Tensor,
  type Tensor2D,
  tanh,
} from "@tensorflow/tfjs-core";
import { data } from "../../../autodiff/index.ts";
import { cos, sin } from "../../../elementary/index.ts";
import { hypotenuse, norm } from "../../../linalg/vector.ts";
import { readOptions } from "../../../options.ts";
import { randomSource } from "../../../random.ts";
import { extendProblem } from "../../extendProblem.ts";
import { game } from "../../game.ts";
import type { DataValues } from "../../problem.ts";
import { richardson } from "../../richardson.ts";
import { hiddenWidths, nonNegative, positive, positiveInteger, seed } from "../../rules.ts";
import type { GameProblem } from "../../traced/tracedGame.ts";
import { forward, ganCosts } from "./ganNumbers.ts";
import { ringDivergence } from "./ringDivergence.ts";

/**
 * Options of {@link ganRing}.
 *
 * @see [1] Mescheder, Geiger and Nowozin, "Which training methods for GANs do actually converge?", 2018,
 *   arXiv:1801.04406
 */
export interface GanRingOptions {
  /** Number of Gaussians on the ring. Default 8. */
  readonly modes?: number;
  /** Radius of the ring. Default 1. */
  readonly radius?: number;
  /** Standard deviation of each Gaussian. Default 0.05. */
  readonly deviation?: number;
  /** Number of real points, and of generated points, per batch. Default 64. */
  readonly batch?: number;
  /** Widths of the hidden layers of both networks, which have tanh. Default [16, 16]. */
  readonly hidden?: readonly number[];
  /** Cost of the generator: "minimax", the discriminator's gain, or "nonSaturating" (default), -log D(G). */
  readonly loss?: "minimax" | "nonSaturating";
  /** Coefficient gamma >= 0 of the discriminator's penalty gamma / 2 E ||grad D||^2 on real points [1]. Default 0. */
  readonly penalty?: number;
  /** Coefficient lambda >= 0 of lambda / 2 ||weights||^2, which each network adds to its cost. Default 0. */
  readonly weightDecay?: number;
  /** Seed of the first batch. Default 1. */
  readonly seed?: number;
}

const rules = {
  modes: { ...positiveInteger, default: 8 },
  radius: { ...positive, default: 1 },
  deviation: { ...positive, default: 0.05 },
  batch: { ...positiveInteger, default: 64 },
  hidden: { ...hiddenWidths, default: [16, 16] },
  loss: { default: "nonSaturating", oneOf: ["minimax", "nonSaturating"] },
  penalty: { ...nonNegative, default: 0 },
  weightDecay: { ...nonNegative, default: 0 },
  seed,
} as const;

export interface GanRing extends GameProblem {
  /**
   * Gives the norm of both players' own gradients on the first batch. It is 0 where neither gains to first order.
   * Extrapolated differences of costs in plain numbers give it, so that it does not depend on what traces and
   * differentiates the networks. Cost: 12 evaluations of the costs for each weight.
   */
  certificate(point: Float64Array): number;
  /** Draws normal weights of variance 1 / inputs; biases are 0. */
  initialPoint(seed: number): Float64Array;
  /** Draws data for `with`: batch number `step` of a seed. */
  minibatch(seed: number, step: number): { readonly real: Float64Array; readonly latent: Float64Array };
  /** Generates `count` points, two numbers each. */
  samples(point: Float64Array, count: number, seed: number): Float64Array;
  /**
   * Gives the Jensen-Shannon divergence of `count` generated points (default 20,000) from the ring, over the cells of a
   * grid. It is 0 for the ring itself, and log 2 for points that have nothing in common with it. Twice the divergence
   * is the gain of the best of all discriminators over chance (log 4), and so the primal gap of the game over all
   * networks.
   *
   * @see Goodfellow et al., "Generative adversarial nets", 2014, arXiv:1406.2661, theorem 1
   */
  divergence(point: Float64Array, seed: number, count?: number): number;
  /** Counts the Gaussians that have at least one of `count` generated points within three deviations. */
  modesCovered(point: Float64Array, count: number, seed: number): number;
}

const latentSize = 2;

/**
 * Builds a small generative adversarial network for points of the plane on a ring of Gaussians [1], with networks in
 * TensorFlow.js.
 *
 * The generator G maps normal latent points of two numbers to the plane, and the discriminator D maps the plane to a
 * logit. The discriminator minimises E softplus(-D(real)) + E softplus(D(G(latent))) + penalty. The generator minimises
 * E softplus(-D(G(latent))), or with "minimax" minus the discriminator's cost. The expectations are over a batch, which
 * `with(minibatch(seed, step))` exchanges. The blocks are `generator1`, ... and `discriminator1`, ..., weights and
 * biases in turn.
 *
 * `modesCovered` shows mode collapse. On one batch the gradients vanish at a solution, and `certificate` computes them
 * without the networks' tensors. With weight decay solutions are isolated, and methods reach some of them. These may be
 * stable without being local Nash equilibria [3].
 *
 * Cost of an evaluation: O(batch x weights).
 *
 * @example
 * const gan = ganRing({ modes: 8 });
 * iterate(gan, gan.initialPoint(1), extragradient({ stepSize: 0.1 }))
 * @param options {@link GanRingOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for sizes that are not positive, or another loss
 * @see [1] Metz, Poole, Pfau and Sohl-Dickstein, "Unrolled generative adversarial networks", 2017, arXiv:1611.02163
 * @see [2] Mescheder, Geiger and Nowozin, "Which training methods for GANs do actually converge?", 2018,
 *   arXiv:1801.04406
 * @see [3] Berard, Gidel, Almahairi, Vincent and Lacoste-Julien, "A closer look at the optimization landscapes of
 *   generative adversarial networks", 2020, arXiv:1906.04848
 */
export function ganRing(options: GanRingOptions = {}): GanRing {
  const read = readOptions("ganRing", options, rules);
  const { modes, radius, deviation, batch, hidden, loss, penalty, weightDecay, seed } = read;
  const generator = layersOf([latentSize, ...hidden, 2]);
  const discriminator = layersOf([2, ...hidden, 1]);
  const split = generator.length;
  const minibatch = (from: number, step: number): { real: Float64Array; latent: Float64Array } => {
    const random = randomSource(from, "ganRing", step);
    const latent = Float64Array.from({ length: batch * latentSize }, () => random.normal());
    const real = new Float64Array(2 * batch);
    for (let i = 0; i < batch; i++) {
      const angle = (2 * Math.PI * Math.floor(modes * random.uniform())) / modes;
      real[2 * i] = radius * cos(angle) + deviation * random.normal();
      real[2 * i + 1] = radius * sin(angle) + deviation * random.normal();
    }
    return { real, latent };
  };
  const first = minibatch(seed, 0);
  const real = (): Tensor => data("real", first.real, [batch, 2]);
  const fakeLogits = (tensors: readonly Tensor[]): Tensor =>
    network(tensors.slice(split), network(tensors.slice(0, split), data("latent", first.latent, [batch, latentSize])));
  const decay = (own: readonly Tensor[]): Tensor[] =>
    weightDecay === 0 ? [] : own.map((weights) => mul(weightDecay / 2, sum(square(weights))));
  const discriminatorCost = (...tensors: Tensor[]): Tensor => {
    const judge = (x: Tensor): Tensor => network(tensors.slice(split), x);
    const terms = [mean(softplus(neg(judge(real())))), mean(softplus(fakeLogits(tensors)))];
    if (penalty > 0) {
      const slopes = grad((x: Tensor) => sum(judge(x)))(real());
      terms.push(mul(penalty / (2 * batch), sum(square(slopes))));
    }
    return addN([...terms, ...decay(tensors.slice(split))]);
  };
  const generatorCost = (...tensors: Tensor[]): Tensor => {
    const logits = fakeLogits(tensors);
    const fooling = loss === "minimax" ? neg(mean(softplus(logits))) : mean(softplus(neg(logits)));
    return addN([fooling, ...decay(tensors.slice(0, split))]);
  };
  const problem = game(
    [
      { name: "generator", shapes: generator, cost: generatorCost },
      { name: "discriminator", shapes: discriminator, cost: discriminatorCost },
    ],
    {
      name: "ganRing",
      description: {
        problem: "ganRing",
        modes,
        radius,
        deviation,
        batch,
        hidden: [...hidden],
        loss,
        penalty,
        weightDecay,
        seed,
      },
    },
  );
  const samples = (point: Float64Array, count: number, from: number): Float64Array => {
    const random = randomSource(from, "ganRing", "samples");
    const latent = Float64Array.from({ length: count * latentSize }, () => random.normal());
    return forward(point, problem.blocks.slice(0, split), latent).signals;
  };
  return extendProblem(problem, {
    game: problem.game,
    with: (given: DataValues) => problem.with(given),
    rowsOf: (given: DataValues) => problem.rowsOf(given),
    minibatch,
    samples,
    divergence(point: Float64Array, from: number, count?: number) {
      return ringDivergence(samples(point, count ?? 20_000, from), { modes, radius, deviation });
    },
    certificate(point: Float64Array) {
      const terms = {
        generator: problem.blocks.slice(0, split),
        discriminator: problem.blocks.slice(split),
        loss,
        penalty,
        weightDecay,
        ...first,
      };
      const moved = point.slice();
      const slopes = point.map((x, i) => {
        const own = i < problem.game.players[0]!.size ? 0 : 1;
        const { derivative } = richardson(
          (t) => {
            moved[i] = x + t;
            return Float64Array.of(ganCosts(moved, terms)[own]);
          },
          0.1,
          6,
        );
        moved[i] = x;
        return derivative[0]!;
      });
      return norm(Float64Array.from(slopes));
    },
    initialPoint(from: number) {
      const point = new Float64Array(problem.dimension);
      const random = randomSource(from, "ganRing", "initialPoint");
      for (const { shape, offset, size } of problem.blocks) {
        if (shape.length < 2) continue;
        for (let k = 0; k < size; k++) point[offset + k] = random.normal() / Math.sqrt(shape[0]!);
      }
      return point;
    },
    modesCovered(point: Float64Array, count: number, from: number) {
      const points = samples(point, count, from);
      let covered = 0;
      for (let mode = 0; mode < modes; mode++) {
        const angle = (2 * Math.PI * mode) / modes;
        for (let i = 0; i < count; i++) {
          const away = hypotenuse(points[2 * i]! - radius * cos(angle), points[2 * i + 1]! - radius * sin(angle));
          if (away > 3 * deviation) continue;
          covered++;
          break;
        }
      }
      return covered;
    },
  });
}

function layersOf(widths: readonly number[]): readonly (readonly number[])[] {
  return widths.slice(1).flatMap((width, l) => [[widths[l]!, width], [width]]);
}

/** Applies dense layers with tanh between them. */
function network(tensors: readonly Tensor[], input: Tensor): Tensor {
  let signal = input;
  for (let l = 0; l < tensors.length; l += 2) {
    signal = add(matMul(signal as Tensor2D, tensors[l] as Tensor2D), tensors[l + 1]!);
    if (l + 2 < tensors.length) signal = tanh(signal);
  }
  return signal;
}
