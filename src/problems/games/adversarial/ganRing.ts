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
import { failure } from "../../../errors.ts";
import { hypotenuse, norm } from "../../../linalg/vector.ts";
import { randomSource } from "../../../random.ts";
import { extendProblem } from "../../extendProblem.ts";
import { game } from "../../game.ts";
import type { DataValues } from "../../problem.ts";
import { richardson } from "../../richardson.ts";
import { checkPositive } from "../../sets/convexSet.ts";
import type { GameProblem } from "../../traced/tracedGame.ts";
import { forward, ganCosts } from "./ganNumbers.ts";
import { ringDivergence } from "./ringDivergence.ts";

export interface GanRingOptions {
  /** Gaussians on the ring; default 8. */
  readonly modes?: number;
  /** Of the ring; default 1. */
  readonly radius?: number;
  /** Standard deviation of each Gaussian; default 0.05. */
  readonly deviation?: number;
  /** Real and generated points a batch; default 64. */
  readonly batch?: number;
  /** Widths of the hidden layers of both networks, with tanh; default [16, 16]. */
  readonly hidden?: readonly number[];
  /** What the generator minimises: "minimax" the discriminator's gain, "nonSaturating" (default) -log D(G). */
  readonly loss?: "minimax" | "nonSaturating";
  /** gamma >= 0 of the discriminator's penalty gamma / 2 E ||grad D(x)||^2 on real points (R1) [2]; default 0. */
  readonly penalty?: number;
  /** lambda >= 0 of lambda / 2 ||weights||^2 that each network adds to its cost; default 0. */
  readonly weightDecay?: number;
  /** Of the first batch; default 1. */
  readonly seed?: number;
}

export interface GanRing extends GameProblem {
  /**
   * The norm of both players' own gradients on the first batch, by extrapolated differences of costs in plain numbers: 0 where
   * neither gains to first order, whatever traces and differentiates the networks. 12 costs a weight.
   */
  certificate(point: Float64Array): number;
  /** Normal weights of variance 1 / inputs, biases 0. */
  initialPoint(seed: number): Float64Array;
  /** Data for `with`: batch number `step` of a seed. */
  minibatch(seed: number, step: number): { readonly real: Float64Array; readonly latent: Float64Array };
  /** `count` generated points, two numbers each. */
  samples(point: Float64Array, count: number, seed: number): Float64Array;
  /**
   * The Jensen-Shannon divergence of `count` generated points (default 20,000) from the ring, over the cells of a grid: 0 for the ring itself,
   * log 2 for what has nothing of it. Twice that is what the best of all discriminators gains over chance (log 4), hence the primal
   * gap of the game over all networks.
   * @see Goodfellow et al., "Generative adversarial nets", 2014, arXiv:1406.2661, theorem 1
   */
  divergence(point: Float64Array, seed: number, count?: number): number;
  /** How many of the Gaussians have at least one of `count` generated points within three deviations. */
  modesCovered(point: Float64Array, count: number, seed: number): number;
}

const latentSize = 2;

/**
 * A small generative adversarial network: points of the plane on a ring of Gaussians [1], networks in TensorFlow.js.
 *
 * G maps normal latent points of two numbers to the plane, D the plane to a logit. The discriminator minimises
 * E softplus(-D(real)) + E softplus(D(G(latent))) + penalty, the generator E softplus(-D(G(latent))) or minus the
 * discriminator's. Expectations are over a batch, which `with(minibatch(seed, step))` exchanges. `modesCovered` tells mode
 * collapse. On one batch a solution has vanishing gradients, which `certificate` computes without the networks' tensors; with weight
 * decay solutions are isolated, and methods reach some. They may be stable without being local Nash equilibria [3]. Blocks `generator1`, ... and `discriminator1`, ..., weights and biases in turn.
 *
 * @example
 * const gan = ganRing({ modes: 8 });
 * iterate(gan, gan.initialPoint(1), extragradient({ stepSize: 0.1 }))
 * @throws {RangeError} ERR_OPTION_RANGE for sizes that are not positive
 * @see [1] Metz, Poole, Pfau and Sohl-Dickstein, "Unrolled generative adversarial networks", 2017, arXiv:1611.02163
 * @see [2] Mescheder, Geiger and Nowozin, "Which training methods for GANs do actually converge?", 2018, arXiv:1801.04406
 * @see [3] Berard, Gidel, Almahairi, Vincent and Lacoste-Julien, "A closer look at the optimization landscapes of generative
 *   adversarial networks", 2020, arXiv:1906.04848
 */
export function ganRing(options: GanRingOptions = {}): GanRing {
  const { modes = 8, radius = 1, deviation = 0.05, batch = 64, hidden = [16, 16] } = options;
  const { loss = "nonSaturating", penalty = 0, weightDecay = 0, seed = 1 } = options;
  for (const [what, value] of Object.entries({ modes, radius, deviation, batch }))
    checkPositive("ganRing", what, value);
  if (
    ![modes, batch, ...hidden].every((size) => Number.isInteger(size) && size > 0) ||
    !(penalty >= 0 && weightDecay >= 0)
  ) {
    throw failure(
      "ERR_OPTION_RANGE",
      "ganRing: expected integers as modes, batch and hidden widths, penalty >= 0 and weightDecay >= 0",
    );
  }
  if (loss !== "minimax" && loss !== "nonSaturating") {
    throw failure("ERR_OPTION_RANGE", `ganRing: expected loss "minimax" or "nonSaturating", got "${String(loss)}"`);
  }
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

/** Dense layers, tanh between them. */
function network(tensors: readonly Tensor[], input: Tensor): Tensor {
  let signal = input;
  for (let l = 0; l < tensors.length; l += 2) {
    signal = add(matMul(signal as Tensor2D, tensors[l] as Tensor2D), tensors[l + 1]!);
    if (l + 2 < tensors.length) signal = tanh(signal);
  }
  return signal;
}
