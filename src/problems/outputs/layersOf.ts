import { isOp, type Node, sizeOf } from "../../autodiff/graph/graph.ts";
import { reachable } from "../../autodiff/graph/walk.ts";

/** A dense or convolutional layer s = a W + b in a graph. */
export interface LayerNodes {
  /** Places of W and of b among the parameters. */
  readonly weights: number;
  readonly bias?: number;
  /** The inputs a, or the windows of an image, one row per sample and position. */
  readonly input: Node;
  /** The product a W, without the bias. */
  readonly product: Node<"matmul">;
  /** The result s of as many rows. */
  readonly output: Node;
  readonly rows: number;
  readonly width: number;
  readonly outputs: number;
  /** Whether W is stored as outputs x inputs. */
  readonly transposed: boolean;
}

/**
 * Finds the layers of a model: products of rows with a parameter, and the bias added to them.
 *
 * @returns the layers in the order of their weights, and the places of parameters that belong to none, or that the model
 *   uses in other ways too
 */
export function layersOf(
  z: Node,
  parameters: readonly Node<"input">[],
): { readonly layers: readonly LayerNodes[]; readonly others: readonly number[] } {
  const nodes = reachable([z]);
  const users = new Map<Node, Node[]>();
  for (const node of nodes)
    for (const input of new Set(node.inputs)) users.set(input, [...(users.get(input) ?? []), node]);
  const onlyUser = (node: Node): Node | undefined => {
    const all = users.get(node) ?? [];
    return all.length === 1 ? all[0] : undefined;
  };
  const layers: LayerNodes[] = [];
  for (const [place, parameter] of parameters.entries()) {
    let weights: Node = parameter;
    let user = onlyUser(weights);
    while (user !== undefined && isOp(user, "reshape")) {
      weights = user;
      user = onlyUser(weights);
    }
    if (user === undefined || !isOp(user, "matmul") || user.shape.length !== 2) continue;
    const [input, second] = user.inputs as [Node, Node];
    const { transposeA, transposeB } = user.attributes;
    if (second !== weights || input === weights || transposeA) continue;
    const [rows, outputs] = user.shape as [number, number];
    layers.push({
      weights: place,
      input,
      product: user,
      rows,
      width: sizeOf(input.shape) / rows,
      outputs,
      transposed: transposeB,
      ...withBias(user, parameters, onlyUser),
    });
  }
  const used = new Set(layers.flatMap(({ weights, bias }) => (bias === undefined ? [weights] : [weights, bias])));
  return { layers, others: [...parameters.keys()].filter((place) => !used.has(place)) };
}

/** Follows a product to the bias that is added to it. */
function withBias(
  product: Node,
  parameters: readonly Node[],
  onlyUser: (node: Node) => Node | undefined,
): { readonly output: Node; readonly bias?: number } {
  const plain = { output: product };
  let at = product;
  let user = onlyUser(at);
  while (user !== undefined && isOp(user, "reshape")) {
    at = user;
    user = onlyUser(at);
  }
  if (user === undefined || !isOp(user, "add")) return plain;
  let bias = user.inputs.find((node) => node !== at);
  const [, outputs] = product.shape;
  // Only a row that is repeated along all rows of the product is its bias.
  const first = bias;
  while (bias !== undefined && (isOp(bias, "broadcast") || isOp(bias, "reshape"))) {
    // The repeated row of a bias that is used twice is one node.
    if (onlyUser(bias) === undefined) return plain;
    bias = bias.inputs[0]!;
  }
  if (bias === undefined || first === undefined || (first === bias && product.shape[0] !== 1)) return plain;
  const place = parameters.indexOf(bias);
  if (place < 0 || onlyUser(bias) === undefined || bias.shape.at(-1) !== outputs || sizeOf(bias.shape) !== outputs) {
    return plain;
  }
  return user.shape.at(-1) === outputs ? { output: user, bias: place } : plain;
}
