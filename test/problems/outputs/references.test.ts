/** Matrices of losses of outputs against JAX's, for every executor. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { executors } from "../../../src/autodiff/executor.ts";
import { denseOf } from "../../../src/linalg/dense/dense.ts";
import { diagonalOf } from "../../../src/linalg/dense/diagonalOf.ts";
import type { LinearMap } from "../../../src/linalg/linearMap.ts";
import { assertClose } from "../../support/assert.ts";
import { curvatureCases, networkOf } from "../../support/curvatureCases.ts";

const matrices = ["gaussNewton", "fisher", "empiricalFisher", "tangentKernel", "exampleGradients"] as const;

const within = (executor: string, run: () => void): void => {
  const before = process.env.FLUXION_EXECUTOR;
  process.env.FLUXION_EXECUTOR = executor;
  try {
    run();
  } finally {
    if (before === undefined) delete process.env.FLUXION_EXECUTOR;
    else process.env.FLUXION_EXECUTOR = before;
  }
};

/** The matrix by products with unit vectors, whatever short cut the map has. */
function byProducts({ rows, columns, ...map }: LinearMap, apply: LinearMap["apply"]): Float64Array {
  const matrix = new Float64Array(rows * columns);
  const [unit, image] = [new Float64Array(columns), new Float64Array(rows)];
  for (let j = 0; j < columns; j++) {
    unit.fill(0);
    unit[j] = 1;
    apply(unit, image);
    for (let i = 0; i < rows; i++) matrix[i * columns + j] = image[i]!;
  }
  assert.ok(map);
  return matrix;
}

const transposedOf = (values: Float64Array, rows: number, columns: number): Float64Array =>
  Float64Array.from(values, (_, k) => values[(k % rows) * columns + Math.floor(k / rows)]!);

const references = suite("matrices of losses of outputs");

for (const executor of executors) {
  for (const given of curvatureCases) {
    references(`are JAX's to 1e-10, ${given.name}, ${executor}`, () =>
      within(executor, () => {
        const problem = networkOf(given);
        const point = Float64Array.from(given.point);
        const field = new Float64Array(problem.dimension);
        assertClose([problem.evaluate(point, field)], [given.value], 1e-13);
        assertClose(field, given.gradient, 1e-13);
        assertClose(problem.outputsAt(point), given.outputs, 1e-13);
        assert.is(problem.samples, given.samples);
        for (const name of matrices) {
          const map = problem[name](point);
          assertClose(denseOf(map), given[name], 1e-10);
          if (map.rows === map.columns) {
            const entries = given[name].filter((_, k) => k % (map.rows + 1) === 0);
            assertClose(diagonalOf(map), entries, 1e-10);
          }
          const columns = byProducts(map, (v, out) => map.apply(v, out));
          assertClose(columns, given[name], 1e-10);
          const { rows, columns: width } = map;
          const turned = { ...map, rows: width, columns: rows } as LinearMap;
          const byTranspose = byProducts(turned, (u, out) => map.applyTranspose(u, out));
          assertClose(transposedOf(byTranspose, width, rows), given[name], 1e-10);
        }
        const factors = problem.kroneckerFactors(point);
        assert.is(factors.length, given.factors.length);
        for (const [l, { inputMoment, slopeMoment }] of factors.entries()) {
          assertClose(inputMoment, given.factors[l]!.inputs, 1e-10);
          assertClose(slopeMoment, given.factors[l]!.outputs, 1e-10);
        }
      }),
    );
  }
}

references.run();
