/** L-BFGS and nonlinear conjugate gradients beside SciPy's; scripts/minimiserReferences.py wrote its evaluations. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  defineMeasure,
  defineUpdate,
  dot,
  type Iterate,
  type Proposal,
  type Update,
} from "../../../src/authoring/index.ts";
import {
  type ConjugateGradientDirectionOptions,
  conjugateGradientDirection,
  gradientStep,
  lbfgsDirection,
  wolfeLineSearch,
} from "../../../src/operators/index.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { chain, firstRows, iterate } from "../../../src/streams/index.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { minimisations } from "../../support/minimisers.ts";
import { normalVector } from "../../support/random.ts";

const test = suite("minimisers");

const flat = defineMeasure({
  name: "flat",
  step: ({ at }) => (at.field.every((x) => Math.abs(x) <= 1e-6) ? { status: "converged" } : undefined),
});

function lastRow(problem: Problem, start: readonly number[], update: Update): Iterate {
  let last: Iterate | undefined;
  iterate(problem, start, chain(flat as Update, update), { slice: Number.POSITIVE_INFINITY }).subscribe((row) => {
    last = row;
  });
  return last!;
}

const lbfgs = (): Update => chain(lbfgsDirection(), wolfeLineSearch({ merit: "value" }));
const conjugate = (options?: ConjugateGradientDirectionOptions): Update =>
  chain(
    conjugateGradientDirection(options),
    wolfeLineSearch({ merit: "value", curvature: 0.2, firstTrial: "previous" }),
  );

/** Evaluations beside SciPy's over all starts of each problem; the minima must be those of SciPy. */
function ratios(method: "L-BFGS-B" | "CG", make: () => Update): Readonly<Record<string, number>> {
  const found = minimisations.map(({ name, problem, solved }) => {
    let [ours, theirs] = [0, 0];
    for (const reference of solved) {
      const { evaluations, value } = lastRow(problem, reference.start, make());
      const least = reference[method].value;
      // Where the Hessian is singular, values at gradients of 1e-6 differ by up to 1e-8.
      assert.ok(value <= least + 1e-8 * (1 + Math.abs(least)), `${name}: ${value} in place of ${least}`);
      ours += evaluations;
      theirs += reference[method].evaluations;
    }
    return [name, ours / theirs] as const;
  });
  return Object.fromEntries(found);
}

test("lbfgsDirection reaches SciPy's minima with at most 1.2 times its evaluations on each problem", () => {
  for (const [name, ratio] of Object.entries(ratios("L-BFGS-B", lbfgs))) assert.ok(ratio <= 1.2, `${name}: ${ratio}`);
});

test("conjugateGradientDirection reaches SciPy's minima with at most 1.2 times its evaluations on each problem", () => {
  for (const kind of ["daiKou", "hagerZhang", "polakRibiere"] as const) {
    const found = Object.entries(ratios("CG", () => conjugate({ kind })));
    for (const [name, ratio] of found) assert.ok(ratio <= 1.2, `${kind}, ${name}: ${ratio}`);
  }
});

test("every formula of beta finds the minimum", () => {
  for (const kind of ["daiKou", "hagerZhang", "polakRibiere", "fletcherReeves", "daiYuan"] as const) {
    const { problem, solved } = minimisations.find(({ name }) => name === "Rosenbrock")!;
    assertClose(lastRow(problem, solved[0]!.start, conjugate({ kind })).point, [1, 1], 1e-5, kind);
  }
});

/** L = z^T D z / 2 with D = diag(1, 2, ..., n). */
function bowl(n: number, factor = 1): Problem {
  const { problem } = minimisations[0]!;
  return {
    ...problem,
    name: "bowl",
    dimension: n,
    evaluate(z, field) {
      let value = 0;
      for (let i = 0; i < n; i++) {
        field[i] = factor * (i + 1) * z[i]!;
        value += (field[i]! * z[i]!) / 2;
      }
      return value;
    },
  };
}

test("on a quadratic with exact steps the directions are conjugate, and the minimum is reached in n steps", () => {
  const n = 6;
  const start = [...normalVector(n, 1)];
  // alpha = -<F, d> / <d, D d>
  const exact = defineExact(n);
  for (const kind of ["hagerZhang", "polakRibiere", "fletcherReeves", "daiYuan", "daiKou"] as const) {
    const rows = firstRows(bowl(n), start, chain(conjugateGradientDirection({ kind }), exact), n + 1);
    const first = rows[0]!.squaredFieldNorm;
    assert.ok(rows.at(-1)!.squaredFieldNorm < 1e-20 * first, `${kind}: ${rows.at(-1)!.squaredFieldNorm}`);
  }
  const rows = firstRows(bowl(n), start, chain(lbfgsDirection(), exact), n + 1);
  assert.ok(rows.at(-1)!.squaredFieldNorm < 1e-20 * rows[0]!.squaredFieldNorm);
});

/** The step size that minimises L along the direction. */
function defineExact(n: number): Update {
  return defineUpdate({
    name: "exact",
    step({ direction, at }: Proposal) {
      let curvature = 0;
      for (let i = 0; i < n; i++) curvature += (i + 1) * direction[i]! ** 2;
      return { stepSize: curvature === 0 ? 0 : -dot(at.field, direction) / curvature };
    },
  });
}

test("a loss times a power of two gives the same bits", () => {
  const n = 6;
  const start = [...normalVector(n, 2)].map((x) => 10 * x);
  for (const make of [() => lbfgsDirection(), () => conjugateGradientDirection()]) {
    // Both begin with a length of 1, since their fields are longer.
    const directions = (factor: number): number[][] =>
      firstRows(bowl(n, factor), start, chain(make(), gradientStep(0.125)), 9).map((row) => [...row.direction]);
    const plain = directions(1);
    for (const exponent of [-3, 1, 40, 200]) assert.equal(directions(2 ** exponent), plain, `2^${exponent}`);
  }
});

test("the memory holds the last pairs alone: steps and changes of the gradient", () => {
  const states: { step: number; pairs: { s: Float64Array; y: Float64Array }[] }[] = [];
  const rows = firstRows(
    bowl(6),
    [...normalVector(6, 3)],
    chain(lbfgsDirection({ memory: 3 }), gradientStep(0.05)),
    12,
    {
      checkpoints: {
        every: 1,
        save: ({ step, operators }) => {
          const state = operators.lbfgsDirection?.state as { pairs: (typeof states)[number]["pairs"] } | undefined;
          if (state !== undefined) states.push({ step, pairs: state.pairs });
        },
      },
    },
  );
  for (const { step, pairs } of states) {
    // The state of a checkpoint is that after the row before.
    assert.is(pairs.length, Math.min(3, step - 1));
    for (const [j, { s, y }] of [...pairs].reverse().entries()) {
      const [from, to] = [rows[step - 2 - j]!, rows[step - 1 - j]!];
      assert.equal(
        [...s],
        [...to.point].map((x, i) => x - from.point[i]!),
      );
      assert.equal(
        [...y],
        [...to.at.field].map((x, i) => x - from.at.field[i]!),
      );
    }
  }
  assert.ok(states.length > 6);
});

test("a field that is no gradient is refused", () => {
  for (const update of [lbfgsDirection(), conjugateGradientDirection()]) {
    assertError(
      () => firstRows(bilinear(), [1, 1], chain(update, gradientStep(0.1)), 2),
      "ERR_NOT_SYMMETRIC",
      /Direction: expected a problem whose Jacobian is symmetric, got/,
    );
  }
  assert.is(firstRows(quartic(), [1, 2], chain(lbfgsDirection(), gradientStep(0.1)), 2).length, 2);
});

test.run();
