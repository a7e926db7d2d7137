import { GraphBuilder } from "../../build/builder.ts";
import { isOp, type Node, type Op, sizeOf } from "../../graph/graph.ts";
import {
  fits,
  identityAxis,
  innerAxis,
  matmulSide,
  onlyMap,
  type Place,
  reducedPlace,
  reshapedPlace,
  resized,
  samePlace,
} from "./places.ts";

/** An input of a tile: a data input or a constant of the whole graph, or its rows of some samples. */
export interface TileInput {
  /** The input in the graph of the tile. */
  readonly node: Node<"input">;
  /** The data input or constant of the whole graph. */
  readonly source: Node;
  /** Where the samples lie in it; undefined if the tile reads all of it. */
  readonly place?: Place;
}

/** A result of a tile for a node of the whole graph. */
interface Made {
  readonly node: Node;
  /** Where the samples lie; undefined for a sum over them. */
  readonly place?: Place;
}

/** Marks a node that depends on sums over the samples. */
const after = Symbol("after the sums");
/** Marks a node that depends neither on samples nor on sums. The tile has it only where it is needed. */
const free = Symbol("free");

/**
 * Builds the graph for some of the samples from the graph for all of them.
 *
 * For each node it knows where the samples lie, so that the node of the tile holds the rows of the tile's samples. Where
 * a sum or a product of matrices sums over the samples, the tile's result is a part of the sum. Every rule is checked by
 * shapes alone, whatever the axis means.
 */
export class TileBuilder {
  readonly builder = new GraphBuilder();
  readonly inputs: TileInput[] = [];
  /** Sums over the samples in the whole graph, each with its part in the tile. */
  readonly sums = new Map<Node, Node>();
  /** Nodes that depend on no sample, each with an input of the tile that brings it. They are computed once for all. */
  readonly heads = new Map<Node, Node<"input">>();
  readonly #made = new Map<Node, Made | typeof after | typeof free>();
  readonly #moving: ReadonlySet<Node>;
  readonly #demanded = new Map<string, Node | undefined>();
  readonly #samples: number;
  readonly #size: number;

  /**
   * @param samples number of samples of the whole graph
   * @param size number of samples of the tile
   * @param moving nodes that depend on the directions
   */
  constructor(samples: number, size: number, moving: ReadonlySet<Node>) {
    this.#moving = moving;
    this.#samples = samples;
    this.#size = size;
  }

  /** Adds the nodes of the whole graph, in topological order. Returns whether the tile can have them. */
  build(nodes: readonly Node[]): boolean {
    for (const node of nodes) {
      const made = this.#make(node);
      if (made === undefined) return false;
      this.#made.set(node, made);
    }
    return true;
  }

  /** Whether a node has a row for each sample. */
  isSampled(node: Node): boolean {
    return this.#place(node) !== undefined;
  }

  #place(node: Node): Place | undefined {
    const made = this.#made.get(node);
    return typeof made === "object" ? made.place : undefined;
  }

  /** Gives a node of the tile for a sampled node or one that depends on no sample. */
  #node(node: Node): Node {
    const made = this.#made.get(node);
    if (made === free) return this.#free(node);
    if (typeof made !== "object") throw new Error(`internal: tile: ${node.op} is not in the tile`);
    return made.node;
  }

  /** Reads a node that depends on no sample. What is not there anyway becomes an input. */
  #free(node: Node): Node {
    if (isOp(node, "input") && node.attributes.role === "data") return this.#input(node);
    if (node.inputs.length === 0) return this.builder.make(node.op, [], node.attributes);
    if (isView(node)) {
      const inputs = node.inputs.map((input) => this.#free(input));
      return this.builder.rebuild(node, inputs);
    }
    let head = this.heads.get(node);
    if (head === undefined) {
      head = this.builder.input(`h${this.heads.size}`, this.#moving.has(node) ? "tangent" : "parameter", node.shape);
      this.heads.set(node, head);
    }
    return head;
  }

  #make(node: Node): Made | typeof after | typeof free | undefined {
    if (isOp(node, "constant") || (isOp(node, "input") && node.attributes.role === "data")) return this.#leaf(node);
    const sampled = node.inputs.some((input) => this.isSampled(input));
    if (node.inputs.some((input) => this.#made.get(input) === after)) {
      // Samples that need a sum over all samples cannot be computed tile by tile.
      return sampled ? undefined : after;
    }
    if (!sampled) return free;
    const made = this.#sampled(node);
    if (made === undefined || made.place !== undefined) return made;
    this.sums.set(node, made.node);
    return after;
  }

  /** Makes data with the samples along the first axis that has as many entries. */
  #leaf(node: Node): Made | typeof free {
    const axis = node.shape.indexOf(this.#samples);
    if (axis < 0) return free;
    const place = { axis, per: 1 };
    return { node: this.#input(node, place), place };
  }

  #input(source: Node, place?: Place): Node {
    const known = this.inputs.find(
      (input) =>
        input.source === source &&
        (place === undefined || input.place === undefined ? place === input.place : samePlace(place, input.place)),
    );
    if (known !== undefined) return known.node;
    const shape = place === undefined ? source.shape : resized(source.shape, place, this.#size);
    const node = this.builder.input(`d${this.inputs.length}`, "data", shape);
    this.inputs.push({ node, source, ...(place === undefined ? {} : { place }) });
    return node;
  }

  /** Makes a node whose samples lie at `place`. */
  #resized(node: Node, place: Place, inputs: readonly Node[]): Node {
    const shape = resized(node.shape, place, this.#size);
    const [x] = inputs as [Node];
    if (isOp(node, "reshape")) return this.builder.reshape(x, shape);
    if (isOp(node, "broadcast")) return this.builder.broadcast(x, shape);
    if (isOp(node, "take")) return this.builder.take(x, node.attributes.maps, shape);
    if (isOp(node, "scatterAdd")) return this.builder.scatterAdd(x, node.attributes.maps, shape);
    return this.builder.rebuild(node, inputs);
  }

  /** Makes a node with samples among its operands; without a place it is a sum over the samples. */
  #sampled(node: Node): Made | undefined {
    if (isOp(node, "matmul")) return this.#product(node);
    const [x] = node.inputs as [Node];
    const place = this.#place(x);
    const moved = (to: Place | undefined): Made | undefined =>
      to && fits(node.shape, to, this.#samples)
        ? { node: this.#resized(node, to, [this.#node(x)]), place: to }
        : undefined;
    if (isOp(node, "sum")) {
      const left = reducedPlace(place!, node.attributes.axes);
      return left === undefined ? { node: this.builder.sum(this.#node(x), node.attributes.axes) } : moved(left);
    }
    if (isOp(node, "reduceMax") || isOp(node, "logSumExp")) return moved(reducedPlace(place!, node.attributes.axes));
    if (isOp(node, "argMax")) return moved(reducedPlace(place!, [node.attributes.axis]));
    if (isOp(node, "cumsum")) return node.attributes.axis === place!.axis ? undefined : moved(place);
    if (isOp(node, "reshape")) return moved(reshapedPlace(x.shape, place!, node.shape, this.#samples));
    if (isOp(node, "broadcast")) {
      return moved({ axis: place!.axis + node.shape.length - x.shape.length, per: place!.per });
    }
    if (isOp(node, "transpose")) {
      return moved({ axis: node.attributes.permutation.indexOf(place!.axis), per: place!.per });
    }
    if (isOp(node, "take")) {
      const { maps } = node.attributes;
      const axis = identityAxis(maps[place!.axis]!);
      return axis !== undefined && onlyMap(maps, place!.axis, axis) ? moved({ axis, per: place!.per }) : undefined;
    }
    if (isOp(node, "scatterAdd")) {
      const { maps } = node.attributes;
      const axis = maps.findIndex((map) => identityAxis(map) === place!.axis);
      return axis >= 0 && onlyMap(maps, axis, place!.axis) ? moved({ axis, per: place!.per }) : undefined;
    }
    return this.#elementwise(node);
  }

  #elementwise(node: Node): Made | undefined {
    const place = node.inputs.map((input) => this.#place(input)).find((found) => found !== undefined)!;
    const inputs = this.#allAt(node.inputs, place);
    return inputs && { node: this.builder.rebuild(node, inputs), place };
  }

  #product(node: Node<"matmul">): Made | undefined {
    const rank = node.shape.length;
    const { transposeA, transposeB } = node.attributes;
    const [a, b] = node.inputs as [Node, Node];
    const operand: 0 | 1 = this.isSampled(a) ? 0 : 1;
    const place = this.#place(node.inputs[operand]!)!;
    const side = matmulSide(rank, place.axis, operand, operand === 0 ? transposeA : transposeB);
    if (side === "outer") {
      const other = operand === 0 ? b : a;
      if (this.isSampled(other)) return undefined;
      const to = { axis: operand === 0 ? rank - 2 : rank - 1, per: place.per };
      return { node: this.builder.rebuild(node, [this.#node(a), this.#node(b)]), place: to };
    }
    const places: [Place, Place] =
      side === "batch"
        ? [place, place]
        : [
            { axis: innerAxis(rank, 0, transposeA), per: place.per },
            { axis: innerAxis(rank, 1, transposeB), per: place.per },
          ];
    const [left, right] = [this.#at(a, places[0]), this.#at(b, places[1])];
    if (left === undefined || right === undefined) return undefined;
    const made = this.builder.rebuild(node, [left, right]);
    return side === "batch" ? { node: made, place } : { node: made };
  }

  #allAt(nodes: readonly Node[], place: Place): readonly Node[] | undefined {
    const found = nodes.map((node) => this.#at(node, place));
    return found.every((node) => node !== undefined) ? found : undefined;
  }

  /** Gives a node with its samples at a place, even if it has none by itself, as a repeated row has none. */
  #at(node: Node, place: Place): Node | undefined {
    const made = this.#made.get(node);
    if (made === after) return undefined;
    if (typeof made === "object" && made.place !== undefined && samePlace(made.place, place)) return made.node;
    const key = `${node.id}:${place.axis}:${place.per}`;
    if (!this.#demanded.has(key)) {
      const can = sizeOf(node.shape) > 0 && fits(node.shape, place, this.#samples);
      this.#demanded.set(key, can ? this.#demand(node, place) : undefined);
    }
    return this.#demanded.get(key);
  }

  #demand(node: Node, place: Place): Node | undefined {
    const { builder } = this;
    const shape = resized(node.shape, place, this.#size);
    if (isOp(node, "fill")) return builder.fill(node.attributes.value, shape);
    if (isOp(node, "constant")) return this.#input(node, place);
    if (isOp(node, "input")) return node.attributes.role === "data" ? this.#input(node, place) : undefined;
    if (this.isSampled(node)) return undefined;
    const [x] = node.inputs as [Node];
    const from = (at: Place | undefined): Node | undefined => {
      const inner = at && this.#at(x, at);
      return inner && this.#resized(node, place, [inner]);
    };
    if (isOp(node, "broadcast")) {
      const axis = place.axis - (node.shape.length - x.shape.length);
      if (axis < 0 || x.shape[axis] === 1) return builder.broadcast(this.#node(x), shape);
      return from({ axis, per: place.per });
    }
    if (isOp(node, "reshape")) return from(reshapedPlace(node.shape, place, x.shape, this.#samples));
    if (isOp(node, "transpose")) return from({ axis: node.attributes.permutation[place.axis]!, per: place.per });
    if (notElementwise.has(node.op)) return undefined;
    const inputs = this.#allAt(node.inputs, place);
    return inputs && builder.rebuild(node, inputs);
  }
}

function isView(node: Node): boolean {
  return isOp(node, "reshape") || isOp(node, "broadcast") || isOp(node, "transpose");
}

const notElementwise: ReadonlySet<Op> = new Set([
  "matmul",
  "sum",
  "reduceMax",
  "logSumExp",
  "argMax",
  "cumsum",
  "take",
  "scatterAdd",
]);
