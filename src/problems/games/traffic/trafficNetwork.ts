import { thing } from "../../../arguments.ts";
import { pow } from "../../../elementary/index.ts";
import { failure } from "../../../errors.ts";
import { checkOption } from "../../../options.ts";

/** A road from one node to another, on which v travellers need the time freeFlowTime + coefficient v^power each. */
export interface RoadLink {
  readonly from: number;
  readonly to: number;
  /** Time t0 >= 0 on the empty road. */
  readonly freeFlowTime: number;
  /** Coefficient >= 0; in the form of the Bureau of Public Roads it is t0 b / capacity^power. */
  readonly coefficient: number;
  /** Power >= 1; if the coefficient is 0, any number. */
  readonly power: number;
}

/** The number of travellers from one node to another. */
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
  /** First node that may be passed through. Nodes below it are zones, which only begin and end journeys. Default 1. */
  readonly firstThroughNode?: number;
}

/** Computes the time on a link. Methods try flows below 0 too; the time is continued to them so that it increases. */
export function linkTime({ freeFlowTime, coefficient, power }: RoadLink, v: number): number {
  if (coefficient === 0) return freeFlowTime;
  return freeFlowTime + coefficient * Math.sign(v) * pow(Math.abs(v), power);
}

/** Computes the derivative of the time on a link. */
export function linkSlope({ coefficient, power }: RoadLink, v: number): number {
  return coefficient === 0 ? 0 : coefficient * power * pow(Math.abs(v), power - 1);
}

/** Computes the integral of the time on a link from 0 to v. */
export function linkIntegral({ freeFlowTime, coefficient, power }: RoadLink, v: number): number {
  return freeFlowTime * v + (coefficient === 0 ? 0 : (coefficient * pow(Math.abs(v), power + 1)) / (power + 1));
}

/** @throws ERR_OPTION_RANGE for links or demands out of range, or without a demand */
export function checkNetwork(who: string, network: TrafficNetwork): void {
  checkOption(who, "network", network, networkRule);
  const { nodes, links, demands } = network;
  for (const [k, link] of links.entries()) checkOption(who, `link ${k}`, link, linkRule);
  for (const [k, demand] of demands.entries()) checkOption(who, `demand ${k}`, demand, demandRule);
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

const networkRule = thing("a network of nodes, links and demands", { nodes: "number", links: "list", demands: "list" });
const linkRule = thing("a link, with from, to and freeFlowTime", {
  from: "number",
  to: "number",
  freeFlowTime: "number",
});
const demandRule = thing("a demand, with origin, destination and flow", {
  origin: "number",
  destination: "number",
  flow: "number",
});
