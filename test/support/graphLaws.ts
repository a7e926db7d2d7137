import type { GraphBuilder } from "../../src/autodiff/build/builder.ts";
import { compileFunction } from "../../src/autodiff/compileFunction.ts";
import { checkGraph } from "../../src/autodiff/derivatives/checkGraph.ts";
import { gradient, inputsOf, pullback, pushforward } from "../../src/autodiff/derivatives/differentiate.ts";
import { type Node, sizeOf } from "../../src/autodiff/graph/graph.ts";
import { linearize } from "../../src/autodiff/passes/linearize.ts";
import { batched } from "../../src/autodiff/passes/samples/batched.ts";
import { richardson } from "../../src/problems/richardson.ts";
import { assertClose } from "./assert.ts";
import { normalVector } from "./random.ts";

type Numbers = Readonly<Record<string, Float64Array>>;

/** Values of nodes at numbers for the inputs; the graph is checked before it runs. */
export function evaluate(outputs: readonly Node[], numbers: Numbers, linearIn: readonly Node[] = []): Float64Array[] {
  const graph = { inputs: inputsOf(outputs), outputs };
  checkGraph(graph, { linearIn: linearIn.filter((node) => graph.inputs.some((input) => input === node)) });
  return compileFunction(graph)(numbers);
}

export interface LawsOptions {
  /** Relative to the largest entry. Default 1e-9. */
  readonly tolerance?: number;
  /** First step of the differences; default 0.05. */
  readonly step?: number;
}

/**
 * What must hold for every differentiable graph at a point: forward mode against differences, reverse against forward,
 * second derivatives against differences of the gradient, several directions at once against one at a time, the split
 * and its transpose against both, every graph sound and linear where it should be.
 */
export function assertLaws(
  b: GraphBuilder,
  inputs: readonly Node<"input">[],
  y: Node,
  at: Numbers,
  { tolerance = 1e-9, step = 0.05 }: LawsOptions = {},
): void {
  const directions = inputs.map((node, i) => normalVector(sizeOf(node.shape), 1000 + i));
  const weights = normalVector(sizeOf(y.shape), 2000);
  const moved = (t: number): Numbers =>
    Object.fromEntries(
      inputs.map(({ attributes: { name } }, i) => [name, at[name]!.map((x, k) => x + t * directions[i]![k]!)]),
    );
  const numericallyClose = (actual: Float64Array, f: (t: number) => Float64Array, what: string): void => {
    const { derivative, error } = richardson(f, step);
    const scale = Math.max(1, ...Array.from(derivative, Math.abs));
    if (!(error <= tolerance * scale)) throw new Error(`${what}: differences resolve ${error} only`);
    assertClose(actual, derivative, 2 * tolerance, what, 1);
  };

  const tangents = inputs.map((node, i) => b.input(`t${i}`, "tangent", node.shape));
  const seeds = new Map<Node, Node>(inputs.map((node, i) => [node, tangents[i]!]));
  const known = { ...at, ...Object.fromEntries(directions.map((v, i) => [`t${i}`, v])) };

  const forward = pushforward(b, [y], seeds);
  const [jv] = evaluate(forward, known, tangents) as [Float64Array];
  numericallyClose(jv, (t) => evaluate([y], moved(t))[0]!, "forward mode");

  const reverse = pullback(b, [y], [b.constant(weights, y.shape)], inputs);
  const gradients = evaluate(reverse, at);
  assertClose(total(gradients, directions), total([jv], [weights]), 1e-12, "reverse against forward", 1);

  const loss = b.sum(b.mul(b.constant(weights, y.shape), b.mul(y, y)));
  const first = gradient(b, loss, inputs);
  const second = evaluate(pushforward(b, first, seeds), known, tangents);
  numericallyClose(join(second), (t) => join(evaluate(first, moved(t))), "forward over reverse");

  const lead = inputs.map((node, i) => b.input(`s${i}`, "tangent", [3, ...node.shape]));
  const several = inputs.map((node, i) => normalVector(3 * sizeOf(node.shape), 3000 + i));
  const many = evaluate(
    pushforward(b, first, new Map<Node, Node>(inputs.map((node, i) => [node, lead[i]!])), 1),
    { ...at, ...Object.fromEntries(several.map((v, i) => [`s${i}`, v])) },
    lead,
  );
  for (let k = 0; k < 3; k++) {
    const own = several.map((v) => row(v, k));
    const one = evaluate(pushforward(b, first, seeds), {
      ...at,
      ...Object.fromEntries(own.map((v, i) => [`t${i}`, v])),
    });
    assertClose(join(many.map((v) => row(v, k))), join(one), 0, "several directions at once");
  }

  splitAgrees(b, inputs, first, at, directions, join(second));
  assertBatched(b, inputs, [y, ...first], at);
}

/**
 * For every choice of inputs that have several values, the batched graph gives what the graph gives for each of them. The
 * values are those at the point, in other orders.
 */
export function assertBatched(
  b: GraphBuilder,
  inputs: readonly Node<"input">[],
  outputs: readonly Node[],
  at: Numbers,
): void {
  const count = 3;
  for (let chosen = 1; chosen < 2 ** inputs.length; chosen++) {
    const many = inputs.filter((_, i) => ((chosen >> i) & 1) === 1);
    const given = new Map<Node, Node<"input">>(
      many.map((node) => [node, b.input(`${node.attributes.name} x ${count}`, "data", [count, ...node.shape])]),
    );
    const moved = (name: string, k: number): Float64Array => at[name]!.map((_, i, all) => all[(i + k) % all.length]!);
    const values = Object.fromEntries(
      many.map(({ attributes: { name } }) => [
        `${name} x ${count}`,
        join(Array.from({ length: count }, (_, k) => moved(name, k))),
      ]),
    );
    const found = evaluate(batched(b, outputs, given, count), { ...at, ...values });
    for (let k = 0; k < count; k++) {
      const own = Object.fromEntries(many.map(({ attributes: { name } }) => [name, moved(name, k)]));
      const expected = evaluate(outputs, { ...at, ...own });
      for (const [i, output] of outputs.entries()) {
        assertClose(row(found[i]!, k), expected[i]!, 1e-12, `batched: ${output.op}, value ${k} of ${chosen}`);
      }
    }
  }
}

/** The linear graph on stored residuals gives the same product; its transpose is its adjoint. */
function splitAgrees(
  b: GraphBuilder,
  inputs: readonly Node<"input">[],
  outputs: readonly Node[],
  at: Numbers,
  directions: readonly Float64Array[],
  expected: Float64Array,
): void {
  for (const transpose of [false, true]) {
    const { residuals, linear, directions: vectors } = linearize(b, outputs, inputs, { transpose });
    checkGraph(linear, { linearIn: vectors });
    const stored = evaluate(residuals, at);
    const given = Object.fromEntries(
      linear.inputs.map(({ attributes: { name } }, i) => [name, directions[i] ?? stored[i - vectors.length]!]),
    );
    // The outputs are a gradient: their Jacobian equals its transpose.
    assertClose(join(compileFunction(linear)(given)), expected, 1e-12, transpose ? "transposed split" : "split", 1);
  }
}

function row(values: Float64Array, k: number): Float64Array {
  const size = values.length / 3;
  return values.slice(k * size, (k + 1) * size);
}

function join(parts: readonly Float64Array[]): Float64Array {
  return Float64Array.from(parts.flatMap((part) => Array.from(part)));
}

function total(a: readonly Float64Array[], b: readonly Float64Array[]): number {
  const [left, right] = [join(a), join(b)];
  return left.reduce((sum, x, i) => sum + x * right[i]!, 0);
}
