/** Losses of outputs that are known by name, and the law under which each is minus the logarithm of a likelihood. */
import {
  add,
  exp,
  logSoftmax,
  mul,
  neg,
  softplus,
  split,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
} from "@tensorflow/tfjs-core";
import type { GraphBuilder } from "../../autodiff/build/builder.ts";
import type { Node } from "../../autodiff/graph/graph.ts";
import { constant } from "../../autodiff/trace/constant.ts";

/** What a loss knows of its outputs. */
export interface OutputLaw {
  /** Name of the law in messages. */
  readonly law: string;
  /** Computes l_i for the outputs z [n, c] and targets of the shape that `targetWidth` says, as n numbers. */
  readonly loss: (z: Tensor2D, y: Tensor2D, variance: readonly number[]) => Tensor;
  /** Computes E[s s'] t row by row, where s is the score of the law at z. */
  readonly fisher: (b: GraphBuilder, z: Node, t: Node, variance: readonly number[]) => Node;
  /** Returns the numbers of a sample's target for c outputs. */
  readonly targetWidth: (outputs: number) => number;
  /** Says what a number of the targets has to be; undefined if it is right. */
  readonly wrong: (target: number) => string | undefined;
}

const any = (): undefined => undefined;
const same = (outputs: number): number => outputs;

const squared: OutputLaw = {
  law: "Gaussian of known variance",
  loss: (z, y, variance) => sum(mul(square(sub(z, y)), halvesOver(variance)), 1),
  fisher: (b, z, t, variance) => {
    const precisions = variance.map((v) => 1 / v);
    return b.mul(b.broadcast(b.constant(precisions, [precisions.length]), z.shape), t);
  },
  targetWidth: same,
  wrong: any,
};

function halvesOver(variance: readonly number[]): Tensor {
  return constant(
    variance.map((v) => 1 / (2 * v)),
    [variance.length],
  );
}

/** Losses of the outputs that are known by name. */
export type OutputLossName = "squared" | "meanSquared" | "crossEntropy" | "bernoulli" | "poisson" | "gaussian";

/** Every loss that {@link OutputsAndLoss} knows by name. */
export const outputLosses: Readonly<Record<OutputLossName, OutputLaw>> = {
  squared,
  meanSquared: squared,
  crossEntropy: {
    law: "categorical",
    loss: (z, y) => neg(sum(mul(y, logSoftmax(z, 1)), 1)),
    fisher: (b, z, t) => {
      const p = b.unary("exp", b.sub(z, b.expand(b.logSumExp(z, [1]), [1], z.shape)));
      const weighted = b.mul(p, t);
      return b.sub(weighted, b.mul(p, b.expand(b.sum(weighted, [1]), [1], z.shape)));
    },
    targetWidth: same,
    wrong: (target) => (target >= 0 && target <= 1 ? undefined : "a probability in [0, 1]"),
  },
  bernoulli: {
    law: "Bernoulli",
    loss: (z, y) => sum(sub(softplus(z), mul(y, z)), 1),
    fisher: (b, z, t) => b.mul(b.unary("logisticDensity", z), t),
    targetWidth: same,
    wrong: (target) => (target >= 0 && target <= 1 ? undefined : "a probability in [0, 1]"),
  },
  poisson: {
    law: "Poisson",
    loss: (z, y) => sum(sub(exp(z), mul(y, z)), 1),
    fisher: (b, z, t) => b.mul(b.unary("exp", z), t),
    targetWidth: same,
    wrong: (target) => (target >= 0 ? undefined : "a count of at least 0"),
  },
  gaussian: {
    law: "Gaussian with means and logarithms of variances",
    loss: (z, y) => {
      const [mean, logarithm] = split(z, 2, 1) as [Tensor, Tensor];
      return sum(mul(add(logarithm, mul(square(sub(y, mean)), exp(neg(logarithm)))), 0.5), 1);
    },
    fisher: (b, z, t) => {
      const [n, c] = z.shape as [number, number];
      const half = c / 2;
      const shift = [
        { offset: 0, strides: [1, 0] },
        { offset: half, strides: [0, 1] },
      ];
      const isMean = b.constant(
        Float64Array.from({ length: c }, (_, j) => (j < half ? 1 : 0)),
        [c],
      );
      const precision = b.unary("exp", b.neg(b.take(z, shift, [n, c])));
      return b.mul(b.select(b.broadcast(isMean, z.shape), precision, b.fill(0.5, z.shape)), t);
    },
    targetWidth: (outputs) => outputs / 2,
    wrong: any,
  },
};
