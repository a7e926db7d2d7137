import type { TrafficNetwork } from "./trafficNetwork.ts";

/** The shortest paths from one node to all others. */
interface ShortestPaths {
  /** Times by node; Infinity if there is no path. */
  readonly times: Float64Array;
  /** Lists the links of a shortest path to a node, in order. If there are several, it is always the same one. */
  linksTo(node: number): readonly number[];
}

/** Lists the links that leave each node. */
export function outgoingLinks({ nodes, links }: TrafficNetwork): readonly (readonly number[])[] {
  const outgoing: number[][] = Array.from({ length: nodes + 1 }, () => []);
  for (const [k, { from }] of links.entries()) outgoing[from]!.push(k);
  return outgoing;
}

/**
 * Finds shortest paths by Dijkstra's algorithm with a binary heap.
 *
 * Cost: O(links log links).
 *
 * @see Dijkstra, "A note on two problems in connexion with graphs", 1959, doi:10.1007/BF01386390
 */
export function shortestPaths(
  network: TrafficNetwork,
  outgoing: readonly (readonly number[])[],
  origin: number,
  linkTimes: Float64Array,
): ShortestPaths {
  const { nodes, links, firstThroughNode = 1 } = network;
  const times = new Float64Array(nodes + 1).fill(Number.POSITIVE_INFINITY);
  const last = new Int32Array(nodes + 1).fill(-1);
  const heap: (readonly [number, number])[] = [];
  times[origin] = 0;
  push(heap, [0, origin]);
  for (let top = pop(heap); top !== undefined; top = pop(heap)) {
    const [time, node] = top;
    if (time > times[node]!) continue;
    if (node < firstThroughNode && node !== origin) continue;
    for (const link of outgoing[node]!) {
      const { to } = links[link]!;
      const arrival = time + linkTimes[link]!;
      if (arrival >= times[to]!) continue;
      times[to] = arrival;
      last[to] = link;
      push(heap, [arrival, to]);
    }
  }
  return {
    times,
    linksTo(node) {
      const way: number[] = [];
      for (let at = node; at !== origin && last[at]! >= 0; at = links[last[at]!]!.from) way.push(last[at]!);
      return way.reverse();
    },
  };
}

type Entry = readonly [number, number];

function push(heap: Entry[], entry: Entry): void {
  let at = heap.push(entry) - 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    if (heap[above]![0] <= entry[0]) break;
    heap[at] = heap[above]!;
    at = above;
  }
  heap[at] = entry;
}

function pop(heap: Entry[]): Entry | undefined {
  const top = heap[0];
  const entry = heap.pop();
  if (top === undefined || entry === undefined || heap.length === 0) return top;
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    if (below >= heap.length) break;
    if (below + 1 < heap.length && heap[below + 1]![0] < heap[below]![0]) below++;
    if (heap[below]![0] >= entry[0]) break;
    heap[at] = heap[below]!;
    at = below;
  }
  heap[at] = entry;
  return top;
}
