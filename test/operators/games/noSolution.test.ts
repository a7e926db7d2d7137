/** Where no solution exists, no method says that it converged, and most say in which direction the iterates leave. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dot } from "../../../src/linalg/vector.ts";
import { adaptiveExtragradient } from "../../../src/operators/games/adaptiveExtragradient.ts";
import { adaptiveGoldenRatio } from "../../../src/operators/games/adaptiveGoldenRatio.ts";
import { extragradient } from "../../../src/operators/games/extragradient.ts";
import { restarts } from "../../../src/operators/games/restarts.ts";
import { semismoothNewton } from "../../../src/operators/games/semismoothNewton.ts";
import { type NaturalResidualOptions, naturalResidual } from "../../../src/operators/measures/gaps/naturalResidual.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { escapeKinds } from "../../../src/operators/support/escape.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import type { Iterate, Update } from "../../../src/streams/types.ts";
import { gameMethods } from "../../support/gameMethods.ts";
import { normalVector } from "../../support/random.ts";
import { scaledProblem, scaledSet } from "../../support/scaled.ts";
import { unsolvable } from "../../support/unsolvable.ts";

function lastRow(
  problem: Problem,
  start: ArrayLike<number>,
  update: Update,
  tolerance: NaturalResidualOptions,
  steps = 150,
): Iterate {
  const stop = chain(naturalResidual(tolerance), untilStep(steps));
  return firstRows(problem, start, chain(stop, update), steps + 2).at(-1)!;
}

/** Powers of two by which the field and all lengths are multiplied. */
const units: readonly (readonly [number, number])[] = [
  [2 ** 100, 2 ** -100],
  [2 ** -100, 1],
  [1, 2 ** 100],
];

/** Methods without a step size of their own. */
const scaleFree: Readonly<Record<string, () => Update>> = {
  adaptiveExtragradient: () => adaptiveExtragradient(),
  adaptiveGoldenRatio: () => adaptiveGoldenRatio(),
  semismoothNewton: () => semismoothNewton(),
  restarts: () => restarts(adaptiveExtragradient()),
};

/** Methods whose iterates are to leave straight. */
const escaping: Readonly<Record<string, () => Update>> = {
  extragradient: () => extragradient({ stepSize: 0.7 }),
  adaptiveExtragradient: () => adaptiveExtragradient(),
  semismoothNewton: () => semismoothNewton(),
};

const tolerances: readonly NaturalResidualOptions[] = [{ tolerance: 1e-6 }, { relativeTolerance: 1e-6 }];

const never = suite("without a solution");
never("there are at least 30 problems", () => {
  assert.ok(unsolvable.length >= 30, `${unsolvable.length}`);
});
for (const { name, update, entropic, products } of gameMethods) {
  never(`${name} never converges`, () => {
    const wrong: string[] = [];
    for (const { name: title, problem, start } of unsolvable) {
      const { constraint } = problem;
      if (entropic && constraint?.projectEntropic === undefined) continue;
      if (products && (constraint?.linearizeProjection === undefined || constraint.name === "halfSpace")) continue;
      for (const tolerance of tolerances) {
        const { status, step } = lastRow(problem, start, update(), tolerance);
        if (status === "converged") wrong.push(`${title}, step ${step}`);
      }
    }
    assert.equal(wrong, []);
  });
}
never("and neither does one in other units", () => {
  const wrong: string[] = [];
  for (const { name: title, problem, start } of unsolvable) {
    for (const [s, t] of units) {
      const other = scaledProblem(problem, s, t, scaledSet(problem.constraint, t));
      for (const [name, update] of Object.entries(scaleFree)) {
        const { status, step } = lastRow(other, start.map((z) => t * z), update(), { relativeTolerance: 1e-6 }, 80); // biome-ignore format: one line
        if (status === "converged") wrong.push(`${name}, ${title}, field ${s}, lengths ${t}, step ${step}`);
      }
    }
  }
  assert.equal(wrong, []);
});
never.run();

const directions = suite("directions to infinity");
for (const { name: title, problem, start, escape: kind } of unsolvable) {
  if (kind === undefined) continue;
  directions(`${title}: ${kind}, and the direction is a certificate`, () => {
    for (const [name, update] of Object.entries(escaping)) {
      const row = lastRow(problem, start, update(), { tolerance: 1e-8 }, 600);
      assert.is(row.status, "diverged", name);
      assert.is(escapeKinds[row.columns.escape!], kind, name);
      assertCertificate(problem, row);
    }
  });
}
directions("are not claimed where a solution exists, however far it is or slow the way", () => {
  const far = scaledProblem(unsolvable[13]!.problem, 1, 1, undefined);
  const solvable: readonly Problem[] = [
    // A steady slope that ends at 10^5, and a rotation so slow that 500 steps are nearly straight.
    {
      ...far,
      evaluate(point, field) {
        field[0] = point[0]!;
        field[1] = Math.max(-1, point[1]! - 1e5);
        return Number.NaN;
      },
    },
    {
      ...far,
      evaluate(point, field) {
        field[0] = 1e-4 * point[1]!;
        field[1] = -1e-4 * point[0]!;
        return Number.NaN;
      },
    },
  ];
  for (const problem of solvable) {
    const row = lastRow(problem, [1, 1], extragradient({ stepSize: 0.5 }), { tolerance: 1e-8 }, 600);
    assert.is(row.status, "stopped");
    assert.is(row.vectors.escapeDirection, undefined);
  }
});
directions.run();

/** C does not end along d, and <F(u), d> < 0 for every u in C that is tried, so that no u solves a monotone problem. */
function assertCertificate({ constraint, evaluate, dimension }: Problem, row: Iterate): void {
  const d = row.vectors.escapeDirection!;
  const field = new Float64Array(dimension);
  assert.ok(Math.abs(Math.hypot(...d) - 1) < 1e-12);
  assert.ok(row.columns.escapeSlope! < 0);
  for (let seed = 0; seed < 50; seed++) {
    const u = normalVector(dimension, seed).map((x) => 3 * x);
    constraint?.project(u, u);
    evaluate(u, field);
    const slope = dot(field, d);
    assert.ok(slope < 0, `<F, d> = ${slope} at ${u}`);
    const far = u.map((x, i) => x + 1e6 * d[i]!);
    const away = constraint?.distance(far) ?? 0;
    assert.ok(away <= 1, `C ends ${away} before ${far}`);
  }
}
