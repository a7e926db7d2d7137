/** What does MINRES-QLP cost, apart from the products that it needs? */
import { spawnSync } from "node:child_process";
import { minresQLP } from "../src/linalg/krylov/minres/minresQLP.ts";
import type { LinearMap } from "../src/linalg/linearMap.ts";
import { diagonal } from "../src/linalg/maps/maps.ts";
import { objective } from "../src/problems/objective.ts";
import { compare } from "./support/compare.ts";
import { lossOf, networkCases, pointOf, shapesOf } from "./support/networks.ts";
import { randomFrom } from "./support/random.ts";
import { fairEnvironment } from "./support/worker.ts";

/*
 * npm run bench -- minres [--json] [--python /path/to/python]
 *
 * The first maps are diagonal and indefinite, of two sizes, and their products cost next to nothing. The others are
 * Hessians of networks, where the ratio shows the solver's share of a Newton step. SciPy's MINRES (it does not have
 * MINRES-QLP) runs on the same diagonal maps, if Python has SciPy.
 */
const iterations = 100;

function diagonalMap(n: number): LinearMap {
  return diagonal(Float64Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 1 : -1) * (1 + (10 * i) / n)));
}

function solving(map: LinearMap, n: number): (count: number) => void {
  const b = Float64Array.from({ length: n }, randomFrom(4));
  // These make the solver take all iterations, whatever the residual.
  const options = { relativeTolerance: 0, maxIterations: iterations, maxCondition: 1e300 };
  return (count) => {
    for (let done = 0; done < count; ) done += Math.max(1, minresQLP(map, b, options).iterations);
  };
}

function multiplying(map: LinearMap, n: number): (count: number) => void {
  const v = Float64Array.from({ length: n }, randomFrom(5));
  const out = new Float64Array(n);
  return (count) => {
    for (let i = 0; i < count; i++) map.apply(v, out);
  };
}

for (const [n, count] of [
  [128, 20_000],
  [100_000, 300],
] as const) {
  const map = diagonalMap(n);
  compare({
    title: `diagonal map, n=${n}: one iteration, and its product alone`,
    unit: "iteration",
    count,
    cases: [
      { name: "minresQLP", run: solving(map, n) },
      { name: "product", run: multiplying(map, n) },
    ],
  });
}

for (const [index, count] of [
  [1, 20_000],
  [8, 5_000],
  [4, 100],
] as const) {
  const network = networkCases[index]!;
  const problem = objective(shapesOf(network), lossOf(network) as never, { name: network.name });
  const map = problem.linearize(pointOf(network));
  const n = problem.dimension;
  compare({
    title: `Hessian of ${network.name}, n=${n}: the product alone, and one iteration`,
    unit: "iteration",
    count,
    rounds: 5,
    cases: [
      { name: "product", run: multiplying(map, n) },
      { name: "minresQLP", run: solving(map, n) },
    ],
  });
}

const place = process.argv.indexOf("--python");
const python = place < 0 ? (process.env.PYTHON ?? "python3") : (process.argv[place + 1] ?? "python3");
const script = `
import time, numpy as np, scipy
from scipy.sparse.linalg import LinearOperator, minres
for n, repeats in ((128, 50), (100000, 5)):
    i = np.arange(n)
    d = np.where(i % 2 == 0, 1.0, -1.0) * (1 + 10 * i / n)
    a = LinearOperator((n, n), matvec=lambda v: d * v, dtype=np.float64)
    b = np.random.default_rng(1).standard_normal(n)
    best = []
    for _ in range(7):
        start = time.process_time()
        for _ in range(repeats): minres(a, b, rtol=0, maxiter=${iterations})
        best.append((time.process_time() - start) / repeats / ${iterations} * 1e6)
    print(f"SciPy {scipy.__version__} minres, n={n}: {sorted(best)[3]:.3f} us per iteration")
`;
const { status, stdout } = spawnSync(python, ["-c", script], { env: fairEnvironment(), encoding: "utf8" });
console.log(
  status === 0 ? stdout.trim() : "skipped: SciPy, since it was not found (name an interpreter that has it by --python)",
);
