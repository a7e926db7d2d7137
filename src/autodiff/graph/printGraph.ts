import { type AxisMap, type Graph, isOp, type Node, type Shape } from "./graph.ts";
import { checkIsGraph } from "./graphArguments.ts";
import { showShape } from "./shapes.ts";
import { reachable } from "./walk.ts";

/**
 * Prints a graph as text with one node per line: `%3 [4, 2] = matmul(x, w) transposeB`.
 *
 * Nodes are numbered in the order in which they are computed. Inputs appear under their names, uniform constants as
 * their value, and other constants show their first numbers. Dead code is left out.
 *
 * @example
 * const builder = new GraphBuilder();
 * const x = builder.input("x", "parameter", [3]);
 * console.log(printGraph({ inputs: [x], outputs: [builder.sum(builder.mul(x, x))] }));
 * // parameter x [3]
 * // %0 [3] = mul(x, x)
 * // %1 = sum(%0) over [0]
 * // return %1
 */
export function printGraph(graph: Graph): string {
  checkIsGraph("printGraph", graph);
  const { inputs, outputs } = graph;
  const names = new Map<Node, string>();
  const listed = new Set<Node>(inputs);
  const lines = inputs.map(
    ({ attributes: { name, role }, shape }) => `${role} ${name}${shape.length > 0 ? ` ${showShape(shape)}` : ""}`,
  );
  let count = 0;
  for (const node of reachable(outputs)) {
    if (isOp(node, "input")) {
      names.set(node, node.attributes.name);
      if (!listed.has(node)) lines.push(`unlisted ${node.attributes.role} ${node.attributes.name}`);
    } else if (isOp(node, "fill")) {
      names.set(node, String(node.attributes.value));
    } else {
      const name = `%${count++}`;
      names.set(node, name);
      const operands = node.inputs.map((input) => names.get(input)!).join(", ");
      const call = isOp(node, "constant") ? `constant ${preview(node.attributes.values)}` : `${node.op}(${operands})`;
      const details = detailsOf(node);
      lines.push(
        `${name}${node.shape.length > 0 ? ` ${showShape(node.shape)}` : ""} = ${call}${details && ` ${details}`}`,
      );
    }
  }
  const results = outputs.map((node) =>
    isOp(node, "fill") && node.shape.length > 0
      ? `${names.get(node)} ${showShape(node.shape)}`
      : (names.get(node) ?? "?"),
  );
  return [...lines, `return ${results.join(", ")}`].join("\n");
}

const shown = 4;

function preview(values: Float64Array): string {
  const first = Array.from(values.subarray(0, shown)).join(", ");
  return `{${first}${values.length > shown ? `, ... ${values.length} numbers` : ""}}`;
}

/** Returns the attributes that shapes do not show. */
function detailsOf(node: Node): string {
  if (isOp(node, "matmul")) {
    const { transposeA, transposeB } = node.attributes;
    return [transposeA && "transposeA", transposeB && "transposeB"].filter(Boolean).join(" ");
  }
  if (isOp(node, "sum") || isOp(node, "reduceMax") || isOp(node, "logSumExp")) {
    return `over ${showShape(node.attributes.axes)}`;
  }
  if (isOp(node, "argMax")) return `along ${node.attributes.axis}`;
  if (isOp(node, "cumsum")) {
    const { axis, exclusive, reverse } = node.attributes;
    return [`along ${axis}`, exclusive && "exclusive", reverse && "reverse"].filter(Boolean).join(" ");
  }
  if (isOp(node, "transpose")) return `to ${showShape(node.attributes.permutation)}`;
  if (isOp(node, "take")) return `at ${mapsText(node.attributes.maps, node.shape)}`;
  if (isOp(node, "scatterAdd")) return `at ${mapsText(node.attributes.maps, node.inputs[0]!.shape)}`;
  return "";
}

/**
 * Writes maps as `[1 + i, 2 j, table(k)]`: the place read along each axis of the larger array, where i, j, k, ... count
 * along the axes of the windows.
 */
function mapsText(maps: readonly AxisMap[], windows: Shape): string {
  const letter = (axis: number): string => (axis < 18 ? String.fromCharCode(105 + axis) : `i${axis}`);
  const text = ({ offset, strides, table }: AxisMap): string => {
    const terms = strides.flatMap((stride, axis) => {
      if (stride === 0 || windows[axis] === 1) return [];
      if (stride === 1) return [letter(axis)];
      return [stride === -1 ? `-${letter(axis)}` : `${stride} ${letter(axis)}`];
    });
    const all = offset === 0 && terms.length > 0 ? terms : [String(offset), ...terms];
    const sum = all.join(" + ").replaceAll("+ -", "- ");
    return table === undefined ? sum : `table(${sum})`;
  };
  return `[${maps.map(text).join(", ")}]`;
}
