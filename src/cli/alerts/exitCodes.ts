/** The exit code of `fluxion run`, which tells a script how a run ended. */
import { Option } from "commander";
import { didYouMean } from "../../didYouMean.ts";
import { failure } from "../../errors.ts";
import type { Finding } from "../../experiments/framework/definition.ts";
import type { RowSummary } from "../../experiments/threads/protocol.ts";

/** Exit code of each ending that a script may want to know of. */
const endingCodes = {
  diverged: 3,
  notFinite: 4,
  stagnated: 5,
  flat: 6,
  unfinished: 7,
  event: 8,
} as const;

export type FailOn = keyof typeof endingCodes;

/** What a run that stands alone fails on, unless `--fail-on` says otherwise. The other endings are findings. */
const alone: readonly FailOn[] = ["notFinite", "diverged"];

export function failOnOption(): Option {
  const codes = Object.entries(endingCodes).map(([name, code]) => `${name} (${code})`);
  return new Option(
    "--fail-on <list>",
    `endings with an exit code of their own, the first that occurred: ${codes.join(", ")}, or none ` +
      "(default: notFinite,diverged for an experiment of one run, else none)",
  );
}

/** Reads the list; undefined if it was not given. @throws ERR_COMMAND_LINE */
export function failOnFrom(text: string | undefined): readonly FailOn[] | undefined {
  if (text === undefined) return undefined;
  if (text.trim() === "none") return [];
  const known = Object.keys(endingCodes);
  return text.split(",").map((word) => {
    const name = word.trim();
    if (!known.includes(name)) {
      throw failure(
        "ERR_COMMAND_LINE",
        `--fail-on: expected endings out of ${known.join(", ")}, or none, got "${name}".${didYouMean(name, known)}`,
      );
    }
    return name as FailOn;
  });
}

/** What is known of an experiment when it has ended. */
interface Ended {
  readonly runs: readonly string[];
  readonly lastRows: ReadonlyMap<string, RowSummary>;
  readonly findings: readonly Finding[];
  /** Whether any rule raised an event. */
  readonly events: boolean;
}

/** The exit code: that of the first ending of the list which occurred, else 0. */
export function exitCodeOf({ runs, lastRows, findings, events }: Ended, failOn: readonly FailOn[] | undefined): number {
  const wanted = failOn ?? (runs.length === 1 ? alone : []);
  const verdicts = new Map(findings.map(({ run, verdict }) => [run, verdict]));
  const endings = new Set<FailOn>(runs.flatMap((run) => endingsOf(lastRows.get(run), verdicts.get(run))));
  if (events) endings.add("event");
  const first = wanted.find((ending) => endings.has(ending));
  return first === undefined ? 0 : endingCodes[first];
}

/**
 * How a run ended. Numbers that grew until they overflowed have diverged; numbers that suddenly were none are not
 * finite.
 */
function endingsOf(last: RowSummary | undefined, verdict: string | undefined): FailOn[] {
  if (last === undefined) return [];
  const { status, because, squaredFieldNorm, grew } = last;
  if (status === "diverged") {
    const finite = because === undefined && Number.isFinite(squaredFieldNorm);
    return [finite || grew === true ? "diverged" : "notFinite"];
  }
  const endings: FailOn[] = [];
  if (verdict === "gradient-flat region") endings.push("flat");
  else if (status === "stagnated") endings.push("stagnated");
  if (verdict === "unfinished" || status === "running") endings.push("unfinished");
  return endings;
}
