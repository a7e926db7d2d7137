/** fluxion as a worker of bench/hvp.ts. The protocol is that of hvp.py. */
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { describeExecutor } from "../../src/autodiff/executor.ts";
import { findBlas } from "../../src/linalg/blas/blas.ts";
import { objective } from "../../src/problems/objective.ts";
import { type Clock, duration } from "../support/duration.ts";
import { dimensionOf, lossOf, type NetworkCase, shapesOf, textbookProducts } from "../support/networks.ts";
import { readNumbers } from "../support/results.ts";
import { probe } from "../support/rounds.ts";

type Functions = Readonly<Record<string, () => void>>;
let functions: Functions = {};

/** Computes the textbook's products alone, by BLAS, each on matrices of its own size. */
function products(network: NetworkCase, of: "hvp" | "gradient"): (() => void) | undefined {
  const blas = findBlas("");
  if (blas === undefined) return undefined;
  const list = textbookProducts(network, of);
  const largest = Math.max(...list.flatMap(([m, n, k]) => [m * k, k * n, m * n]));
  const memory = new Float64Array(3 * largest).map((_, i) => Math.sin(i));
  return () => {
    const [a, b, c] = [0, 1, 2].map((i) => blas.addressOf(memory.buffer) + 8 * i * largest) as [number, number, number];
    for (const [m, n, k] of list) blas.gemm(101, 111, 111, m, n, k, 1, a, k, b, n, 0, c, n);
  };
}

function load({ case: network, folder, name, reduceSamples }: Command): void {
  const started = performance.now();
  const problem = objective(shapesOf(network), lossOf(network) as never, { name: network.name, reduceSamples });
  console.error(`compiled in ${performance.now() - started} ms`);
  const point = readNumbers(`${folder}/point.f64`);
  const other = point.map((x, i) => (i === 0 ? x + 1e-9 : x));
  const direction = readNumbers(`${folder}/direction.f64`);
  const n = dimensionOf(network);
  const [gradient, product] = [new Float64Array(n), new Float64Array(n)];
  let odd = false;
  problem.evaluate(point, gradient);
  const map = problem.linearize(point);
  map.apply(direction, product);
  writeFileSync(`${folder}/${name}.gradient.f64`, gradient);
  writeFileSync(`${folder}/${name}.hvp.f64`, product);
  const [hvpProducts, gradientProducts] = [products(network, "hvp"), products(network, "gradient")];
  functions = {
    hvp: () => map.apply(direction, product),
    // Two points alternate, since the same point in succession is not computed again.
    gradient: () => {
      odd = !odd;
      problem.evaluate(odd ? other : point, gradient);
    },
    linearize: () => {
      odd = !odd;
      problem.linearize(odd ? other : point);
    },
    ...(hvpProducts === undefined ? {} : { "hvp products": hvpProducts }),
    ...(gradientProducts === undefined ? {} : { "gradient products": gradientProducts }),
  };
}

interface Command {
  readonly op: "load" | "time" | "probe";
  readonly case: NetworkCase;
  readonly folder: string;
  readonly name: string;
  /** Whether the data of linear networks are reduced, which is exact. */
  readonly reduceSamples: boolean;
  readonly what: string;
  readonly seconds: number;
  /** By default CPU time. */
  readonly clock?: Clock;
}

console.log(JSON.stringify({ version: process.version, executor: describeExecutor() }));
createInterface({ input: process.stdin }).on("line", (line) => {
  const command: Command = JSON.parse(line);
  if (command.op === "load") {
    load(command);
    console.log(JSON.stringify({ ok: true }));
    return;
  }
  if (command.op === "probe") {
    console.log(JSON.stringify({ us: probe() }));
    return;
  }
  const run = functions[command.what];
  console.log(JSON.stringify({ us: run === undefined ? null : duration(run, command.seconds, command.clock) }));
});
