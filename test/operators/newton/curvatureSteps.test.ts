/** Gauss-Newton and natural gradient steps against dense systems of the matrices that JAX computed. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { firstRows } from "../../../src/authoring/index.ts";
import { luFactor } from "../../../src/linalg/dense/luFactor.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { gaussNewtonDirection } from "../../../src/operators/newton/gaussNewtonDirection.ts";
import { kfacDirection } from "../../../src/operators/newton/kfacDirection.ts";
import { naturalGradientDirection } from "../../../src/operators/newton/naturalGradientDirection.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import type { CurvatureStepOptions } from "../../../src/operators/support/curvature/curvatureStep.ts";
import type { OutputObjective } from "../../../src/problems/outputs/outputObjective.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { chain } from "../../../src/streams/chain.ts";
import type { Update } from "../../../src/streams/types.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { assertResumes } from "../../support/checkpoints.ts";
import { type CurvatureCase, curvatureCases, networkOf } from "../../support/curvatureCases.ts";

const operators = {
  gaussNewton: gaussNewtonDirection,
  fisher: naturalGradientDirection,
  empiricalFisher: (options: CurvatureStepOptions) => naturalGradientDirection({ ...options, fisher: "empirical" }),
} as const;

const built = new Map<CurvatureCase, OutputObjective>();
const network = (given: CurvatureCase): OutputObjective => {
  const problem = built.get(given) ?? networkOf(given);
  built.set(given, problem);
  return problem;
};

const firstDirection = (given: CurvatureCase, update: Update): Float64Array =>
  firstRows(network(given), given.point, chain(update, gradientStep(1)), 1)[0]!.direction;

/** -(alpha B + beta I)^-1 g by elimination of the matrix of the reference. */
function expected(given: CurvatureCase, name: keyof typeof operators, alpha: number, beta: number): Float64Array {
  const n = given.point.length;
  const matrix = Float64Array.from(given[name], (entry, k) => alpha * entry + (k % (n + 1) === 0 ? beta : 0));
  return luFactor(matrix).solve(Float64Array.from(given.gradient, (g) => -g))!;
}

const traceOf = (matrix: readonly number[], n: number): number =>
  matrix.reduce((sum, entry, k) => sum + (k % (n + 1) === 0 ? entry : 0), 0);

const steps = suite("steps by a curvature matrix");
const some = curvatureCases.filter(({ shapes }) => shapes[0]!.length === 2);

for (const name of ["gaussNewton", "fisher", "empiricalFisher"] as const) {
  steps(`solve the damped and the mixed system to 1e-10 by every solver, ${name}`, () => {
    for (const given of some) {
      const n = given.point.length;
      const unit = n / traceOf(given[name], n);
      // Only the matrix of means and variances is indefinite, for which conjugate gradients are not made.
      const solvers = (["automatic", "dense", "samples", "minresQLP", "cg"] as const).filter(
        (solver) => solver !== "cg" || given.loss !== "gaussian" || name !== "gaussNewton",
      );
      for (const solver of solvers) {
        const by = (options: CurvatureStepOptions): Float64Array =>
          firstDirection(given, operators[name]({ solver, relativeTolerance: 1e-14, ...options }));
        const what = `${given.name}, ${solver}`;
        assertClose(by({ damping: 0.05 }), expected(given, name, 1, 0.05), 1e-10, what);
        assertClose(by({ damping: 0.5, normalise: true }), expected(given, name, unit, 0.5), 1e-10, what);
        assertClose(by({ mixing: 0.3 }), expected(given, name, 0.7 * unit, 0.3), 1e-10, what);
        assertClose(by({ mixing: 0.3, normalise: false }), expected(given, name, 0.7, 0.3), 1e-10, what);
        assertClose(
          by({ mixing: 1 }),
          Float64Array.from(given.gradient, (g) => -g),
          1e-12,
          what,
        );
      }
    }
  });
}

steps("without damping are the shortest solution of the singular system", () => {
  for (const given of some.slice(0, 3)) {
    const n = given.point.length;
    const dense = firstDirection(given, operators.fisher({}));
    const krylov = firstDirection(given, operators.fisher({ solver: "minresQLP", relativeTolerance: 1e-15 }));
    assertClose(krylov, dense, 1e-6, given.name);
    const image = Float64Array.from({ length: n }, (_, i) => {
      let sum = given.gradient[i]!;
      for (let j = 0; j < n; j++) sum += given.fisher[i * n + j]! * dense[j]!;
      return sum;
    });
    assertClose(image, new Float64Array(n), 1e-10, given.name, 1);
  }
});

steps("solve the system in sample space however small the damping is, also below the rounding of the matrix", () => {
  for (const [name, make] of Object.entries(operators)) {
    for (const given of some.filter(({ loss }) => loss !== "gaussian")) {
      for (const damping of [1e-8, 1e-12, 1e-15, 1e-18, 1e-30, 1e-100, 1e-300, Number.MIN_VALUE]) {
        const update = chain(make({ solver: "samples", damping }), gradientStep(1));
        const [row] = firstRows(network(given), given.point, update, 1);
        const what = `${name}, ${given.name}, damping ${damping}`;
        assert.is(row!.status, "running", what);
        assert.ok(row!.columns.curvatureResidual! < 1e-6, `${what}: residual ${row!.columns.curvatureResidual}`);
      }
    }
  }
});

steps("adapt the damping by the ratio of the reductions, and resume bit for bit", () => {
  const given = some[0]!;
  const update = (): Update => gaussNewtonDirection({ damping: 1e-3, adaptive: true });
  const rows = firstRows(network(given), given.point, chain(untilStep(20), update()), 21);
  for (const [k, row] of rows.entries()) {
    const next = rows[k + 1];
    if (next?.columns.damping === undefined) continue;
    const { gainRatio, damping } = row.columns;
    const factor = gainRatio! > 3 / 4 ? 2 / 3 : gainRatio! < 1 / 4 ? 3 / 2 : 1;
    assertClose(next.columns.damping, damping! * factor, 1e-15);
    assert.ok(next.value <= row.value);
  }
  assert.ok(rows.at(-1)!.value < rows[0]!.value / 2);
  assertResumes(network(given), given.point, () => chain(untilStep(7), update()), { least: 2 });
});

steps("refuse problems without outputs, and options that contradict each other", () => {
  assertError(
    () => firstRows(quartic(), [1, 2], chain(gaussNewtonDirection(), gradientStep(1)), 1),
    "ERR_UNSUPPORTED",
    /gaussNewtonDirection: expected an objective with outputs, got quartic/,
  );
  assertError(
    () => gaussNewtonDirection({ damping: 1, mixing: 0.5 }),
    "ERR_OPTION_RANGE",
    /damping or mixing, got both/,
  );
  assertError(() => naturalGradientDirection({ adaptive: true }), "ERR_OPTION_RANGE", /a damping above 0 to adapt/);
});

steps("count their products in the rows, K-FAC those of a refresh", () => {
  const given = some[0]!;
  const rows = (update: Update): readonly { readonly products: number }[] =>
    firstRows(network(given), given.point, chain(untilStep(3), update, gradientStep(0.1)), 9);
  for (const make of Object.values(operators)) {
    const [iterative, dense, sampled] = (["minresQLP", "dense", "samples"] as const).map((solver) =>
      rows(make({ solver, damping: 0.1 })).map(({ products }) => products),
    ) as [number[], number[], number[]];
    const iterations = firstRows(
      network(given),
      given.point,
      chain(untilStep(3), make({ solver: "minresQLP", damping: 0.1 }), gradientStep(0.1)),
      9,
    ).map(({ columns }) => Number(columns.solverIterations));
    let sum = 0;
    for (const [step, count] of iterations.slice(0, 3).entries()) {
      // One more is that of the residual in the column curvatureResidual.
      sum += count + 1;
      assert.ok(iterative[step]! >= sum, `${iterative[step]} of ${sum}`);
      assert.ok(dense[step]! > (step === 0 ? 0 : dense[step - 1]!));
      assert.ok(sampled[step]! > (step === 0 ? 0 : sampled[step - 1]!));
    }
  }
  const { outputs } = network(given);
  assert.equal(
    rows(kfacDirection({ damping: 0.1, every: 2 })).map(({ products }) => products),
    [outputs, outputs, 2 * outputs, 2 * outputs],
  );
});

steps.run();
