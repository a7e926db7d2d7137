import { thing } from "../../arguments.ts";
import { failure } from "../../errors.ts";
import type { Enclosure } from "../../linalg/verified/enclosure.ts";
import { checkOption } from "../../options.ts";
import { GraphBuilder } from "../build/builder.ts";
import { gradient } from "../derivatives/differentiate.ts";
import { isOp, type Node, sizeOf } from "../graph/graph.ts";
import { dependents, reachable } from "../graph/walk.ts";
import { linearize } from "../passes/linearize.ts";
import { ballOf, checkBox, exactBall, gathered } from "./boxes.ts";
import { copyGraph } from "./copyGraph.ts";
import type { Within } from "./deviation.ts";
import { type GivenBall, IntervalMachine } from "./machine.ts";
import { type ColumnProgram, mirror, ProductProgram } from "./productProgram.ts";
import type { Tally } from "./rule.ts";
import type { IntervalSource, Region } from "./source.ts";
import { jumps, partial } from "./table.ts";

/** Enclosures of a loss and its derivatives over boxes. */
export interface IntervalDerivatives {
  /** Length n of a point. */
  readonly dimension: number;
  /**
   * Number of comparisons, and of other jumps, that the box of the last call did not decide. Unless it is 0, the function
   * or a derivative may jump inside the box: enclosures still hold wherever the derivative exists, but no mean value
   * theorem does.
   */
  readonly undecided: number;
  /** Encloses L over a box: one number, with an infinite radius if the field has no loss. @throws ERR_LENGTH */
  value(box: Region): Enclosure;
  /** Encloses F, the gradient of L: n numbers. @throws ERR_LENGTH */
  gradient(box: Region): Enclosure;
  /** Encloses the Hessian of L, or the Jacobian of F: n x n numbers, row-major. @throws ERR_LENGTH */
  hessian(box: Region): Enclosure;
  /** Encloses H(x) w for all x in the box and all w within the radii of v. @throws ERR_LENGTH */
  hessianTimes(box: Region, v: Enclosure): Enclosure;
}

const sourceRule = thing("a graph with its parameters, as that of a traced problem", { parameters: "list" });

/** Greatest number of columns of a Hessian that are computed at once. */
const widest = 64;

/**
 * Encloses a loss and its first two derivatives, or a field and its Jacobian, over boxes.
 *
 * Every node of the graph is computed as midpoint and radius, so that the exact number at each point of the box lies
 * within the radius of the midpoint: |exact - mid| <= rad, entry by entry. Radii cover the box, the rounding of every
 * operation, their own rounding and underflow; where a result may be undefined or overflow they are infinite, and so are
 * those of all derivatives where the function itself may be undefined, or its angle may pass a branch cut. Exactness
 * refers to the graph that was traced: numbers that the trace had folded, and data that `reduceSamples` had replaced, are
 * taken as they are.
 *
 * Assumed of the host: float64 arithmetic that rounds to nearest, and the functions of `fluxion/elementary` within 4 units
 * in the last place, which their tests measure.
 *
 * Cost: a value and a gradient take two to three times the operations of float64, a Hessian n products with unit vectors
 * that share one linearisation over the box.
 *
 * @example
 * const builder = new GraphBuilder();
 * const x = builder.input("x", "parameter", [2]);
 * const loss = builder.sum(builder.unary("exp", x));
 * const { mid, rad } = intervalDerivatives({ parameters: [x], value: loss }).gradient({
 *   mid: Float64Array.of(0, 1),
 *   rad: Float64Array.of(0, 0.001),
 * });
 * console.log(mid.join(" "), rad[0]! < 1e-15, rad[1]! > 0.00271 && rad[1]! < 0.00273);
 * // 1 2.718281828459045 true true
 * @throws {TypeError} ERR_OPTION_TYPE if there is neither a loss nor a field
 */
export function intervalDerivatives(source: IntervalSource): IntervalDerivatives {
  checkOption("intervalDerivatives", "source", source, sourceRule);
  return new Derivatives(source);
}

/** Programs over a box: what depends on data alone was computed once. */
class Derivatives implements IntervalDerivatives {
  readonly dimension: number;
  readonly #builder = new GraphBuilder({ exact: true });
  readonly #parameters: readonly Node<"input">[];
  #value: Node | undefined;
  #field: readonly Node[];
  readonly #given = new Map<Node, GivenBall>();
  readonly #point: Enclosure;
  readonly #tally: Tally = { undecided: 0 };
  readonly #within: Within = { radius: Number.POSITIVE_INFINITY };
  /** The function itself, if it may be undefined somewhere; and beside it the nodes at which it or its derivative jumps. */
  readonly #defined: readonly Node[];
  readonly #checked: readonly Node[];
  #values: IntervalMachine | undefined;
  #gradients: IntervalMachine | undefined;
  #columns: readonly ColumnProgram[] | undefined;
  #residuals: IntervalMachine | undefined;
  #products: ProductProgram | undefined;

  constructor({ parameters, data = [], value, field, along }: IntervalSource) {
    const outputs = value === undefined ? field : [value];
    if (outputs === undefined) {
      throw failure("ERR_OPTION_TYPE", "intervalDerivatives: expected a value or a field, got neither");
    }
    const builder = this.#builder;
    const copies = copyGraph(builder, outputs, [...parameters, ...data.map(({ node }) => node)]);
    const inputOf = (node: Node): Node<"input"> => {
      const copy = copies.get(node)!;
      if (!isOp(copy, "input")) throw new Error("internal: intervalDerivatives: an input became another node");
      return copy;
    };
    this.#parameters = parameters.map(inputOf);
    this.#value = value && copies.get(value)!;
    this.#field =
      this.#value === undefined
        ? outputs.map((node) => copies.get(node)!)
        : gradient(builder, this.#value, this.#parameters);
    const loss = this.#value;
    if (loss !== undefined && along !== undefined) this.#turn(along);
    const itself = loss === undefined ? this.#field : [...new Set([loss, this.#value!])];
    this.#defined = reachable(itself).some(({ op }) => partial.has(op)) ? itself : [];
    const all = reachable([...this.#field, ...itself]);
    this.#checked = [...all.filter(({ op }) => jumps.has(op)), ...this.#defined];

    this.dimension = this.#parameters.reduce((sum, node) => sum + sizeOf(node.shape), 0);
    this.#point = { mid: new Float64Array(this.dimension), rad: new Float64Array(this.dimension) };
    let offset = 0;
    for (const node of this.#parameters) {
      const end = offset + sizeOf(node.shape);
      const { mid, rad } = this.#point;
      this.#given.set(node, {
        mid: mid.subarray(offset, end),
        rad: rad.subarray(offset, end),
        exact: false,
        isParameter: true,
      });
      offset = end;
    }
    for (const { node, values } of data) this.#given.set(inputOf(node), ballOf(values, sizeOf(node.shape)));
  }

  /** Replaces the loss by <w, grad L>. */
  #turn(along: Float64Array): void {
    let offset = 0;
    const terms = this.#field.map((slope, i) => {
      const w = this.#builder.input(`along ${i}`, "data", slope.shape);
      const size = sizeOf(slope.shape);
      this.#given.set(w, ballOf(along.subarray(offset, offset + size), size));
      offset += size;
      return this.#builder.sum(this.#builder.mul(w, slope));
    });
    this.#value = terms.reduce((sum, term) => this.#builder.add(sum, term));
    this.#field = gradient(this.#builder, this.#value, this.#parameters);
  }

  get undecided(): number {
    return this.#tally.undecided;
  }

  value(box: Region): Enclosure {
    this.#begin("value", box);
    if (this.#value === undefined) return { mid: new Float64Array(1), rad: Float64Array.of(Number.POSITIVE_INFINITY) };
    this.#values ??= this.#forward([this.#value]);
    this.#values.run(1);
    const { mid, rad } = this.#values.ball(this.#value);
    return { mid: mid.slice(), rad: rad.slice() };
  }

  gradient(box: Region): Enclosure {
    this.#begin("gradient", box);
    this.#gradients ??= this.#forward([...this.#field, ...this.#checked]);
    this.#gradients.run(1);
    return this.#whereDefined(this.#gradients, gathered(this.#field.map((node) => this.#gradients!.ball(node))));
  }

  hessian(box: Region): Enclosure {
    this.#begin("hessian", box);
    const n = this.dimension;
    if (this.#columns === undefined) {
      const graphs = this.#parameters.map((parameter, i) => {
        const size = sizeOf(parameter.shape);
        const count = Math.max(1, Math.ceil(size / Math.max(1, Math.ceil(size / widest))));
        const options = { count, rewrite: "normalForm" } as const;
        // The Hessian of a loss is symmetric: what lies above a parameter's own block is known.
        const rows = this.#field.slice(this.#value === undefined ? 0 : i);
        return { size, count, ...linearize(this.#builder, rows, [parameter], options) };
      });
      const residuals = this.#forward([...graphs.flatMap((graph) => graph.residuals), ...this.#checked]);
      let offset = 0;
      this.#columns = graphs.map((graph) => {
        const { size, count } = graph;
        const direction = exactBall(size * count);
        const program = new ProductProgram(graph, residuals, [direction]);
        const made = { offset, size, count, direction: direction.mid, program };
        offset += size;
        return made;
      });
      this.#residuals = residuals;
    }
    this.#residuals!.run(1);
    const out = { mid: new Float64Array(n * n), rad: new Float64Array(n * n) };
    for (const block of this.#columns) this.#block(block, out);
    if (this.#value !== undefined) mirror(out, n, this.#columns);
    return this.#whereDefined(this.#residuals!, out);
  }

  hessianTimes(box: Region, v: Enclosure): Enclosure {
    this.#begin("hessianTimes", box);
    checkBox("hessianTimes", "the vector", v, this.dimension);
    if (this.#products === undefined) {
      const graph = linearize(this.#builder, this.#field, this.#parameters, { rewrite: "normalForm" });
      const forward = this.#forward([...graph.residuals, ...this.#checked]);
      const directions = this.#parameters.map(({ shape }) => ({
        mid: new Float64Array(sizeOf(shape)),
        rad: new Float64Array(sizeOf(shape)),
        exact: false,
      }));
      this.#products = new ProductProgram(graph, forward, directions);
    }
    const { directions, forward } = this.#products;
    let offset = 0;
    for (const { mid, rad } of directions) {
      const end = offset + mid.length;
      mid.set(v.mid.subarray(offset, end));
      rad.set(v.rad.subarray(offset, end));
      offset = end;
    }
    forward.run(1);
    return this.#whereDefined(forward, gathered(this.#products.run()));
  }

  /** Nothing is known where the function itself may be undefined in the box, even if its derivative has a formula there. */
  #whereDefined(machine: IntervalMachine, found: Enclosure): Enclosure {
    const isDefined = this.#defined.every((node) => machine.ball(node).rad.every((r) => r < Number.POSITIVE_INFINITY));
    if (isDefined) return found;
    return { mid: found.mid.fill(0), rad: found.rad.fill(Number.POSITIVE_INFINITY) };
  }

  /** Copies the box to where the programs read it. */
  #begin(who: string, box: Region): void {
    checkBox(who, "the box", box, this.dimension);
    this.#point.mid.set(box.mid);
    this.#point.rad.set(box.rad);
    this.#tally.undecided = 0;
    this.#within.radius = box.within ?? Number.POSITIVE_INFINITY;
  }

  /** Makes a program in two stages, of which the first, for data alone, has run. */
  #forward(results: readonly Node[]): IntervalMachine {
    for (const [node, value] of this.#builder.rounded) {
      // The quotient, the root and pi of which such numbers are made are within a few units of roundoff.
      if (!this.#given.has(node)) {
        const rad = Float64Array.of(2 ** -50 * Math.abs(value));
        this.#given.set(node, { mid: Float64Array.of(value), rad, exact: false });
      }
    }
    const nodes = reachable(results).filter((node) => !this.#given.has(node));
    const moving = dependents(nodes, this.#parameters);
    const stages = [nodes.filter((node) => !moving.has(node)), nodes.filter((node) => moving.has(node))];
    const machine = new IntervalMachine(stages, this.#given, results, this.#tally, this.#within);
    machine.run(0);
    return machine;
  }

  /** Computes the columns of one parameter, as many at once as its program takes. */
  #block({ offset, size, count, direction, program }: ColumnProgram, out: Enclosure): void {
    const n = this.dimension;
    for (let first = 0; first < size; first += count) {
      const columns = Math.min(count, size - first);
      direction.fill(0);
      for (let k = 0; k < columns; k++) direction[k * size + first + k] = 1;
      let row = this.#value === undefined ? 0 : offset;
      for (const { mid, rad } of program.run()) {
        const length = mid.length / count;
        for (let k = 0; k < columns; k++) {
          for (let e = 0, to = row * n + offset + first + k; e < length; e++, to += n) {
            out.mid[to] = mid[k * length + e]!;
            out.rad[to] = rad[k * length + e]!;
          }
        }
        row += length;
      }
    }
  }
}
