/** Graphs of the curvature matrices of a loss L = sum_i w_i l_i(z_i) of outputs z [n, c], each linear in its directions. */
import type { GraphBuilder } from "../../autodiff/build/builder.ts";
import { gradient, inputsOf, pullback, pushforward } from "../../autodiff/derivatives/differentiate.ts";
import type { Graph, Node } from "../../autodiff/graph/graph.ts";
import { substitute } from "../../autodiff/trace/substitute.ts";
import { layersOf } from "./layersOf.ts";
import type { OutputLaw } from "./outputLosses.ts";

/** A traced loss of outputs. */
export interface OutputGraph {
  readonly builder: GraphBuilder;
  readonly parameters: readonly Node<"input">[];
  /** The outputs z as a function of the parameters. */
  readonly z: Node;
  /** An input that stands for z, of which `losses` is a function. */
  readonly zeta: Node<"input">;
  /** The losses l_i, n numbers. */
  readonly losses: Node;
  /** The weights w_i, n numbers. */
  readonly weights: Node;
  readonly law?: Pick<OutputLaw, "fisher">;
  /** Variances, one per output, where the law has known ones. */
  readonly variance: readonly number[];
  /** Factor c_k of each parameter in the penalty sum_k c_k ||theta_k||^2. */
  readonly penalty: readonly number[];
}

/** Names of the maps and the graphs that they have. */
export type CurvatureGraphs = ReturnType<typeof curvatureGraphs>;

/** Gives the graph of each map, to be made when it is needed. */
export function curvatureGraphs(parts: OutputGraph) {
  const { builder: b, parameters, z, zeta, losses, weights, law, variance, penalty } = parts;
  const v = (): readonly Node<"input">[] => parameters.map((node, i) => b.input(`v${i}`, "tangent", node.shape));
  const u = (shape: Node["shape"]): Node<"input"> => b.input("u0", "cotangent", shape);
  const graph = (directions: readonly Node<"input">[], outputs: readonly Node[]): Graph => ({
    inputs: inputsOf(outputs, directions),
    outputs,
  });
  const atZ = (node: Node): Node => substitute(b, [node], new Map([[zeta, z]]))[0]!;
  const perRow = (numbers: Node): Node => b.expand(numbers, [1], z.shape);
  const push = (directions: readonly Node[]): Node =>
    pushforward(b, [z], new Map(parameters.map((node, i) => [node, directions[i]!])))[0]!;
  const pull = (cotangent: Node): Node[] => pullback(b, [z], [cotangent], parameters);
  /** The slopes of l_i in z_i, without weights, row by row. */
  const slopes = (): Node => atZ(gradient(b, b.sum(losses), [zeta])[0]!);
  const hessian = (t: Node): Node => {
    const slope = gradient(b, b.sum(b.mul(weights, losses)), [zeta]);
    return atZ(pushforward(b, slope, new Map([[zeta, t]]))[0]!);
  };
  const expected = (t: Node): Node => b.mul(perRow(weights), law!.fisher(b, z, t, variance));
  const along = (directions: readonly Node[]): Node => b.sum(b.mul(slopes(), push(directions)), [1]);
  const back = (numbers: Node): Node[] => pull(b.mul(slopes(), perRow(numbers)));
  return {
    jacobian: () => graph(v(), [push(v())]),
    pullback: () => graph([u(z.shape)], pull(u(z.shape))),
    lossHessian: () => graph([u(z.shape)], [hessian(u(z.shape))]),
    lossFisher: () => graph([u(z.shape)], [expected(u(z.shape))]),
    gaussNewton: () => {
      const ofLosses = pull(hessian(push(v())));
      return graph(
        v(),
        v().map((direction, k) => b.add(ofLosses[k]!, b.scale(2 * penalty[k]!, direction))),
      );
    },
    fisher: () => graph(v(), pull(expected(push(v())))),
    empiricalFisher: () => graph(v(), back(b.mul(weights, along(v())))),
    tangentKernel: () => graph([u(z.shape)], [push(pull(u(z.shape)))]),
    layerSlopes: () => {
      const results = layersOf(z, parameters).layers.map(({ output }) => output);
      return graph([u(z.shape)], pullback(b, [z], [u(z.shape)], results));
    },
    exampleGradients: () => graph(v(), [along(v())]),
    exampleGradientsTransposed: () => graph([u(losses.shape)], back(u(losses.shape))),
  };
}
