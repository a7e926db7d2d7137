/** What do a call of the executor `xla`, a step in a loop on the device, and a compilation cost? */
import { GraphBuilder } from "../src/autodiff/build/builder.ts";
import { gradient } from "../src/autodiff/derivatives/differentiate.ts";
import type { FieldParts } from "../src/autodiff/fieldParts.ts";
import { XlaEngine } from "../src/autodiff/xla/engine.ts";
import { compileLoop } from "../src/autodiff/xla/loop/deviceLoop.ts";
import { openClient } from "../src/autodiff/xla/plugin.ts";
import { deviceSteps } from "../src/device/deviceSteps.ts";
import { adam } from "../src/operators/steps/adam.ts";
import { gradientStep } from "../src/operators/steps/gradientStep.ts";
import { objective } from "../src/problems/objective.ts";
import { chain } from "../src/streams/chain.ts";
import { firstRows } from "../src/streams/firstRows.ts";
import { dimensionOf, lossOf, networkNamed, pointOf, shapesOf } from "./support/networks.ts";
import { quantile } from "./support/rounds.ts";

/*
 * npm run bench -- xlaCalls
 *
 * Medians, in CPU time of all threads and as time passes. L(z) = sum of z^2 in 50 numbers, whose arithmetic takes next to
 * no time.
 */
function small(): FieldParts {
  const builder = new GraphBuilder();
  const z = builder.input("z", "parameter", [50]);
  const value = builder.sum(builder.mul(z, z));
  return { builder, parameters: [z], value, field: gradient(builder, value, [z]), symmetric: true };
}

/** Microseconds of `work`: CPU time and time that passes. */
function measure(count: number, work: () => void): string {
  const [cpu, wall]: [number[], number[]] = [[], []];
  for (let i = 0; i < count; i++) {
    const before = process.cpuUsage();
    const began = performance.now();
    work();
    wall.push((performance.now() - began) * 1000);
    const { user, system } = process.cpuUsage(before);
    cpu.push(user + system);
  }
  return `${quantile(cpu, 0.5).toPrecision(3)} us of CPU time, ${quantile(wall, 0.5).toPrecision(3)} us`;
}

const engine = new XlaEngine(small(), openClient());
const [point, out] = [new Float64Array(50).fill(1), new Float64Array(50)];
const owner = { data: [], point };
const repeat = 1000;
const products = (count: number): void => {
  for (let i = 0; i < count; i++) engine.multiply(owner, point, 1, out);
};
products(repeat);
console.log(`${repeat} products, vector in, vector out: ${measure(21, () => products(repeat))}`);
const before = process.memoryUsage().rss;
products(100_000);
const grown = (process.memoryUsage().rss - before) / 1e6;
console.log(`10^5 products: memory grows by ${grown.toFixed(1)} MB; ${engine.buffers} buffers are on the device`);

const steps = 100;
const loop = compileLoop(small(), { method: "adam", steps });
loop.start(point);
const data: readonly Float64Array[] = [];
loop.advance({ stepSize: 1e-3 }, data);
console.log(`${steps} steps of Adam in one call: ${measure(101, () => void loop.advance({ stepSize: 1e-3 }, data))}`);

/** Steps of Adam through `iterate`, on a network whose gradient takes some tens of microseconds. */
const shared = { stepSize: 1e-3, decay: 0.9 } as const;
const few = networkNamed("swish 16-8-16, N=10000");
for (const [words, executor, rows, update] of [
  ["adam of fluxion, executor float64", "float64", steps, chain(adam(), gradientStep(shared.stepSize))],
  ["adam of fluxion, executor xla", "xla", steps, chain(adam(), gradientStep(shared.stepSize))],
  [`deviceSteps, ${steps} steps a row`, "xla", 1, deviceSteps({ method: "adam", steps, ...shared })],
] as const) {
  const problem = objective(shapesOf(few), lossOf(few) as never, { executor });
  const start = pointOf(few);
  const run = (): void => void firstRows(problem, start, update, rows);
  run();
  console.log(`${few.name}, ${steps} steps by iterate, ${words}: ${measure(21, run)}`);
}

process.env.FLUXION_EXECUTOR = "xla";
const network = networkNamed("tanh, average, 1-8-16-10 of 8x8, N=256");
const compile = (): void => {
  const problem = objective(shapesOf(network), lossOf(network) as never, { name: network.name });
  const [z, field] = [pointOf(network), new Float64Array(dimensionOf(network))];
  problem.evaluate(z, field);
  problem.linearize(z)?.apply(z, field);
};
console.log(`${network.name}: traced, compiled, one gradient and one product: ${measure(3, compile)}`);
