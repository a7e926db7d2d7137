import type { Node } from "../../graph/graph.ts";
import { showShape } from "../../graph/shapes.ts";
import type { KernelCall, Lowering } from "../kernelCall.ts";
import { withBiasAndActivation } from "./activation.ts";
import { wider } from "./binary.ts";

/** Multiplies matrices. Leading axes broadcast. */
function product(call: KernelCall): Node {
  const flags = { transposeA: call.boolean("transposeA"), transposeB: call.boolean("transposeB") };
  return call.builder.matmul(call.input("a").node, call.input("b").node, flags);
}

/** Lowerings of products of matrices. */
export const productLowerings = {
  /** tf.matMul in all forms, tf.dot, tf.outerProduct and their chained forms. */
  BatchMatMul: (call) => ({ node: product(call), dtype: wider(call.input("a").dtype, call.input("b").dtype) }),
  /** Dense layers of tf.layers. */
  _FusedMatMul: (call) => ({ node: withBiasAndActivation(call, product(call)), dtype: "float32" }),
  /**
   * Multiplies the operands one after the other, each time by one matrix product, and sums over the letters that the
   * output lacks.
   */
  Einsum: (call) => ({ node: einsum(call), dtype: "float32" }),
} satisfies Readonly<Record<string, Lowering>>;

function einsum(call: KernelCall): Node {
  const [left, output] = call.text("equation").replaceAll(" ", "").split("->");
  const terms = (left ?? "").split(",");
  if (output === undefined || /\.\.\./.test(call.text("equation"))) {
    throw call.refuse(
      "uses an einsum equation without -> or with ...",
      "write all letters and the output, as in ij,jk->ik",
    );
  }
  let parts = call.inputs.map(({ node }, i) => diagonalFree(call, node, terms[i] ?? ""));
  checkExtents(call, parts);
  // Letters that neither the remaining factors nor the output need are summed at once.
  while (parts.length > 1) {
    const [a, b, ...rest] = parts;
    const needed = new Set([...output, ...rest.flatMap(({ letters }) => [...letters])]);
    parts = [contracted(call, a!, b!, needed), ...rest];
  }
  const only = parts[0]!;
  const gone = [...only.letters].flatMap((letter, axis) => (output.includes(letter) ? [] : [axis]));
  const summed = gone.length > 0 ? call.builder.sum(only.node, gone) : only.node;
  const left2 = [...only.letters].filter((letter) => output.includes(letter));
  return call.builder.transpose(
    summed,
    [...output].map((letter) => left2.indexOf(letter)),
  );
}

interface Term {
  readonly node: Node;
  readonly letters: string;
}

function diagonalFree(call: KernelCall, node: Node, letters: string): Term {
  if (new Set(letters).size !== letters.length) {
    throw call.refuse(
      `uses an einsum term with a letter twice (${letters})`,
      "take the diagonal by tf.mul with tf.eye",
    );
  }
  return { node, letters };
}

/** Checks that each axis has a letter and each letter one extent. */
function checkExtents(call: KernelCall, parts: readonly Term[]): void {
  const extents = new Map<string, number>();
  for (const { node, letters } of parts) {
    if (letters.length !== node.shape.length) {
      throw call.refuseShape(
        `labels the axes of a tensor of shape ${showShape(node.shape)} by "${letters}"`,
        "give one letter per axis",
      );
    }
    for (const [axis, letter] of [...letters].entries()) {
      const extent = node.shape[axis]!;
      const known = extents.get(letter) ?? extent;
      extents.set(letter, known);
      if (known === extent) continue;
      throw call.refuseShape(
        `has extents ${known} and ${extent} for the letter ${letter}`,
        "use one letter only for axes of equal extent",
      );
    }
  }
}

/**
 * Multiplies two terms and sums over shared letters that are not needed any more: batch x rows x inner times batch x
 * inner x columns.
 */
function contracted(call: KernelCall, a: Term, b: Term, needed: ReadonlySet<string>): Term {
  const { builder } = call;
  const shared = [...a.letters].filter((letter) => b.letters.includes(letter));
  const batch = shared.filter((letter) => needed.has(letter));
  const inner = shared.filter((letter) => !needed.has(letter));
  const rows = [...a.letters].filter((letter) => !b.letters.includes(letter));
  const columns = [...b.letters].filter((letter) => !a.letters.includes(letter));
  const extent = (letter: string): number =>
    a.node.shape[a.letters.indexOf(letter)] ?? b.node.shape[b.letters.indexOf(letter)]!;
  const count = (letters: readonly string[]): number => letters.reduce((size, letter) => size * extent(letter), 1);
  const ordered = (term: Term, ...groups: (readonly string[])[]): Node =>
    builder.reshape(
      builder.transpose(
        term.node,
        groups.flat().map((letter) => term.letters.indexOf(letter)),
      ),
      groups.map(count),
    );
  const product = builder.matmul(ordered(a, batch, rows, inner), ordered(b, batch, inner, columns));
  const letters = [...batch, ...rows, ...columns];
  return { node: builder.reshape(product, letters.map(extent)), letters: letters.join("") };
}
