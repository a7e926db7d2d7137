import type { Shape } from "../../graph/graph.ts";

/** Elements of a tensor: those of the numbers of the graph, truth values, or places. */
export type Element = "f64" | "f32" | "i1" | "i32";

/** A result in the text, with its type. */
export interface Value {
  readonly name: string;
  readonly shape: Shape;
  readonly element: Element;
}

/** A number of fluxion's that stands in the text. */
export type Operand = Value | number;

/** Writes the type of a tensor, such as `tensor<2x3xf64>`. */
export function typeOf(shape: Shape, element: Element): string {
  return `tensor<${[...shape, element].join("x")}>`;
}

const type = ({ shape, element }: Value): string => typeOf(shape, element);

/**
 * Writes the body of a function in StableHLO, one operation per line. Each method writes an operation and returns its
 * result.
 */
export class HloWriter {
  readonly lines: string[] = [];
  readonly #constants = new Map<string, Value>();

  /**
   * @param element numbers of the graph
   * @param prefix first letters of all names, which differ between a function and the regions within it
   */
  constructor(
    readonly element: "f64" | "f32",
    readonly prefix = "",
  ) {}

  /** Writes an operation. */
  put(text: string, shape: Shape, element: Element = this.element): Value {
    const name = `%${this.prefix}${this.lines.length}`;
    this.lines.push(`${name} = ${text}`);
    return { name, shape, element };
  }

  typeOf({ shape, element }: Pick<Value, "shape" | "element">): string {
    return typeOf(shape, element);
  }

  /** A constant that is the same everywhere. */
  fill(value: number, shape: Shape = [], element: Element = this.element): Value {
    const key = `${Object.is(value, -0) ? "-0" : value} ${typeOf(shape, element)}`;
    let known = this.#constants.get(key);
    if (known === undefined) {
      known = this.put(
        `stablehlo.constant dense<${literal(value, element)}> : ${typeOf(shape, element)}`,
        shape,
        element,
      );
      this.#constants.set(key, known);
    }
    return known;
  }

  /** A constant array. */
  constant(values: ArrayLike<number>, shape: Shape, element: Element = this.element): Value {
    const all = Array.from(values, (value) => literal(value, element));
    if (all.length === 0 || shape.length === 0) return this.fill(values[0] ?? 0, shape, element);
    return this.put(`stablehlo.constant dense<${nested(all, shape)}> : ${typeOf(shape, element)}`, shape, element);
  }

  /** Applies an operation of StableHLO entry by entry. Numbers stand for constants of the shape of the others. */
  apply(operation: string, ...operands: readonly Operand[]): Value {
    const first = operands.find((operand) => typeof operand !== "number");
    if (first === undefined) throw new Error(`internal: xla: ${operation} without an operand`);
    const values = operands.map((x) => (typeof x === "number" ? this.fill(x, first.shape, first.element) : x));
    return this.put(
      `stablehlo.${operation} ${values.map(({ name }) => name).join(", ")} : ${type(first)}`,
      first.shape,
      first.element,
    );
  }

  /** Compares entry by entry, by EQ, NE, LT, LE, GT or GE. The result is of truth values. */
  compare(direction: string, a: Value, b: Operand): Value {
    const right = typeof b === "number" ? this.fill(b, a.shape, a.element) : b;
    return this.put(
      `stablehlo.compare ${direction}, ${a.name}, ${right.name} : (${type(a)}, ${type(a)}) -> ${typeOf(a.shape, "i1")}`,
      a.shape,
      "i1",
    );
  }

  select(condition: Value, a: Operand, b: Operand): Value {
    const [yes, no] = [a, b].map((x) => (typeof x === "number" ? this.fill(x, condition.shape) : x)) as [Value, Value];
    return this.put(
      `stablehlo.select ${condition.name}, ${yes.name}, ${no.name} : ${type(condition)}, ${type(yes)}`,
      yes.shape,
      yes.element,
    );
  }

  convert(x: Value, element: Element): Value {
    if (x.element === element) return x;
    return this.put(`stablehlo.convert ${x.name} : (${type(x)}) -> ${typeOf(x.shape, element)}`, x.shape, element);
  }

  reshape(x: Value, shape: Shape): Value {
    return x.shape.join() === shape.join() ? x : this.#changed("reshape", x, "", shape);
  }

  /** Repeats an array. Its axes become the axes `dims` of the result. */
  broadcast(x: Value, dims: readonly number[], shape: Shape): Value {
    if (x.shape.join() === shape.join()) return x;
    return this.#changed("broadcast_in_dim", x, `, dims = [${dims.join(", ")}]`, shape);
  }

  transpose(x: Value, permutation: readonly number[]): Value {
    const shape = permutation.map((axis) => x.shape[axis]!);
    return this.#changed("transpose", x, `, dims = [${permutation.join(", ")}]`, shape);
  }

  /** Takes each `strides`-th entry from `starts` up to before `limits`. */
  slice(x: Value, starts: Shape, limits: Shape, strides: Shape = starts.map(() => 1)): Value {
    const shape = starts.map((start, i) => Math.max(0, Math.ceil((limits[i]! - start) / strides[i]!)));
    if (shape.join() === x.shape.join() && strides.every((stride) => stride === 1)) return x;
    const ranges = starts.map((start, i) => `${start}:${limits[i]}${strides[i] === 1 ? "" : `:${strides[i]}`}`);
    return this.#changed("slice", x, ` [${ranges.join(", ")}]`, shape);
  }

  /** Puts zeros before, after and between the entries. Negative numbers before and after take entries away. */
  pad(x: Value, low: Shape, high: Shape, interior: Shape = low.map(() => 0)): Value {
    if ([...low, ...high, ...interior].every((count) => count === 0)) return x;
    const shape = x.shape.map((n, i) => n + low[i]! + high[i]! + Math.max(0, n - 1) * interior[i]!);
    const zero = this.fill(0, [], x.element);
    const show = (counts: Shape): string => `[${counts.join(", ")}]`;
    return this.put(
      `stablehlo.pad ${x.name}, ${zero.name}, low = ${show(low)}, high = ${show(high)}, interior = ${show(interior)} : ` +
        `(${type(x)}, ${type(zero)}) -> ${typeOf(shape, x.element)}`,
      shape,
      x.element,
    );
  }

  /** Turns the order along axes around. */
  reverse(x: Value, axes: readonly number[]): Value {
    if (axes.length === 0) return x;
    return this.put(`stablehlo.reverse ${x.name}, dims = [${axes.join(", ")}] : ${type(x)}`, x.shape, x.element);
  }

  concatenate(parts: readonly Value[], axis: number): Value {
    const [first] = parts;
    if (first === undefined) throw new Error("internal: xla: nothing to concatenate");
    if (parts.length === 1) return first;
    const total = parts.reduce((sum, { shape }) => sum + shape[axis]!, 0);
    const shape = first.shape.map((extent, i) => (i === axis ? total : extent));
    return this.put(
      `stablehlo.concatenate ${parts.map(({ name }) => name).join(", ")}, dim = ${axis} : ` +
        `(${parts.map(type).join(", ")}) -> ${typeOf(shape, first.element)}`,
      shape,
      first.element,
    );
  }

  /** Reduces over axes by `add`, `maximum`, `minimum` or `or`, from an initial value. */
  reduce(operation: string, x: Value, axes: readonly number[], initial: number): Value {
    const shape = x.shape.filter((_, axis) => !axes.includes(axis));
    const start = this.fill(initial, [], x.element);
    return this.put(
      `stablehlo.reduce(${x.name} init: ${start.name}) applies stablehlo.${operation} across dimensions = ` +
        `[${axes.join(", ")}] : (${type(x)}, ${type(start)}) -> ${typeOf(shape, x.element)}`,
      shape,
      x.element,
    );
  }

  /** The coordinate along an axis. */
  iota(axis: number, shape: Shape, element: Element = this.element): Value {
    return this.put(`stablehlo.iota dim = ${axis} : ${typeOf(shape, element)}`, shape, element);
  }

  #changed(operation: string, x: Value, details: string, shape: Shape): Value {
    const into = typeOf(shape, x.element);
    return this.put(`stablehlo.${operation} ${x.name}${details} : (${type(x)}) -> ${into}`, shape, x.element);
  }
}

/** Writes a number by its bits, so that it is read back exactly. */
function literal(value: number, element: Element): string {
  if (element === "i32") return String(value);
  if (element === "i1") return value === 0 ? "false" : "true";
  const view = new DataView(new ArrayBuffer(8));
  if (element === "f32") view.setFloat32(0, value);
  else view.setFloat64(0, value);
  const bytes = element === "f32" ? 4 : 8;
  let text = "0x";
  for (let i = 0; i < bytes; i++) text += view.getUint8(i).toString(16).padStart(2, "0").toUpperCase();
  return text;
}

function nested(all: readonly string[], shape: Shape): string {
  if (shape.length === 1) return `[${all.join(", ")}]`;
  const [count, ...rest] = shape as readonly [number, ...number[]];
  const size = all.length / count;
  return `[${Array.from({ length: count }, (_, i) => nested(all.slice(i * size, (i + 1) * size), rest)).join(", ")}]`;
}
