import { pow } from "../../../elementary/index.ts";
import { failure } from "../../../errors.ts";

/** A road from one node to another, on which v travellers need the time freeFlowTime + coefficient v^power each. */
export interface RoadLink {
  readonly from: number;
  readonly to: number;
  /** t0 >= 0. */
  readonly freeFlowTime: number;
  /** >= 0; t0 b / capacity^power in the form of the Bureau of Public Roads. */
  readonly coefficient: number;
  /** >= 1, or anything where the coefficient is 0. */
  readonly power: number;
}

/** How many travel from one node to another. */
export interface TravelDemand {
  readonly origin: number;
  readonly destination: number;
  readonly flow: number;
}

/** Roads and travellers; nodes are numbered from 1. */
export interface TrafficNetwork {
  readonly nodes: number;
  readonly links: readonly RoadLink[];
  readonly demands: readonly TravelDemand[];
  /** Nodes below this number are zones, which begin and end journeys but are not passed through; default 1, none. */
  readonly firstThroughNode?: number;
}

/** Time on a link; for flows below 0, which methods try, continued so that it stays increasing. */
export function linkTime({ freeFlowTime, coefficient, power }: RoadLink, v: number): number {
  if (coefficient === 0) return freeFlowTime;
  return freeFlowTime + coefficient * Math.sign(v) * pow(Math.abs(v), power);
}

/** Its derivative. */
export function linkSlope({ coefficient, power }: RoadLink, v: number): number {
  return coefficient === 0 ? 0 : coefficient * power * pow(Math.abs(v), power - 1);
}

/** The integral of the time from 0 to v. */
export function linkIntegral({ freeFlowTime, coefficient, power }: RoadLink, v: number): number {
  return freeFlowTime * v + (coefficient === 0 ? 0 : (coefficient * pow(Math.abs(v), power + 1)) / (power + 1));
}

export function checkNetwork(who: string, { nodes, links, demands }: TrafficNetwork): void {
  const isNode = (node: number): boolean => Number.isInteger(node) && node >= 1 && node <= nodes;
  for (const [k, { from, to, freeFlowTime, coefficient, power }] of links.entries()) {
    const sound = freeFlowTime >= 0 && coefficient >= 0 && (coefficient === 0 || power >= 1);
    if (isNode(from) && isNode(to) && from !== to && sound && Number.isFinite(freeFlowTime + coefficient)) continue;
    throw failure(
      "ERR_OPTION_RANGE",
      `${who}: expected links between two of ${nodes} nodes with freeFlowTime, coefficient >= 0 and power >= 1, got ` +
        `${from} -> ${to} with ${freeFlowTime}, ${coefficient} and ${power} as link ${k}`,
    );
  }
  for (const [k, { origin, destination, flow }] of demands.entries()) {
    if (isNode(origin) && isNode(destination) && origin !== destination && flow > 0 && Number.isFinite(flow)) continue;
    throw failure(
      "ERR_OPTION_RANGE",
      `${who}: expected positive flows between two of ${nodes} nodes, got ${flow} from ${origin} to ${destination} as ` +
        `demand ${k}`,
    );
  }
  if (demands.length === 0) throw failure("ERR_OPTION_RANGE", `${who}: expected at least one demand, got none`);
}
