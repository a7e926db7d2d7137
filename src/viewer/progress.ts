/** How far a run is, where its description says how many steps it takes at most. */
import type { RunInfo } from "../server/messages.ts";
import type { RunData } from "./runData.ts";

interface Progress {
  readonly step: number;
  readonly stepsMost: number;
  /** Seconds until the last step at the pace of the newer half of the rows; undefined before there is a pace. */
  readonly secondsLeft: number | undefined;
}

/** Returns an entry of a run's description. */
export function described(run: RunInfo, key: string): unknown {
  const { description } = run;
  if (typeof description !== "object" || description === null || Array.isArray(description)) return undefined;
  return (description as Readonly<Record<string, unknown>>)[key];
}

/** Returns how far a run is; undefined where it has no rows, or where it does not say when it ends. */
export function progressOf(run: RunInfo, data: RunData): Progress | undefined {
  const stepsMost = described(run, "stepsMost");
  const step = data.lastStep;
  if (typeof stepsMost !== "number" || !(stepsMost > 0) || step === undefined) return undefined;
  const half = Math.floor((data.length - 1) / 2);
  const [from, to] = [data.at("seconds", half), data.at("seconds", data.length - 1)];
  const steps = step - (data.at("step", half) ?? step);
  const known = steps > 0 && from !== undefined && to !== undefined && to >= from;
  return {
    step,
    stepsMost,
    secondsLeft: known ? (Math.max(0, stepsMost - step) * (to - from)) / steps : undefined,
  };
}
