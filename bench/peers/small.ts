/** fluxion as a worker of bench/small.ts. The protocol is that of hvp.py. */
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { describeExecutor } from "../../src/autodiff/executor.ts";
import { lanczos, linearMap, minresQLP } from "../../src/linalg/index.ts";
import { axpy } from "../../src/linalg/vector.ts";
import { objective } from "../../src/problems/objective.ts";
import { duration } from "../support/duration.ts";
import { lossOf, type NetworkCase, shapesOf } from "../support/networks.ts";
import { readNumbers } from "../support/results.ts";

/** Steps per call, as in small.py. */
const steps = 100;
const lanczosSteps = 50;

/** A task, and how many steps a call does. */
type Task = readonly [run: () => void, steps: number];
let tasks: Readonly<Record<string, Task>> = {};

interface Command {
  readonly op: "load" | "time";
  readonly case: NetworkCase;
  readonly folder: string;
  readonly what: string;
  readonly seconds: number;
}

function load({ case: network, folder }: Command): void {
  const problem = objective(shapesOf(network), lossOf(network) as never, { name: network.name, reduceSamples: false });
  const point = readNumbers(`${folder}/point.f64`);
  const b = readNumbers(`${folder}/direction.f64`);
  const n = problem.dimension;
  const beside = problem.linearize(point);
  const apart = linearMap({ rows: n, columns: n, symmetric: true, apply: (v, out) => beside.apply(v, out) });
  // These make the solver take all iterations, whatever the residual.
  const options = { relativeTolerance: 0, maxIterations: steps, maxCondition: 1e300 };
  const [v, out, z, field] = Array.from({ length: 4 }, () => new Float64Array(n)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const multiply = (count: number): void => {
    v.set(b);
    for (let k = 0; k < count; k += 2) {
      beside.apply(v, out);
      beside.apply(out, v);
    }
  };
  const descend = (): void => {
    z.set(point);
    for (let k = 0; k < steps; k++) {
      problem.evaluate(z, field);
      axpy(-0.01, field, z);
    }
  };
  tasks = {
    product: [() => beside.apply(b, out), 1],
    "product loop": [() => multiply(steps), steps],
    minres: [() => void minresQLP(beside, b, options), steps],
    "minres qlp": [() => void minresQLP(beside, b, { ...options, transitionCondition: 1 }), steps],
    "minres apart": [() => void minresQLP(apart, b, options), steps],
    lanczos: [() => void lanczos(beside, { start: b, steps: lanczosSteps }), lanczosSteps],
    "gradient loop": [descend, steps],
  };
  beside.apply(b, out);
  const results: Readonly<Record<string, Float64Array>> = {
    product: out.slice(),
    minres: minresQLP(beside, b, { ...options, maxIterations: 20 }).x,
    lanczos: lanczos(beside, { start: b, steps: lanczosSteps }).values,
  };
  descend();
  for (const [task, values] of Object.entries({ ...results, "gradient loop": z })) {
    writeFileSync(`${folder}/fluxion.${task.replaceAll(" ", "-")}.f64`, values);
  }
}

console.log(JSON.stringify({ version: process.version, executor: describeExecutor() }));
createInterface({ input: process.stdin }).on("line", (line) => {
  const command: Command = JSON.parse(line);
  if (command.op === "load") {
    load(command);
    console.log(JSON.stringify({ ok: true }));
    return;
  }
  const task = tasks[command.what];
  console.log(JSON.stringify({ us: task === undefined ? null : duration(task[0], command.seconds) / task[1] }));
});
