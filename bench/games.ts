/** What does a constrained step cost beyond its evaluations, and how fast are games solved, beside NumPy and HiGHS? */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { take, takeWhile } from "rxjs";
import { banded } from "../src/linalg/maps/banded.ts";
import { denseMatrix } from "../src/linalg/maps/maps.ts";
import { adaptiveExtragradient } from "../src/operators/games/adaptiveExtragradient.ts";
import { extragradient } from "../src/operators/games/extragradient.ts";
import { restarts } from "../src/operators/games/restarts.ts";
import { average } from "../src/operators/measures/average.ts";
import { primalGap } from "../src/operators/measures/gaps/primalGap.ts";
import { affineField } from "../src/problems/affineField.ts";
import { zeroSumGame } from "../src/problems/games/zeroSumGame.ts";
import type { ConvexSet, Problem } from "../src/problems/problem.ts";
import { ball } from "../src/problems/sets/ball.ts";
import { box } from "../src/problems/sets/box.ts";
import { simplex } from "../src/problems/sets/simplex.ts";
import { variationalInequality } from "../src/problems/variationalInequality.ts";
import { chain } from "../src/streams/chain.ts";
import { iterate } from "../src/streams/iterate.ts";
import type { Iterate } from "../src/streams/types.ts";
import { compare } from "./support/compare.ts";
import { randomFrom } from "./support/random.ts";
import { fairEnvironment, startWorker, type Worker } from "./support/worker.ts";

/*
 * npm run bench -- games [--json] [--full] [--python /path/to/python]
 *
 * Peers are Python processes: NumPy; monviso (its GitHub source on PYTHONPATH, with cvxpy); highspy. Missing ones are
 * left out. `--full` takes a matrix game of 1000 x 1000 instead of 300 x 300, and the dense field with n = 3000 too.
 * All times are CPU times.
 */
const json = process.argv.includes("--json");
const size = process.argv.includes("--full") ? 1000 : 300;
const place = process.argv.indexOf("--python");
const python = place < 0 ? (process.env.PYTHON ?? "python3") : (process.argv[place + 1] ?? "python3");
const eta = 0.4;
const n = 1000;
const large = 1_000_000;

/** A field as a problem without a Jacobian. */
function fieldOf(
  dimension: number,
  write: (z: Float64Array, out: Float64Array) => void,
  constraint?: ConvexSet,
): Problem {
  return {
    name: "field",
    dimension,
    symmetric: false,
    evaluate(point, field) {
      write(point, field);
      return Number.NaN;
    },
    linearize() {
      throw new Error("not needed here");
    },
    blocks: [],
    ...(constraint === undefined ? {} : { constraint }),
  };
}

/** Data of the field A z + b, where A is skew + I / 10 and ||A|| is about 1. */
function denseData(n: number): { readonly a: Float64Array; readonly b: Float64Array } {
  const random = randomFrom(1);
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    a[i * n + i] = 0.1;
    for (let j = 0; j < i; j++) {
      const x = random() / (2 * Math.sqrt(n));
      a[i * n + j] = x;
      a[j * n + i] = -x;
    }
  }
  return { a, b: Float64Array.from({ length: n }, random) };
}

const far = 997;

/** The field z / 10 + B z, where B is skew with bands at distances 1 and 997. */
function bandedField(z: Float64Array, out: Float64Array): void {
  const m = z.length;
  const nearEnd = (i: number): number =>
    0.1 * z[i]! +
    0.3 * ((z[i + 1] ?? 0) - (z[i - 1] ?? 0)) +
    0.2 * ((i + far < m ? z[i + far]! : 0) - (i >= far ? z[i - far]! : 0));
  for (let i = 0; i < far; i++) out[i] = nearEnd(i);
  const inner = m - 2 * far;
  const middle = z.subarray(far);
  const above = z.subarray(2 * far);
  const to = out.subarray(far);
  let before = z[far - 1]!;
  let a = middle[0]!;
  let i = 0;
  // Eight entries per pass, for the reason given in src/linalg/vector.ts. Neighbours stay in registers.
  for (; i + 7 < inner; i += 8) {
    const b = middle[i + 1]!;
    const c = middle[i + 2]!;
    const d = middle[i + 3]!;
    const e = middle[i + 4]!;
    const f = middle[i + 5]!;
    const g = middle[i + 6]!;
    const h = middle[i + 7]!;
    const next = middle[i + 8]!;
    to[i] = 0.1 * a + 0.3 * (b - before) + 0.2 * (above[i]! - z[i]!);
    to[i + 1] = 0.1 * b + 0.3 * (c - a) + 0.2 * (above[i + 1]! - z[i + 1]!);
    to[i + 2] = 0.1 * c + 0.3 * (d - b) + 0.2 * (above[i + 2]! - z[i + 2]!);
    to[i + 3] = 0.1 * d + 0.3 * (e - c) + 0.2 * (above[i + 3]! - z[i + 3]!);
    to[i + 4] = 0.1 * e + 0.3 * (f - d) + 0.2 * (above[i + 4]! - z[i + 4]!);
    to[i + 5] = 0.1 * f + 0.3 * (g - e) + 0.2 * (above[i + 5]! - z[i + 5]!);
    to[i + 6] = 0.1 * g + 0.3 * (h - f) + 0.2 * (above[i + 6]! - z[i + 6]!);
    to[i + 7] = 0.1 * h + 0.3 * (next - g) + 0.2 * (above[i + 7]! - z[i + 7]!);
    before = h;
    a = next;
  }
  for (i += far; i < m; i++) out[i] = nearEnd(i);
}

function run(problem: Problem, start: Float64Array, count: number, reuse = false): Iterate {
  let last: Iterate | undefined;
  iterate(problem, start, chain(take(count), extragradient({ stepSize: eta })), {
    slice: Number.POSITIVE_INFINITY,
    reuse,
  }).subscribe((row) => {
    last = row;
  });
  return last!;
}

/** Compares extragradient with each set to two evaluations of the field. */
function compareSteps(n: number, a: Float64Array, b: Float64Array, count: number): ReturnType<typeof compare> {
  const map = denseMatrix(n, n, a);
  const write = (z: Float64Array, out: Float64Array): void => {
    map.apply(z, out);
    for (let i = 0; i < n; i++) out[i] = out[i]! + b[i]!;
  };
  const field = new Float64Array(n);
  const sets: readonly (readonly [string, ConvexSet | undefined])[] = [
    ["no constraint", undefined],
    ["box", box(new Float64Array(n).fill(-1), new Float64Array(n).fill(1))],
    ["ball", ball(new Float64Array(n), 10)],
    ["simplex", simplex(n)],
  ];
  const start = new Float64Array(n).fill(1 / n);
  return compare({
    title: `One extragradient iteration, dense field, n = ${n}`,
    unit: "iteration",
    count,
    cases: [
      {
        name: "two field evaluations",
        run: (times) => {
          for (let k = 0; k < 2 * times; k++) write(start, field);
        },
      },
      ...sets.map(([name, set]) => ({
        name: `extragradient, ${name}`,
        run: (times: number) => void run(fieldOf(n, write, set), start, times),
      })),
      ...sets.map(([name, set]) => ({
        name: `extragradient, ${name}, arrays reused`,
        run: (times: number) => void run(fieldOf(n, write, set), start, times, true),
      })),
    ],
  });
}

const folder = mkdtempSync(join(tmpdir(), "fluxion-bench-"));
const workers: Worker[] = [];
try {
  const { a, b } = denseData(n);
  const steps = compareSteps(n, a, b, 300);
  if (size === 1000) {
    const larger = denseData(3000);
    compareSteps(3000, larger.a, larger.b, 20);
  }

  const lower = new Float64Array(large).fill(-1);
  const cube = box(
    lower,
    lower.map((x) => -x),
  );
  const written = fieldOf(large, bandedField, cube);
  const matrix = banded(large, { [-far]: -0.2, [-1]: -0.3, 0: 0.1, 1: 0.3, [far]: 0.2 });
  const given = variationalInequality(affineField(matrix), cube);
  const line = Float64Array.from({ length: large }, (_, i) => -1 + (2 * i) / (large - 1));
  const sparse = compare({
    title: `One extragradient iteration over a box, banded skew field, n = ${large}`,
    unit: "iteration",
    count: 100,
    rounds: 5,
    cases: [
      {
        name: "two evaluations of a field in TypeScript",
        run: (count) => {
          const out = new Float64Array(large);
          for (let k = 0; k < 2 * count; k++) bandedField(line, out);
        },
      },
      { name: "extragradient", run: (count) => void run(written, line, count) },
      { name: "extragradient, arrays reused", run: (count) => void run(written, line, count, true) },
      { name: "extragradient, banded matrix", run: (count) => void run(given, line, count) },
      { name: "extragradient, banded matrix, arrays reused", run: (count) => void run(given, line, count, true) },
    ],
  });

  writeFileSync(`${folder}/a.f64`, a);
  writeFileSync(`${folder}/b.f64`, b);
  const random = randomFrom(2);
  const values = Float64Array.from({ length: size * size }, () => Math.tanh(random()));
  writeFileSync(`${folder}/game.f64`, values);
  const before = process.cpuUsage();
  const solved = solve(values, 1e-4);
  const { user, system } = process.cpuUsage(before);
  const results: Record<string, unknown> = {
    game: { size, seconds: (user + system) / 1e6, steps: solved.step, gap: solved.gap, value: solved.value },
  };
  // As installed, NumPy's allocator returns large arrays to the system and requests them again.
  const { MALLOC_TRIM_THRESHOLD_: _, MALLOC_MMAP_THRESHOLD_: __, ...asInstalled } = fairEnvironment();
  for (const [name, requests, environment, label = name] of [
    ["numpy", ["dense", "sparse"], fairEnvironment()],
    ["numpy", ["sparse"], asInstalled, "numpy as installed,"],
    ["monviso", ["dense"], fairEnvironment()],
    ["highs", ["game"], fairEnvironment()],
  ] as const) {
    const worker = await startWorker(
      name,
      python,
      [fileURLToPath(new URL("./peers/games.py", import.meta.url)), name],
      environment,
    );
    if (worker === undefined) {
      if (!json) console.log(`skipped: ${name}, since ${python} does not have it`);
      continue;
    }
    workers.push(worker);
    for (const op of requests) {
      const request = {
        dense: { op, n, folder, count: 300 },
        sparse: { op, n: large, count: 100 },
        game: { op, folder, rows: size, columns: size },
      }[op];
      results[`${label} ${op}`] = await worker.ask(request);
    }
  }
  if (json) console.log(JSON.stringify({ title: "peers", results }));
  else {
    console.log(
      `A matrix game of ${size} x ${size} to a duality gap of 1e-4 by restarted extragradient, and the peers:`,
    );
    for (const [name, result] of Object.entries(results)) console.log(`  ${name}: ${JSON.stringify(result)}`);
    const box = steps.find(({ name }) => name === "extragradient, box")!;
    console.log(
      `  fluxion, us per iteration: dense with a box ${box.median.toFixed(0)}, banded ${sparse[3]!.median.toFixed(0)}, banded with arrays reused ${sparse[4]!.median.toFixed(0)}`,
    );
  }
} finally {
  for (const worker of workers) worker.stop();
  rmSync(folder, { recursive: true });
}

interface Solved {
  readonly step: number;
  readonly gap: number;
  readonly value: number;
}

/** Runs restarted extragradient. Every 20 steps it measures the gaps of the last and of the averaged iterate. */
function solve(values: Float64Array, gap: number): Solved {
  const game = zeroSumGame({ name: "random", values, rows: simplex(size), columns: simplex(size), description: null });
  const start = new Float64Array(2 * size).fill(1 / size);
  let last: Iterate | undefined;
  const reached = (row: Iterate): number =>
    Math.min(
      row.columns.primalGap ?? Number.POSITIVE_INFINITY,
      row.columns.averagePrimalGap ?? Number.POSITIVE_INFINITY,
    );
  iterate(game, start, restarts(adaptiveExtragradient()), { slice: Number.POSITIVE_INFINITY })
    .pipe(
      average({ every: 20 }),
      primalGap({ every: 20 }),
      primalGap({ of: "average", every: 20 }),
      takeWhile((row) => !(reached(row) <= gap), true),
    )
    .subscribe((row) => {
      last = row;
    });
  const point = last!.columns.primalGap! <= last!.columns.averagePrimalGap! ? last!.point : last!.vectors.average!;
  return { step: last!.step, gap: reached(last!), value: game.payoff(point) };
}
