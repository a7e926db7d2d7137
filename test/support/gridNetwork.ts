import type { TrafficNetwork } from "../../src/problems/games/traffic/trafficNetwork.ts";
import { randomSource } from "../../src/random.ts";

/** k x k crossings with roads both ways, times as of the Bureau of Public Roads. */
export function gridNetwork(k: number, demandCount: number): TrafficNetwork {
  const random = randomSource(5, "grid");
  const links = [];
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      for (const [a, b] of [
        [i + 1, j],
        [i, j + 1],
        [i - 1, j],
        [i, j - 1],
      ] as const) {
        if (a < 0 || b < 0 || a >= k || b >= k) continue;
        const time = 1 + 4 * random.uniform();
        const capacity = 5 + 5 * random.uniform();
        const roads = { freeFlowTime: time, coefficient: (0.15 * time) / capacity ** 4, power: 4 };
        links.push({ from: i * k + j + 1, to: a * k + b + 1, ...roads });
      }
    }
  }
  const demands = Array.from({ length: demandCount }, (_, d) => ({
    origin: 1 + (d % (k * k)),
    destination: 1 + ((d + 1 + Math.floor((k * k - 2) * random.uniform())) % (k * k)),
    flow: 2 + 3 * random.uniform(),
  })).filter(({ origin, destination }) => origin !== destination);
  return { nodes: k * k, links, demands };
}
