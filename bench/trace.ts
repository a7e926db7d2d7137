/**
 * How long does it take to trace, differentiate and compile a model of published size, and how large are its graphs?
 */
import { cpus } from "node:os";
import * as tf from "@tensorflow/tfjs";
import { compileField, gradient, linearize, trace } from "fluxion/autodiff";
import { lstm, type ModelCase, resNet20, transformer } from "./support/models.ts";

/*
 * npm run bench -- trace [--json]
 *
 * Each model is measured three times, the first time cold, in CPU time of this process. `evaluate` is one evaluation
 * with its linearisation, and `product` one Hessian-vector product. Among the nodes, `products` are matrix products.
 */
await tf.setBackend("cpu");
const json = process.argv.includes("--json");

interface Node {
  readonly inputs: readonly Node[];
  readonly op: string;
}

interface Figures {
  readonly model: string;
  readonly parameters: number;
  readonly trace: number;
  readonly differentiate: number;
  readonly compile: number;
  readonly evaluate: number;
  readonly product: number;
  /**
   * Numbers of nodes of loss, gradient and Hessian-vector product, and of matrix products and residuals of the latter.
   */
  readonly nodes: Readonly<Record<"loss" | "gradient" | "linear" | "products" | "residuals", number>>;
}

const milliseconds = <T>(act: () => T): readonly [T, number] => {
  const before = process.cpuUsage();
  const result = act();
  const { user, system } = process.cpuUsage(before);
  return [result, (user + system) / 1000];
};

/** The nodes that compute something. */
function nodesOf(outputs: readonly Node[]): readonly Node[] {
  const seen = new Set(outputs);
  for (const node of seen) for (const input of node.inputs) seen.add(input);
  return [...seen].filter(({ op }) => op !== "input" && op !== "fill" && op !== "constant");
}

function measure({ name, shapes, loss }: ModelCase): Figures {
  const [traced, traceTime] = milliseconds(() =>
    trace({
      who: name,
      parameters: shapes.map((shape, i) => ({ name: `p${i}`, shape })),
      call: loss,
      outputsOf: (result) => [result as tf.Tensor],
    }),
  );
  const { builder, parameters, outputs } = traced;
  const [[slopes, { linear, residuals }], differentiateTime] = milliseconds(() => {
    const first = gradient(builder, outputs[0]!, parameters);
    return [first, linearize(builder, first, parameters)] as const;
  });
  const [program, compileTime] = milliseconds(() => {
    const compiled = compileField({ builder, parameters, value: outputs[0]!, field: slopes, symmetric: true });
    const n = compiled.dimension;
    compiled.instance().linearize(new Float64Array(n)).apply(new Float64Array(n), new Float64Array(n));
    return compiled;
  });
  const n = program.dimension;
  const point = Float64Array.from({ length: n }, (_, i) => 0.1 * Math.sin(i));
  const { evaluate, linearize: at } = program.instance();
  const [jacobian, evaluateTime] = milliseconds(() => {
    evaluate(point, new Float64Array(n));
    return at(point);
  });
  const [, productTime] = milliseconds(() => jacobian.apply(point, new Float64Array(n)));
  const moving = nodesOf(linear.outputs);
  return {
    model: name,
    parameters: n,
    trace: traceTime,
    differentiate: differentiateTime,
    compile: compileTime,
    evaluate: evaluateTime,
    product: productTime,
    nodes: {
      loss: nodesOf(outputs).length,
      gradient: nodesOf([...outputs, ...slopes]).length,
      linear: moving.length,
      products: moving.filter(({ op }) => op === "matmul").length,
      residuals: residuals.length,
    },
  };
}

const rounds: Figures[] = [];
for (const model of [lstm(), transformer(), resNet20()]) for (let k = 0; k < 3; k++) rounds.push(measure(model));

if (json) console.log(JSON.stringify({ cpu: cpus()[0]?.model, node: process.version, rounds }));
else {
  for (const [k, { model, parameters, nodes, ...times }] of rounds.entries()) {
    if (k % 3 === 0) {
      const { loss, gradient: slopes, linear, products, residuals } = nodes;
      console.log(`\n${model}: ${parameters} parameters`);
      console.log(
        `  nodes: loss ${loss}, with gradient ${slopes}, linear ${linear} (${products} matrix products), ${residuals} residuals`,
      );
    }
    const shown = Object.entries(times).map(([what, time]) => `${what} ${time.toFixed(0)} ms`);
    console.log(`  ${k % 3 === 0 ? "cold" : "warm"}: ${shown.join(", ")}`);
  }
}
