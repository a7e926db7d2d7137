/** For each public operator a problem and a chain in which it makes steps. */
import * as tf from "@tensorflow/tfjs";
import { isFluxionError } from "../../src/errors.ts";
import { newtonDirection } from "../../src/operators/newton/newtonDirection.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { bilinear } from "../../src/problems/games/bilinear.ts";
import { matrixGame } from "../../src/problems/games/matrixGame.ts";
import { objective } from "../../src/problems/objective.ts";
import type { Problem } from "../../src/problems/problem.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { chain } from "../../src/streams/chain.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import type { Update } from "../../src/streams/types.ts";
import { makeOperator, type OperatorEntry, usableOptions } from "./operatorTable.ts";

/** Number of rows that each operator runs. */
export const count = 8;

/** A loss of outputs, three samples of two outputs each. */
const line = objective([[1, 2]], {
  outputs: (w) => tf.tanh(tf.matMul(tf.tensor2d([1, -2, 0.5], [3, 1]), w)),
  loss: "crossEntropy",
  targets: [0, 1, 1],
});

/** A problem and where a run starts. */
export type Start = readonly [problem: Problem, start: readonly number[]];

/** Problems on which an operator may be tried: an objective, one with outputs, a saddle point without bounds, a game on simplices. */
const problems: readonly Start[] = [
  [quartic(), [-3.5, 1]],
  [withWeights(quartic()), [-3.5, 1]],
  [line, [1, -2]],
  [bilinear(), [1, 2]],
  [
    matrixGame([
      [1, -1],
      [-1, 2],
    ]),
    [0.3, 0.7, 0.6, 0.4],
  ],
];

/** The same problem, whose first entry is a 1 x 1 matrix of weights. */
function withWeights(problem: Problem): Problem {
  const [, ...rest] = problem.blocks;
  return { ...problem, blocks: [{ name: "weights", shape: [1, 1], offset: 0, size: 1 }, ...rest] };
}

/** Chains in which an operator may stand: it chooses everything, or the direction, or the step size, or measures. */
const chains: readonly ((operator: Update) => Update)[] = [
  (operator) => operator,
  (operator) => chain(operator, gradientStep(0.01)),
  (operator) => chain(newtonDirection(), operator),
];

export interface Case {
  readonly make: () => Update;
  readonly problem: Problem;
  readonly start: readonly number[];
}

/** The first chain and problem with which an operator makes steps, or why there is none. */
export function caseOf(entry: OperatorEntry, among: readonly Start[] = problems): Case | string {
  const refusals = new Set<string>();
  for (const [problem, start] of among) {
    for (const around of chains) {
      const make = (): Update => around(makeOperator(entry.name, usableOptions(entry)) as Update);
      try {
        if (firstRows(problem, start, make(), count).length > 1) return { make, problem, start };
      } catch (error) {
        if (!isFluxionError(error)) throw error;
        refusals.add(error.code);
      }
    }
  }
  return [...refusals].join(", ");
}
