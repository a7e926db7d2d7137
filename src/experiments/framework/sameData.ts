/** Whether a run that is resumed has the data with which it began. */
import { failure } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import type { Problem } from "../../problems/problem.ts";
import { descriptionOf } from "../../streams/loop/session.ts";

/** Members of the descriptions of data sets, and of minibatches, that name all their numbers. */
const hashNames: readonly string[] = ["inputsHash", "targetsHash", "labelsHash", "rowsHash", "rowsOf"];

interface Found {
  /** Name of the data set, if one is described there. */
  readonly of: string | undefined;
  readonly hash: string;
}

/** Collects the hashes in a description by their places. */
function hashesIn(
  value: JsonValue | undefined,
  wanted: (name: string) => boolean,
  place = "",
  of?: string,
  found: Map<string, Found> = new Map(),
): Map<string, Found> {
  if (typeof value !== "object" || value === null) return found;
  const own = !Array.isArray(value) && "data" in value && typeof value.data === "string" ? value.data : of;
  for (const [name, member] of Object.entries(value)) {
    const at = `${place}.${name}`;
    if (typeof member === "string" && member.startsWith("sha256:") && wanted(name))
      found.set(at, { of: own, hash: member });
    else hashesIn(member, wanted, at, own, found);
  }
  return found;
}

/** The hashes of today. A problem that is a function of the step is made only if the description does not have them. */
function hashesNow(
  before: ReadonlyMap<string, Found>,
  problem: Problem | ((step: number) => Problem),
  description: JsonValue | undefined,
  wanted: (name: string) => boolean,
): ReadonlyMap<string, Found> {
  if (typeof problem !== "function") return hashesIn(descriptionOf(problem, description), wanted);
  const given = hashesIn(description, wanted);
  const hasAll = [...before.keys()].every((place) => given.has(place));
  return hasAll ? given : hashesIn(descriptionOf(problem(0), description), wanted);
}

/**
 * Refuses to go on with a run whose data are others than at its beginning: its rows would be those of two runs.
 *
 * The hashes in the description of its run file are compared with those of today. Where each step has a problem of its
 * own, hashes of a batch say nothing, so only those of all rows count. A description of another form, as of an earlier
 * version, is passed over.
 *
 * Cost: a description of the problem, which hashes its data.
 *
 * @throws ERR_RESUME
 */
export function requireSameData(
  name: string,
  earlier: JsonValue | undefined,
  problem: Problem | ((step: number) => Problem),
  description: JsonValue | undefined,
): void {
  const wanted = (member: string): boolean => typeof problem !== "function" || hashNames.includes(member);
  const before = hashesIn(earlier, wanted);
  if (before.size === 0) return;
  const now = hashesNow(before, problem, description, wanted);
  for (const [place, { of, hash }] of before) {
    const today = now.get(place);
    if (today === undefined || today.hash === hash) continue;
    const what = of === undefined ? place.slice(1) : `${place.slice(place.lastIndexOf(".") + 1)} of "${of}"`;
    throw failure(
      "ERR_RESUME",
      `resume: expected the data with which the run "${name}" began, got others: ${what} was ${hash.slice(0, 19)}... ` +
        `and is ${today.hash.slice(0, 19)}...; put the data back as they were and resume, or start a new run`,
    );
  }
}
