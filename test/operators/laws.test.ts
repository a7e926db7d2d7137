/** Laws of every public operator: what was interrupted goes on, reused vectors and other runs at the same time change nothing. */
import * as tf from "@tensorflow/tfjs";
import { lastValueFrom, map, take, tap, toArray, zip } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isFluxionError } from "../../src/errors.ts";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { newtonDirection } from "../../src/operators/newton/newtonDirection.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { bilinear } from "../../src/problems/games/bilinear.ts";
import { matrixGame } from "../../src/problems/games/matrixGame.ts";
import { objective } from "../../src/problems/objective.ts";
import type { Problem } from "../../src/problems/problem.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { chain } from "../../src/streams/chain.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import { iterate } from "../../src/streams/iterate.ts";
import type { Iterate, Update } from "../../src/streams/types.ts";
import { assertResumes } from "../support/checkpoints.ts";
import { makeOperator, type OperatorEntry, operatorTable, usableOptions } from "../support/operatorTable.ts";

/** Number of rows that each operator runs. */
const count = 8;

/** A loss of outputs, three samples of two outputs each. */
const line = objective([[1, 2]], {
  outputs: (w) => tf.tanh(tf.matMul(tf.tensor2d([1, -2, 0.5], [3, 1]), w)),
  loss: "crossEntropy",
  targets: [0, 1, 1],
});

/** Problems on which an operator may be tried: an objective, one with outputs, a saddle point without bounds, a game on simplices. */
const problems: readonly (readonly [Problem, readonly number[]])[] = [
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

interface Case {
  readonly make: () => Update;
  readonly problem: Problem;
  readonly start: readonly number[];
}

/** The first chain and problem with which an operator makes steps, or why there is none. */
function caseOf(entry: OperatorEntry): Case | string {
  const refusals = new Set<string>();
  for (const [problem, start] of problems) {
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

/** What two runs must have in common; the time and the arrays themselves may differ. */
function numbersOf({ point, direction, columns, vectors, ...row }: Iterate): unknown {
  const { step, status, value, squaredFieldNorm, stepSize, evaluations, products } = row;
  const plain = Object.entries(vectors ?? {}).map(([name, vector]) => [name, Array.from(vector ?? [])]);
  return {
    ...{ step, status, value, squaredFieldNorm, stepSize, evaluations, products, plain },
    columns: { ...columns },
    point: Array.from(point),
    direction: Array.from(direction),
  };
}

const laws = suite("laws of operators");
const skipped: string[] = [];
for (const entry of operatorTable.filter(({ inLoop }) => inLoop)) {
  const found = caseOf(entry);
  if (typeof found === "string") {
    skipped.push(`${entry.name}: ${found}`);
    continue;
  }
  const { make, problem, start } = found;
  laws(`${entry.name}: goes on from each checkpoint with the same rows`, () => {
    assertResumes(problem, start, () => chain(untilStep(count - 1), make()), { least: 2 });
  });
  laws(`${entry.name}: vectors that rows share change no number`, () => {
    const plain = firstRows(problem, start, make(), count).map(numbersOf);
    const reused: unknown[] = [];
    firstRows(problem, start, make(), count, {
      reuse: true,
      after: (rows) => rows.pipe(tap((row) => reused.push(numbersOf(row as Iterate)))),
    });
    assert.equal(reused, plain);
  });
  laws(`${entry.name}: two runs of one update at the same time do not disturb each other`, async () => {
    const alone = firstRows(problem, start, make(), count).map(numbersOf);
    const update = make();
    // So short a slice makes the runs take turns at every step.
    const run = iterate(problem, start, update, { slice: 1e-9 });
    const pairs = await lastValueFrom(
      zip(run, run).pipe(
        take(alone.length),
        map((rows) => rows.map(numbersOf)),
        toArray(),
      ),
    );
    assert.equal(
      pairs,
      alone.map((row) => [row, row]),
    );
  });
}

laws("were tried on all operators", () => {
  assert.equal(skipped, []);
});

laws.run();
