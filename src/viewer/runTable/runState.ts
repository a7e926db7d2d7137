/** The state of a run in one word, and the mark that goes with it. */
import type { RunInfo } from "../../server/messages.ts";

/** Returns the state of a run in one word. */
export function stateOf(run: RunInfo): string {
  if (run.live) return run.paused ? "paused" : "running";
  return run.ending?.status ?? "over";
}

const marks: Readonly<Record<string, string>> = {
  running: "▶",
  paused: "❚❚",
  converged: "✓",
  stagnated: "≈",
  diverged: "↗",
  stopped: "■",
  failed: "!",
};

export function stateMark(state: string): string {
  return marks[state] ?? "·";
}

const statesOfVerdicts: Readonly<Record<string, string>> = {
  "critical point": "converged",
  "gradient-flat region": "stagnated",
  unfinished: "stopped",
  "not judged": "stopped",
};

/** Returns the state whose colour and mark a verdict has. */
export function stateOfVerdict(verdict: string): string {
  return statesOfVerdicts[verdict] ?? verdict;
}
