/** The plain data of a run: what is written to files and sent over sockets. */

import type { JsonValue } from "../json.ts";
import type { Range } from "../range.ts";

/** `running` until the last row of a run, which says how it ended. */
export type Status = "running" | "converged" | "stagnated" | "diverged" | "stopped";

/** What an operator measures. A category holds one of `values`, stored as its index (Utf8 in Arrow). */
export interface Column {
  readonly meaning: string;
  readonly unit?: string;
  readonly kind?: "number" | "vector" | "category";
  readonly values?: readonly string[];
}

/** A number that can be steered during a run, within its range. */
export interface Setting extends Range {
  readonly value: number;
}

export type Columns = Readonly<Record<string, Column>>;
export type Settings = Readonly<Record<string, Setting>>;

/** What all rows of a run share. Compare by identity; an operator after the loop that adds columns makes a new one, once. */
export interface Run {
  readonly name: string;
  /** 1, one more with each resume. */
  readonly attempt: number;
  readonly columns: Columns;
  /** `momentum.decay`: what can be steered. */
  readonly settings: Settings;
  /** Problem, options, seed: what `run.json` keeps. */
  readonly description?: JsonValue;
}

/** Plain data: crosses threads, files, sockets. */
export interface Row {
  readonly run: Run;
  readonly step: number;
  /** Wall time since the run began, pauses included, over all attempts. */
  readonly seconds: number;
  readonly status: Status;
  /** Evaluations of F, trials included, since the run began. */
  readonly evaluations: number;
  /** Jacobian-vector products since the run began. */
  readonly products: number;
  readonly value: number;
  readonly squaredFieldNorm: number;
  /** NaN: a last row without a step. */
  readonly stepSize: number;
  readonly point?: Float64Array;
  /** undefined: not measured here (null in Arrow). */
  readonly columns: Readonly<Record<string, number | undefined>>;
  /** Spectra, an averaged point. */
  readonly vectors: Readonly<Record<string, Float64Array | undefined>>;
  /** What took effect just before this step. */
  readonly commands?: readonly AppliedCommand[] | undefined;
}

/** A steering command as it took effect, or was refused. */
export interface AppliedCommand {
  readonly type: "pause" | "resume" | "stop" | "checkpoint" | "step" | "set";
  readonly setting?: string;
  readonly value?: number;
  readonly count?: number;
  /** The step before which it was applied. */
  readonly step: number;
  /** Why it had no effect. */
  readonly refused?: string;
}
