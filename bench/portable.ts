/** What does a portable run cost, beside one with the machine's BLAS? */
import { symmetricEigen } from "../src/linalg/dense/dense.ts";
import { denseMatrix } from "../src/linalg/maps/maps.ts";
import { gaussianData } from "../src/problems/data/gaussianData.ts";
import { network } from "../src/problems/networks/network.ts";
import { type BenchCase, compare } from "./support/compare.ts";
import { randomFrom } from "./support/random.ts";

/*
 * npm run bench -- portable [--json]
 *
 * Both executors run in one process: a problem keeps the executor with which it was built.
 */

/** Makes the same work with each executor. */
function executors(make: () => (count: number) => void): readonly BenchCase[] {
  return ["float64", "portable"].map((name) => {
    process.env.FLUXION_EXECUTOR = name;
    try {
      return { name, run: make() };
    } finally {
      delete process.env.FLUXION_EXECUTOR;
    }
  });
}

for (const [layers, samples, count] of [
  [[16, 2, 16], 500, 400],
  [[16, 8, 16, 16], 1000, 100],
  [[16, 8, 16, 16], 10_000, 10],
  [[784, 256, 784], 1000, 2],
] as const) {
  const inputs = gaussianData({ inputs: layers[0], samples, seed: 1 });
  const build = () => network({ layers, activation: "swish", loss: "meanSquaredError", inputs });
  const title = `${layers.join("-")}, N=${samples}`;
  compare({
    title: `${title}, gradient`,
    unit: "gradient",
    count,
    rounds: 7,
    cases: executors(() => {
      const problem = build();
      const [point, field] = [problem.initialPoint(1), new Float64Array(problem.dimension)];
      let calls = 0;
      return (times) => {
        for (let k = 0; k < times; k++) {
          // Another point each time, since the last one is remembered.
          point[0] = 1e-3 * ++calls;
          problem.evaluate(point, field);
        }
      };
    }),
  });
  compare({
    title: `${title}, Hessian-vector product`,
    unit: "product",
    count: 2 * count,
    rounds: 7,
    cases: executors(() => {
      const problem = build();
      const [map, v] = [problem.linearize(problem.initialPoint(1)), problem.initialPoint(2)];
      const out = new Float64Array(problem.dimension);
      return (times) => {
        for (let k = 0; k < times; k++) map.apply(v, out);
      };
    }),
  });
}

const n = 300;
const random = randomFrom(1);
const entries = Float64Array.from({ length: n * n }, () => random());
const symmetric = entries.map((x, k) => (x + entries[(k % n) * n + Math.floor(k / n)]!) / 2);

/** Work that looks for the library when it is called, unlike a problem. */
function called(work: () => void): readonly BenchCase[] {
  return ["float64", "portable"].map((name) => ({
    name,
    run(times) {
      process.env.FLUXION_EXECUTOR = name;
      for (let k = 0; k < times; k++) work();
      delete process.env.FLUXION_EXECUTOR;
    },
  }));
}

compare({
  title: `all eigenvalues and eigenvectors of a symmetric ${n} x ${n} matrix`,
  unit: "matrix",
  count: 1,
  rounds: 5,
  cases: called(() => symmetricEigen(symmetric)),
});
compare({
  title: `product of a dense ${n} x ${n} matrix with a vector`,
  unit: "product",
  count: 200,
  cases: executors(() => {
    const map = denseMatrix(n, n, entries);
    const out = new Float64Array(n);
    return (times) => {
      for (let k = 0; k < times; k++) map.apply(entries.subarray(0, n), out);
    };
  }),
});
