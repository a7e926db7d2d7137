/** What does the loop cost per iterate, apart from problem and operators? */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Observable, take } from "rxjs";
import { RunEncoder } from "../src/arrow/encoder.ts";
import { gradientStep } from "../src/operators/steps/gradientStep.ts";
import type { Problem } from "../src/problems/problem.ts";
import { chain } from "../src/streams/chain.ts";
import { defineMeasure } from "../src/streams/defineMeasure.ts";
import { defineUpdate } from "../src/streams/defineUpdate.ts";
import { iterate } from "../src/streams/iterate.ts";
import type { Iterate, Measure, Update } from "../src/streams/types.ts";

const steps = 100_000;
const rounds = 9;
/** Step size, so small that the points of a round stay finite. */
const eta = 1e-6;

/** The problem F(z) = z, whose cost is negligible. */
function identity(n: number): Problem {
  return {
    name: "identity",
    dimension: n,
    symmetric: true,
    evaluate(point, field) {
      for (let i = 0; i < n; i++) field[i] = point[i]!;
      return 0;
    },
    linearize() {
      throw new Error("not needed here");
    },
    blocks: [],
  };
}

/** The same steps without fluxion's loop. With `fresh` each step makes new arrays, as the loop does. */
function arithmetic(n: number, fresh: boolean): number {
  const problem = identity(n);
  let point = new Float64Array(n).fill(1);
  let field = new Float64Array(n);
  const direction = new Float64Array(n);
  let sum = 0;
  for (let k = 0; k < steps; k++) {
    if (fresh) field = new Float64Array(n);
    problem.evaluate(point, field);
    let squaredFieldNorm = 0;
    for (let i = 0; i < n; i++) squaredFieldNorm += field[i]! * field[i]!;
    sum += squaredFieldNorm;
    for (let i = 0; i < n; i++) direction[i] = -field[i]!;
    const next = fresh ? new Float64Array(n) : point;
    for (let i = 0; i < n; i++) next[i] = point[i]! + eta * direction[i]!;
    point = next;
  }
  return sum;
}

// Five operators with one column each: an update and four measures, two of which have a state.
const stepping = (): Update =>
  defineUpdate({
    name: "stepping",
    columns: { size: { meaning: "step size" } },
    step: () => ({ stepSize: eta, columns: { size: eta } }),
  });
const norm = (): Measure =>
  defineMeasure({
    name: "norm",
    columns: { norm: { meaning: "||F||" } },
    step: (it) => ({ columns: { norm: Math.sqrt(it.squaredFieldNorm) } }),
  });
const first = (): Measure =>
  defineMeasure({
    name: "first",
    columns: { first: { meaning: "first coordinate" } },
    step: (it) => ({ columns: { first: it.point[0] } }),
  });
const mean = (): Measure =>
  defineMeasure({
    name: "mean",
    columns: { mean: { meaning: "mean of ||F||^2 so far" } },
    init: () => ({ sum: 0, count: 0 }),
    step(it, state) {
      state.sum += it.squaredFieldNorm;
      state.count++;
      return { columns: { mean: state.sum / state.count } };
    },
  });
const least = (): Measure =>
  defineMeasure({
    name: "least",
    columns: { least: { meaning: "least ||F||^2 so far" } },
    init: () => ({ least: Number.POSITIVE_INFINITY }),
    step(it, { least }) {
      const now = Math.min(least, it.squaredFieldNorm);
      return { state: { least: now }, columns: { least: now } };
    },
  });
/** A measure that reads a row and writes nothing. */
const silent = (name: string): Measure =>
  defineMeasure({
    name,
    init: () => ({ sum: 0 }),
    step(it, state) {
      state.sum += it.squaredFieldNorm;
    },
  });

type Sink = (rows: Observable<Iterate>) => void;
const nowhere: Sink = (rows) => void rows.subscribe();

/** Copies columns and points of 256 rows into typed arrays, as every recorder does before it encodes. */
const toColumns: Sink = (rows) => {
  const columns = new Map<string, Float64Array>();
  let points = new Float64Array(0);
  rows.subscribe((row) => {
    const at = row.step % 256;
    if (points.length === 0) points = new Float64Array(256 * row.point.length);
    points.set(row.point, at * row.point.length);
    for (const name in row.columns) {
      let column = columns.get(name);
      if (column === undefined) {
        column = new Float64Array(256);
        columns.set(name, column);
      }
      column[at] = row.columns[name] ?? Number.NaN;
    }
  });
};

/** Makes Arrow record batches of 256 rows with all points, as they go into a file. */
const toArrow: Sink = (rows) => {
  let encoder: RunEncoder | undefined;
  rows.subscribe((row) => {
    encoder ??= new RunEncoder(row.run, row.point.length, { points: "all" });
    encoder.append(row);
    if (row.step % 256 === 255) encoder.flush();
  });
};

function loop(n: number, rule: Update, after: (rows: Observable<Iterate>) => Observable<Iterate>, sink: Sink): void {
  sink(
    after(
      iterate(identity(n), new Float64Array(n).fill(1), chain(take(steps), rule), {
        slice: Number.POSITIVE_INFINITY,
      }),
    ),
  );
}

const none = <T>(rows: T): T => rows;
const inside = (): Update => chain(norm(), first(), mean(), least(), stepping());
const outside = (rows: Observable<Iterate>): Observable<Iterate> => rows.pipe(first(), mean(), least());
const cases: Readonly<Record<string, (n: number) => void>> = {
  "arithmetic alone, arrays reused": (n) => arithmetic(n, false),
  "arithmetic alone, two new arrays per step": (n) => arithmetic(n, true),
  "loop + one update": (n) => loop(n, gradientStep(eta), none, nowhere),
  "five operators without columns, no sink": (n) =>
    loop(n, chain(silent("a"), silent("b"), silent("c"), silent("d"), gradientStep(eta)), none, nowhere),
  "five operators inside (5 columns) + sink": (n) => loop(n, inside(), none, toColumns),
  "two inside, three after (5 columns) + sink": (n) => loop(n, chain(norm(), stepping()), outside, toColumns),
  "five operators inside (5 columns) + Arrow": (n) => loop(n, inside(), none, toArrow),
};

/**
 * Median CPU time per iterate in microseconds, which other programs on the machine disturb less than wall time. Garbage
 * collection is not forced between rounds, since that discards compiled code and makes everything seem twice as slow.
 */
function median(run: () => void): number {
  const times: number[] = [];
  run();
  for (let k = 0; k < rounds; k++) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / steps);
  }
  return times.sort((a, b) => a - b)[rounds >> 1]!;
}

interface Result {
  readonly name: string;
  readonly "n = 2": number;
  readonly "n = 128": number;
}

/** Measures a case in this process. */
function measured(name: string): Result {
  const run = cases[name]!;
  return { name, "n = 2": median(() => run(2)), "n = 128": median(() => run(128)) };
}

/** Measures a case in a process of its own, so that it is compiled for itself. */
function inProcess(name: string): Result {
  const file = fileURLToPath(import.meta.url);
  const { stdout, status } = spawnSync(process.execPath, [...process.execArgv, file, "--case", name], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`the case "${name}" ended with ${status}`);
  return JSON.parse(stdout) as Result;
}

const [flag, name] = process.argv.slice(2);
if (flag === "--case") {
  console.log(JSON.stringify(measured(name!)));
} else {
  const results = Object.keys(cases).map(inProcess);
  if (flag === "--json") {
    console.log(
      JSON.stringify({
        bench: "loop",
        unit: "us of CPU time per iterate",
        steps,
        rounds,
        node: process.version,
        results,
      }),
    );
  } else {
    console.log(`us of CPU time per iterate: medians of ${rounds} rounds of ${steps} steps, Node ${process.version}`);
    for (const { name, "n = 2": two, "n = 128": many } of results) {
      console.log(`${name.padEnd(44)} n = 2 ${two.toFixed(2).padStart(8)}   n = 128 ${many.toFixed(2).padStart(8)}`);
    }
  }
}
