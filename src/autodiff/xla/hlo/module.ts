import { isOp, type Node, type Shape, sizeOf } from "../../graph/graph.ts";
import { operandsOf } from "./convolutions.ts";
import { emitNode } from "./emitNode.ts";
import { type Element, HloWriter, typeOf, type Value } from "./writer.ts";

/** Longest constant in the text. Longer ones are inputs: a text with millions of numbers takes long to read. */
const longestConstant = 1024;

/** What a module computes. */
interface ModuleParts {
  readonly element: "f64" | "f32";
  /** Nodes whose numbers come one after the other in the first input. */
  readonly flat: readonly Node[];
  /** Nodes that are inputs of their own. */
  readonly given: readonly Node[];
  /** Results that go one after the other into the first output. */
  readonly results: readonly Node[];
  /** Results that are outputs of their own. */
  readonly kept?: readonly Node[];
  /** Whether the memory of the first input may hold the first output, which has its length. Default false. */
  readonly donated?: boolean;
}

/** Numbers that a module needs beside its inputs. */
export interface ModuleConstant {
  readonly values: Float64Array | Int32Array;
  readonly shape: Shape;
  readonly element: Element;
}

export interface HloModule {
  readonly text: string;
  /** The last inputs. */
  readonly constants: readonly ModuleConstant[];
}

/** Inputs and body of a module while it is written. */
export class ModuleWriter {
  readonly writer: HloWriter;
  readonly #inputs: string[] = [];
  readonly #constants: ModuleConstant[] = [];
  readonly #later = new Map<Float64Array | Int32Array, Value>();

  constructor(element: "f64" | "f32") {
    this.writer = new HloWriter(element);
  }

  /** Declares an input. Those that are declared first come first. */
  input(shape: Shape, element: Element = this.writer.element, attributes = ""): Value {
    if (this.#constants.length > 0) throw new Error("internal: xla: an input after a constant");
    return this.#declare(shape, element, attributes);
  }

  /** Writes the nodes that results need and that have no value yet, into a region if its writer is given. */
  emit(results: readonly Node[], values: Map<Node, Value>, writer = this.writer): readonly Value[] {
    const constants = {
      numbersOf: ({ attributes: { values: numbers, shape } }: Node<"constant">): Value =>
        numbers.length > longestConstant
          ? this.#constant(numbers, shape, writer.element)
          : writer.constant(numbers, shape),
      tableOf: (table: Int32Array): Value =>
        table.length > longestConstant
          ? this.#constant(table, [table.length], "i32")
          : writer.constant(table, [table.length], "i32"),
    };
    for (const node of missing(results, values)) {
      const operands = operandsOf(node).map((input) => values.get(input)!);
      values.set(node, emitNode(writer, node, operands, constants));
    }
    return results.map((node) => values.get(node)!);
  }

  /** Ends the function. */
  finish(outputs: readonly Value[]): HloModule {
    const results = outputs.map((value) => this.writer.typeOf(value)).join(", ");
    const names = outputs.map(({ name }) => name).join(", ");
    const text =
      `module @fluxion {\nfunc.func public @main(${this.#inputs.join(", ")}) -> (${results}) {\n` +
      `${this.writer.lines.join("\n")}\nfunc.return ${names} : ${results}\n}\n}\n`;
    return { text, constants: this.#constants };
  }

  #constant(values: Float64Array | Int32Array, shape: Shape, element: Element): Value {
    let known = this.#later.get(values);
    if (known === undefined) {
      known = this.#declare(shape, element, "");
      this.#constants.push({ values, shape, element });
      this.#later.set(values, known);
    }
    return known;
  }

  #declare(shape: Shape, element: Element, attributes: string): Value {
    const name = `%arg${this.#inputs.length}`;
    this.#inputs.push(`${name}: ${typeOf(shape, element)}${attributes}`);
    return { name, shape, element };
  }
}

/** Says that the memory of an input may hold an output. */
export function donatedTo(output: number): string {
  return ` {tf.aliasing_output = ${output} : i32}`;
}

/** Writes a module as the text of StableHLO. */
export function moduleOf({ element, flat, given, results, kept = [], donated = false }: ModuleParts): HloModule {
  const module = new ModuleWriter(element);
  const values = new Map<Node, Value>();
  const length = flat.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const point = module.input([length], element, donated ? donatedTo(0) : "");
  for (const node of given) values.set(node, module.input(node.shape));
  scatterFlat(module.writer, point, flat, values);
  const outputs = module.emit([...results, ...kept], values);
  const first = gatherFlat(module.writer, outputs.slice(0, results.length));
  return module.finish([...(results.length === 0 ? [] : [first]), ...outputs.slice(results.length)]);
}

/** Cuts a vector into tensors. */
export function scatterFlat(w: HloWriter, vector: Value, nodes: readonly Node[], values: Map<Node, Value>): void {
  let at = 0;
  for (const node of nodes) {
    const size = sizeOf(node.shape);
    values.set(node, w.reshape(w.slice(vector, [at], [at + size]), node.shape));
    at += size;
  }
}

/** Puts tensors one after the other into a vector. */
export function gatherFlat(w: HloWriter, tensors: readonly Value[]): Value {
  const flat = tensors.map((tensor) => w.reshape(tensor, [sizeOf(tensor.shape)]));
  return flat.length === 0 ? w.fill(0, [0]) : w.concatenate(flat, 0);
}

/** The nodes that results need and that have no value yet, in topological order. */
function missing(results: readonly Node[], values: ReadonlyMap<Node, Value>): readonly Node[] {
  const found = new Set<Node>();
  const open = [...results];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (values.has(node) || found.has(node)) continue;
    if (isOp(node, "input")) throw new Error(`internal: xla: the input ${node.attributes.name} has no value`);
    found.add(node);
    open.push(...operandsOf(node));
  }
  return [...found].sort((a, b) => a.id - b.id);
}
