/** Finds the operation of a graph that first gives NaN or an infinity, by running it node by node. */
import { isOp, type Node, type Op, sizeOf } from "../graph/graph.ts";
import { sameShape, showShape } from "../graph/shapes.ts";
import { reachable } from "../graph/walk.ts";
import { kernelOf } from "../kernels/kernels.ts";

/** A part of the outputs, with the words in which it is spoken of, such as "in the loss". */
export interface NamedOutputs {
  readonly words: string;
  readonly outputs: readonly Node[];
}

/** What is not finite in the result of a node. */
interface Bad {
  readonly node: Node;
  /** The value of the entry that was looked at: NaN if there is one, else an infinity. */
  readonly value: number;
  readonly entry: number;
  /** The operands at that entry; undefined for an operand of another shape. */
  readonly operands: readonly (number | undefined)[];
}

/** Number of operations that stand one inside the other where an expression is shown. */
const shownDepth = 2;

/**
 * Says which operation first gives NaN or an infinity among those that the outputs come from: the one whose own
 * operands are finite. Where NaN comes from infinities, it names the operation that gave the infinity and the one that
 * made NaN of it. Undefined if all outputs are finite.
 *
 * Infinities that vanish again, as in 1 / (1 + exp(1000)), are passed over, since only what leads to an output counts.
 *
 * Cost: one run of the graph by the interpreter.
 *
 * @param parts outputs in groups; the first group that is not finite is explained
 * @param given numbers of the inputs
 */
export function firstNotFinite(
  parts: readonly NamedOutputs[],
  given: ReadonlyMap<Node, Float64Array>,
): string | undefined {
  for (const { words, outputs } of parts) {
    const found = badNodes(outputs, given);
    const output = outputs.map((node) => found.get(node)).find((bad) => bad !== undefined);
    if (output === undefined) continue;
    return `${explain(output, found)}, ${words}`;
  }
  return undefined;
}

/** Runs the graph and notes every node whose result is not finite. */
function badNodes(outputs: readonly Node[], given: ReadonlyMap<Node, Float64Array>): Map<Node, Bad> {
  const nodes = reachable(outputs);
  const uses = new Map<Node, number>();
  for (const node of nodes) for (const input of node.inputs) uses.set(input, (uses.get(input) ?? 0) + 1);
  const arrays = new Map<Node, Float64Array>();
  const found = new Map<Node, Bad>();
  for (const node of nodes) {
    const values = given.get(node) ?? compute(node, arrays);
    const bad = badEntry(node, values, arrays);
    if (bad !== undefined) found.set(node, bad);
    arrays.set(node, values);
    for (const input of node.inputs) {
      const left = uses.get(input)! - 1;
      uses.set(input, left);
      if (left === 0) arrays.delete(input);
    }
  }
  return found;
}

function compute(node: Node, arrays: ReadonlyMap<Node, Float64Array>): Float64Array {
  const out = new Float64Array(sizeOf(node.shape));
  const operands = node.inputs.map((input) => ({ values: arrays.get(input)!, source: input.shape }));
  kernelOf(node, operands, out)();
  return out;
}

function badEntry(node: Node, values: Float64Array, arrays: ReadonlyMap<Node, Float64Array>): Bad | undefined {
  let entry = values.findIndex(Number.isNaN);
  if (entry < 0) entry = values.findIndex((value) => !Number.isFinite(value));
  if (entry < 0) return undefined;
  return {
    node,
    value: values[entry]!,
    entry,
    operands: node.inputs.map((input) => (sameShape(input.shape, node.shape) ? arrays.get(input)![entry]! : undefined)),
  };
}

/** Walks back from an output to the first operation. */
function explain(output: Bad, found: ReadonlyMap<Node, Bad>): string {
  const origin = firstOfKind(output, found, (value) => Number.isNaN(value) === Number.isNaN(output.value));
  if (!Number.isNaN(origin.value)) return made(origin);
  const infinite = inputOf(origin, found, () => true);
  if (infinite === undefined) return made(origin);
  const earlier = firstOfKind(infinite, found, () => true);
  return `${made(earlier)}, of which ${call(origin)} makes NaN`;
}

/** Follows operands that are not finite in the wanted way, up to a node that has none. */
function firstOfKind(start: Bad, found: ReadonlyMap<Node, Bad>, wanted: (value: number) => boolean): Bad {
  let now = start;
  for (;;) {
    const before = inputOf(now, found, wanted);
    if (before === undefined) return now;
    now = before;
  }
}

/** The operand that the entry came from, where that can be told, else the first that is not finite. */
function inputOf(
  { node, operands }: Bad,
  found: ReadonlyMap<Node, Bad>,
  wanted: (value: number) => boolean,
): Bad | undefined {
  const bad = node.inputs.map((input) => found.get(input));
  const exact = operands.findIndex(
    (value, i) => value !== undefined && !Number.isFinite(value) && bad[i] !== undefined && wanted(value),
  );
  return exact >= 0 ? bad[exact] : bad.find((each) => each !== undefined && wanted(each.value));
}

/** Says what a node gave: "log(-1) gives NaN (entry 2 of log(x))". */
function made(bad: Bad): string {
  const { node, value, entry } = bad;
  if (isOp(node, "input")) return `${node.attributes.role} ${node.attributes.name} holds ${value} at entry ${entry}`;
  if (node.inputs.length === 0) return `a constant holds ${value} at entry ${entry}`;
  const place = sizeOf(node.shape) === 1 ? "" : `entry ${entry} of `;
  const expression = expressionOf(node, shownDepth);
  const numbers = call(bad);
  const what = place === "" && expression === numbers ? "" : ` (${place}${expression})`;
  return `${numbers} gives ${value}${what}`;
}

/** The operation with its numbers, as far as they are known: "div(0, 0)", "sum of 10 numbers". */
function call({ node, operands }: Bad): string {
  if (operands.length > 0 && operands.every((operand) => operand !== undefined)) {
    return `${node.op}(${operands.map((operand) => shown(operand)).join(", ")})`;
  }
  const count = sizeOf(node.inputs[0]?.shape ?? []) / Math.max(1, sizeOf(node.shape));
  if (isOp(node, "sum") || isOp(node, "logSumExp") || isOp(node, "reduceMax")) return `${node.op} of ${count} numbers`;
  return `${node.op} of ${node.inputs.map(({ shape }) => (shape.length === 0 ? "a number" : showShape(shape))).join(" and ")}`;
}

/** A number in six digits, unless these are those of an integer that it is not, where an operation may have an edge. */
function shown(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  // The sign of zero decides which infinity its reciprocal is.
  if (Object.is(value, -0)) return "-0";
  const short = Number(value.toPrecision(6));
  return String(Number.isSafeInteger(short) ? value : short);
}

/** Operations that only move numbers, which an expression leaves out. */
const moves: readonly Op[] = ["reshape", "broadcast", "transpose"];

function expressionOf(node: Node, depth: number): string {
  if (isOp(node, "input")) return node.attributes.name;
  if (isOp(node, "fill")) return shown(node.attributes.value);
  if (isOp(node, "constant")) {
    return node.attributes.values.length === 1 ? shown(node.attributes.values[0]!) : "constant";
  }
  if (moves.includes(node.op)) return expressionOf(node.inputs[0]!, depth);
  if (depth === 0) return "...";
  return `${node.op}(${node.inputs.map((input) => expressionOf(input, depth - 1)).join(", ")})`;
}
