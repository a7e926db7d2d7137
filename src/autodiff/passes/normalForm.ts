import type { GraphBuilder } from "../build/builder.ts";
import { isExact } from "../build/simplify/exact.ts";
import { scaled } from "../build/simplify/match.ts";
import { isOp, type Node } from "../graph/graph.ts";
import { dependents, reachable } from "../graph/walk.ts";
import { directionsOf, type Pass } from "./pass.ts";

/**
 * A sum of coefficient * leaf, from leaf to coefficient. Leaves depend on the directions and are not elementwise
 * results; coefficients do not depend on them.
 */
type Form = ReadonlyMap<Node, Node>;

/** Greatest number of terms of a sum. Longer sums are stored and become leaves. */
const longest = 8;

/**
 * Rewrites a graph that is linear in its directions: every elementwise expression in them becomes a sum of coefficients
 * times leaves, where leaves of equal coefficients are added up first.
 *
 * All work on coefficients is then independent of the directions, and one multiplication per coefficient remains.
 * Leaves that are products are added up where they are computed.
 *
 * Assumes that outputs are linear in the directions. Guarantees the same values up to rounding, and that outputs stay
 * linear.
 */
export const normalForm: Pass = (builder, graph) => {
  const nodes = reachable(graph.outputs);
  const moving = dependents(nodes, directionsOf(graph));
  const forms = new Map<Node, Form>();
  const made = new Map<Node, Node>();
  const result = (node: Node): Node => {
    if (!moving.has(node)) return node;
    let found = made.get(node);
    if (found === undefined) {
      found = assemble(builder, node, formOf(forms, node));
      made.set(node, found);
    }
    return found;
  };
  for (const node of nodes) {
    if (!moving.has(node)) continue;
    const form = linearForm(builder, node, (x) => (moving.has(x) ? formOf(forms, x) : undefined));
    if (form !== undefined && form.size <= longest) {
      forms.set(node, form);
      continue;
    }
    const leaf = isOp(node, "input") ? node : builder.rebuild(node, node.inputs.map(result));
    forms.set(node, leafForm(builder, leaf));
  }
  return { inputs: graph.inputs, outputs: graph.outputs.map(result) };
};

function formOf(forms: ReadonlyMap<Node, Form>, node: Node): Form {
  const form = forms.get(node);
  if (form === undefined) throw new Error(`internal: normalForm: ${node.op} comes before its operand`);
  return form;
}

/** Makes the form of a leaf. A number in front of the leaf becomes part of its coefficient. */
function leafForm(builder: GraphBuilder, leaf: Node): Form {
  const [factor, base] = scaled(builder, leaf);
  return new Map([[base, builder.fill(factor, leaf.shape)]]);
}

/**
 * Returns the form of an elementwise operation that is linear in its moving operands; undefined for other operations.
 */
function linearForm(builder: GraphBuilder, node: Node, form: (x: Node) => Form | undefined): Form | undefined {
  const [a, b, c] = node.inputs;
  const times = (x: Form | undefined, by: (coefficient: Node) => Node): Form | undefined =>
    x && new Map([...x].map(([leaf, coefficient]) => [leaf, by(coefficient)]));
  switch (node.op) {
    case "neg":
      return times(form(a!), (coefficient) => builder.neg(coefficient));
    case "add":
      if (isDeviation(form(a!)) || isDeviation(form(b!))) return undefined;
      return sumOf(builder, form(a!), form(b!));
    case "sub":
      if (isDeviation(form(a!)) || isDeviation(form(b!))) return undefined;
      return sumOf(
        builder,
        form(a!),
        times(form(b!), (coefficient) => builder.neg(coefficient)),
      );
    case "mul": {
      const [left, right] = [form(a!), form(b!)];
      if (left !== undefined && right !== undefined) return undefined;
      return left === undefined
        ? times(right, (coefficient) => builder.mul(coefficient, a!))
        : times(left, (coefficient) => builder.mul(coefficient, b!));
    }
    case "div":
      return form(b!) === undefined ? times(form(a!), (coefficient) => builder.div(coefficient, b!)) : undefined;
    case "select": {
      if (form(a!) !== undefined) return undefined;
      const zero = builder.fill(0, node.shape);
      return sumOf(
        builder,
        times(form(b!), (coefficient) => builder.select(a!, coefficient, zero)),
        times(form(c!), (coefficient) => builder.select(a!, zero, coefficient)),
      );
    }
    default:
      return undefined;
  }
}

/**
 * Whether a term is a repeated reduction of other terms, as in t - mean(t) and t - <p, t>, or a sum that was kept
 * because of one. Such differences may cancel exactly, as those of a saturated softmax do, so they are not rearranged.
 */
function isDeviation(form: Form | undefined): boolean {
  return (
    form !== undefined && [...form.keys()].some((leaf) => isOp(leaf, "add") || isOp(leaf, "sub") || isRepeatedSum(leaf))
  );
}

function isRepeatedSum(leaf: Node): boolean {
  let node = leaf;
  while (isOp(node, "broadcast") || isOp(node, "reshape") || isOp(node, "neg") || isOp(node, "mul")) {
    node = node.inputs[isOp(node, "mul") ? 1 : 0]!;
  }
  return node !== leaf && isOp(node, "sum");
}

function sumOf(builder: GraphBuilder, a: Form | undefined, b: Form | undefined): Form | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const sum = new Map(a);
  for (const [leaf, coefficient] of b) {
    const known = sum.get(leaf);
    sum.set(leaf, known === undefined ? coefficient : builder.add(known, coefficient));
  }
  return sum;
}

/** A leaf and the number in front of it. */
type Term = readonly [factor: number, leaf: Node];

/** Builds the sum of a form. Coefficients that are multiples of each other count as equal. */
function assemble(builder: GraphBuilder, node: Node, form: Form): Node {
  const groups = new Map<Node, Term[]>();
  for (const [leaf, coefficient] of form) {
    const [factor, base] = isOp(coefficient, "fill")
      ? [coefficient.attributes.value, builder.fill(1, node.shape)]
      : scaled(builder, coefficient);
    if (factor === 0) continue;
    const known = groups.get(base);
    if (known === undefined) groups.set(base, [[factor, leaf]]);
    else known.push([factor, leaf]);
  }
  let sum: Node | undefined;
  for (const [coefficient, terms] of groups) {
    const term = builder.mul(coefficient, total(builder, terms));
    sum = sum === undefined ? term : builder.add(sum, term);
  }
  return sum ?? builder.fill(0, node.shape);
}

/**
 * Adds up terms. The first factor is applied last, so that leaves still cancel exactly, and sums that differ by a
 * factor are one node.
 */
function total(builder: GraphBuilder, terms: readonly Term[]): Node {
  const [[first]] = terms as readonly [Term];
  if (builder.exact && !terms.every(([factor]) => isExact("div", factor, first))) {
    return terms.map(([factor, leaf]) => builder.scale(factor, leaf)).reduce((left, right) => builder.add(left, right));
  }
  const sum = terms
    .map(([factor, leaf]) => builder.scale(factor / first, leaf))
    .reduce((left, right) => builder.add(left, right));
  return builder.scale(first, sum);
}
