import { textual } from "../../../arguments.ts";
import { pow } from "../../../elementary/index.ts";
import { failure } from "../../../errors.ts";
import { checkOption } from "../../../options.ts";
import type { RoadLink, TrafficNetwork, TravelDemand } from "./trafficNetwork.ts";

/**
 * Reads a network from the texts of two TNTP files, `*_net.tntp` and `*_trips.tntp`, the form of the repository
 * Transportation Networks for Research.
 *
 * The time on a link is t0 (1 + b (v / capacity)^power). Length, speed, toll and type are not used. Journeys within a
 * zone and flows of 0 are left out. The files are not part of this package, because their authors provide them for
 * research.
 *
 * Cost: one pass over the texts.
 *
 * @example
 * import { readFileSync } from "node:fs";
 * const textOf = (file: string) => readFileSync(file, "utf8");
 * const problem = trafficAssignment(parseTntp(textOf("SiouxFalls_net.tntp"), textOf("SiouxFalls_trips.tntp")));
 * @param network text of the links
 * @param trips text of the demands
 * @throws ERR_DATA_FILE, with the line, if a text has another form
 * @see https://github.com/bstabler/TransportationNetworks
 */
export function parseTntp(network: string, trips: string): TrafficNetwork {
  checkOption("parseTntp", "network", network, textual);
  checkOption("parseTntp", "trips", trips, textual);
  const net = bodyOf("network", network);
  const links = net.lines.map(({ text, line }): RoadLink => {
    const fields = text.replace(/;\s*$/, "").trim().split(/\s+/).map(Number);
    const [from, to, capacity, , time, b, power] = fields;
    if (fields.length < 7 || fields.some(Number.isNaN)) {
      throw malformed("network", line, "at least seven numbers, from init node to power", text);
    }
    const sure = { from: from!, to: to!, freeFlowTime: time! };
    if (!(b! > 0)) return { ...sure, coefficient: 0, power: 1 };
    if (!(capacity! > 0)) throw malformed("network", line, "a positive capacity", text);
    return { ...sure, coefficient: (time! * b!) / pow(capacity!, power!), power: power! };
  });
  const declared = net.metadata.get("NUMBER OF LINKS");
  if (declared !== undefined && Number(declared) !== links.length) {
    throw failure("ERR_DATA_FILE", `parseTntp: expected ${declared} links in the network, got ${links.length}`);
  }
  const through = Number(net.metadata.get("FIRST THRU NODE") ?? 1);
  const nodes = Number(net.metadata.get("NUMBER OF NODES"));
  if (!(Number.isInteger(nodes) && nodes > 0 && Number.isInteger(through))) {
    throw failure("ERR_DATA_FILE", "parseTntp: expected <NUMBER OF NODES> among the network's metadata");
  }
  return { nodes, links, demands: demandsOf(trips), firstThroughNode: through };
}

function demandsOf(trips: string): TravelDemand[] {
  const demands: TravelDemand[] = [];
  let origin: number | undefined;
  for (const { text, line } of bodyOf("trips", trips).lines) {
    const begins = /^Origin\s+(\d+)\s*$/i.exec(text);
    if (begins !== null) {
      origin = Number(begins[1]);
      continue;
    }
    for (const part of text.split(";")) {
      if (part.trim() === "") continue;
      const found = /^\s*(\d+)\s*:\s*(\S+)\s*$/.exec(part);
      const flow = Number(found?.[2]);
      if (found === null || origin === undefined || !(flow >= 0)) {
        throw malformed("trips", line, "`Origin n`, then `destination : flow;` entries", part);
      }
      const destination = Number(found[1]);
      if (flow > 0 && destination !== origin) demands.push({ origin, destination, flow });
    }
  }
  return demands;
}

interface Body {
  readonly metadata: ReadonlyMap<string, string>;
  readonly lines: readonly { readonly text: string; readonly line: number }[];
}

/** Reads the metadata, `<NAME> value` up to `<END OF METADATA>`, and the lines after them; `~` begins a comment. */
function bodyOf(what: string, text: string): Body {
  const metadata = new Map<string, string>();
  const lines: { text: string; line: number }[] = [];
  let inside = true;
  for (const [at, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.replace(/~.*$/, "").trim();
    if (line === "") continue;
    if (!inside) {
      lines.push({ text: line, line: at + 1 });
      continue;
    }
    const entry = /^<([^>]+)>\s*(.*)$/.exec(line);
    if (entry === null) throw malformed(what, at + 1, "metadata `<NAME> value` up to <END OF METADATA>", line);
    if (entry[1] === "END OF METADATA") inside = false;
    else metadata.set(entry[1]!, entry[2]!.trim());
  }
  if (inside) throw failure("ERR_DATA_FILE", `parseTntp: expected <END OF METADATA> in the ${what} text, got none`);
  return { metadata, lines };
}

function malformed(what: string, line: number, expected: string, got: string): Error {
  return failure(
    "ERR_DATA_FILE",
    `parseTntp: expected ${expected} in line ${line} of the ${what} text, got "${got.trim()}"`,
  );
}
