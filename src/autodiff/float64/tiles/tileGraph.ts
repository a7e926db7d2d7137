/** A tile's graph as plain data, which a thread can send to another. */
import { GraphBuilder } from "../../build/builder.ts";
import type { Attributes, Node, Op } from "../../graph/graph.ts";
import { isOp } from "../../graph/graph.ts";
import { reachable } from "../../graph/walk.ts";
import type { SampleTile } from "../../passes/sampleSums.ts";
import { type Rows, rowsOf } from "./rows.ts";

interface PlainNode {
  readonly op: Op;
  /** Places of the operands in the list of nodes. */
  readonly inputs: readonly number[];
  readonly attributes: Attributes[Op];
}

/** Roles of nodes in a tile: all but the last two are inputs. */
const roles = ["parameters", "directions", "data", "pointSums", "movingSums"] as const;

/** A tile's graph for a number of samples. Threads that compile it get the same programs, to the last bit. */
export interface TileGraph {
  readonly size: number;
  readonly nodes: readonly PlainNode[];
  readonly places: Readonly<Record<(typeof roles)[number], readonly number[]>>;
  /** How the samples lie in each data input; undefined for those that are read whole. */
  readonly rows: readonly (Rows | undefined)[];
}

/** Writes a tile's graph down. */
export function tileGraph(tile: SampleTile, size: number): TileGraph {
  const lists = { ...tile, data: tile.inputs.map(({ node }) => node) };
  const nodes = reachable(roles.flatMap((role): readonly Node[] => lists[role]));
  const place = new Map(nodes.map((node, i) => [node, i]));
  const placesOf = (list: readonly Node[]): number[] => list.map((node) => place.get(node)!);
  return {
    size,
    nodes: nodes.map(({ op, inputs, attributes }) => ({ op, inputs: placesOf(inputs), attributes })),
    places: {
      parameters: placesOf(lists.parameters),
      directions: placesOf(lists.directions),
      data: placesOf(lists.data),
      pointSums: placesOf(lists.pointSums),
      movingSums: placesOf(lists.movingSums),
    },
    rows: tile.inputs.map(({ source, place: at }) => at && rowsOf(source.shape, at)),
  };
}

/** The nodes of a tile's graph. */
interface TileNodes {
  readonly builder: GraphBuilder;
  readonly parameters: readonly Node<"input">[];
  readonly directions: readonly Node<"input">[];
  readonly data: readonly Node<"input">[];
  readonly pointSums: readonly Node[];
  readonly movingSums: readonly Node[];
}

/** Makes the nodes again, in a builder of their own. */
export function tileNodes({ nodes, places }: TileGraph): TileNodes {
  const builder = new GraphBuilder();
  const made: Node[] = [];
  for (const { op, inputs, attributes } of nodes) {
    const operands = inputs.map((i) => made[i]!);
    made.push(builder.make(op, operands, attributes));
  }
  const at = (list: readonly number[]): Node[] => list.map((i) => made[i]!);
  const inputs = (list: readonly number[]): Node<"input">[] => at(list).filter((node) => isOp(node, "input"));
  return {
    builder,
    parameters: inputs(places.parameters),
    directions: inputs(places.directions),
    data: inputs(places.data),
    pointSums: at(places.pointSums),
    movingSums: at(places.movingSums),
  };
}
