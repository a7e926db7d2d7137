/** How samples are cut into tiles, and tiles into blocks. All of it depends on the shapes alone, as last bits do. */
import { isOp, type Node, sizeOf } from "../../graph/graph.ts";
import { dependents, reachable } from "../../graph/walk.ts";
import type { SampleSums, SampleTile } from "../../passes/sampleSums.ts";
import { isStored } from "../stages.ts";

/** How many samples a tile has, and which tiles a block. */
export interface Tiling {
  readonly samples: number;
  /** Samples of every tile but the last, which may have fewer. */
  readonly size: number;
  readonly tiles: number;
  /** Number of blocks of tiles. The sums of the blocks are added in their order. */
  readonly blocks: number;
}

/** Bytes of a tile's results that should stay in the cache nearest to a core that is large enough. */
const cacheBytes = 1 << 20;
/**
 * Operations of a tile for each number of its sums: the least, and more than which gains nothing, since adding up the sums
 * of tiles then takes a few per cent of the time.
 */
const workPerSum = [2000, 8000] as const;
/** Tiles among which the samples are shared where sizes leave the choice, so that many threads are kept busy. */
const goodTiles = 8;
/** Operations of an evaluation, and bytes that it goes through, below both of which a field is not tiled. */
const leastWork = 2e7;
const leastBytes = 1 << 23;
/** Fewest tiles for which tiles are worth their overhead. */
const leastTiles = 2;
/** Most blocks, and most bytes of all their sums. */
const mostBlocks = 64;
const blockBytes = 1 << 26;
/** Operations for each number of an elementwise result. */
const elementWork = 4;
/** Part of the elementwise results that are stored, since most share a loop with others. */
const storedPart = 0.5;

/** What a tile costs. */
interface TileCost {
  /** Operations and bytes of results for one sample. */
  readonly work: number;
  readonly bytes: number;
  /** Numbers of the sums. */
  readonly sums: number;
}

/** Number of operations of a node. */
export function workOf(node: Node): number {
  if (!isStored(node) || isOp(node, "broadcast") || isOp(node, "reshape")) return 0;
  if (!isOp(node, "matmul"))
    return elementWork * Math.max(sizeOf(node.shape), ...node.inputs.map((x) => sizeOf(x.shape)));
  return 2 * sizeOf(node.shape) * node.inputs[0]!.shape.at(node.attributes.transposeA ? -2 : -1)!;
}

/** Whether a field has too little work and too few numbers for tiles, whatever its samples are. */
export function isLittleWork(outputs: readonly Node[]): boolean {
  let [work, bytes] = [0, 0];
  for (const node of reachable(outputs)) {
    work += workOf(node);
    bytes += 8 * sizeOf(node.shape);
  }
  return work < leastWork && bytes < leastBytes;
}

/** Estimates what a tile costs from its graph for `size` samples. */
function costOf({ pointSums, movingSums, inputs }: SampleTile, size: number): TileCost {
  const sums = [...pointSums, ...movingSums];
  const nodes = reachable(sums);
  const leaves = inputs.filter(({ place }) => place !== undefined).map(({ node }) => node);
  const sampled = dependents(nodes, leaves);
  let [work, bytes] = [0, 0];
  for (const node of nodes) {
    if (!sampled.has(node)) continue;
    work += workOf(node) / size;
    if (isOp(node, "broadcast") || isOp(node, "reshape") || sums.includes(node)) continue;
    bytes += ((isOp(node, "input") || isOp(node, "matmul") ? 1 : storedPart) * 8 * sizeOf(node.shape)) / size;
  }
  return { work, bytes, sums: sums.reduce((sum, node) => sum + sizeOf(node.shape), 0) };
}

/** Number of samples for which a tile's cost is estimated. */
const trial = 16;

/** Chooses tiles; undefined if a field has too few samples or too little work for them. */
export function chooseTiling(sums: SampleSums): Tiling | undefined {
  const cost = costOf(sums.tile(trial), trial);
  if (cost.work * sums.samples < leastWork && cost.bytes * sums.samples < leastBytes) return undefined;
  const perSum = cost.sums / cost.work;
  const least = Math.max(workPerSum[0] * perSum, 1);
  const most = Math.max(cacheBytes / cost.bytes, workPerSum[1] * perSum, 1);
  const wanted = Math.min(Math.max(sums.samples / goodTiles, least), most);
  const fitting = Math.floor(sums.samples / wanted);
  // Few tiles are a power of two, so that as many threads have equal shares.
  const tiles = fitting < goodTiles ? 1 << (31 - Math.clz32(Math.max(1, fitting))) : fitting;
  return tiles < leastTiles ? undefined : tilingOf(sums.samples, Math.ceil(sums.samples / tiles), cost.sums);
}

/** Cuts samples into tiles of a size. */
export function tilingOf(samples: number, size: number, sums: number): Tiling {
  const tiles = Math.ceil(samples / size);
  const blocks = Math.max(1, Math.min(tiles, mostBlocks, Math.floor(blockBytes / (8 * sums))));
  return { samples, size, tiles, blocks };
}

/** Returns the first tile of a block, which is the number of tiles for the block after the last. */
export function firstTile({ tiles, blocks }: Tiling, block: number): number {
  return Math.floor((block * tiles) / blocks);
}
