/** The plain data of a run, which are written to files and sent over sockets. */

import type { JsonValue } from "../json.ts";
import type { Range } from "../range.ts";
import type { LossSlice } from "./lossSlice.ts";

/** Status of a run: `running` until the last row, which tells how the run ended. */
export type Status = "running" | "converged" | "stagnated" | "diverged" | "stopped";

/** Every {@link Status}. */
export const statuses: readonly string[] = [
  "running",
  "converged",
  "stagnated",
  "diverged",
  "stopped",
] satisfies Status[];

/** Declaration of a column that an operator writes. */
export interface Column {
  /** What the column holds, in words. */
  readonly meaning: string;
  readonly unit?: string;
  /** Kind of the column. Of a category, one of `values`, rows hold the index and files the text. Default `number`. */
  readonly kind?: "number" | "vector" | "category";
  /** Values of a category. */
  readonly values?: readonly string[];
  /**
   * Name of the rule that raises an event at each row where this column holds something, such as "stagnation".
   * Absent: the column holds measurements.
   */
  readonly event?: string;
}

/** A number that can be steered during a run, within its range. */
export interface Setting extends Range {
  readonly value: number;
}

export type Columns = Readonly<Record<string, Column>>;
export type Settings = Readonly<Record<string, Setting>>;

/** What all rows of a run share, compared by identity. An operator after the loop that adds columns makes a new one. */
export interface Run {
  readonly name: string;
  /** Number of the attempt: 1, and one more with each resume. */
  readonly attempt: number;
  /** Columns of all operators, by name. */
  readonly columns: Columns;
  /** Settings that can be steered, by names such as `momentum.decay`. */
  readonly settings: Settings;
  /** Problem, options and seed, which `run.json` keeps. */
  readonly description?: JsonValue;
}

/** One step of a run as plain data, which can cross threads, files and sockets. */
export interface Row {
  readonly run: Run;
  /** Number of updates before this row. */
  readonly step: number;
  /** Wall time in seconds since the run began, pauses included, over all attempts. */
  readonly seconds: number;
  readonly status: Status;
  /** Number of evaluations of F since the run began, trials included. */
  readonly evaluations: number;
  /** Number of products with the Jacobian or a curvature matrix since the run began. */
  readonly products: number;
  /** L(z), the potential at the point; NaN without a potential. */
  readonly value: number;
  /** ||F(z)||^2. */
  readonly squaredFieldNorm: number;
  /** Step size chosen at this row; NaN on a last row without a step. */
  readonly stepSize: number;
  /** The point z. */
  readonly point?: Float64Array;
  /** Numbers and categories that the operators wrote; undefined (null in Arrow) if they were not measured here. */
  readonly columns: Readonly<Record<string, number | undefined>>;
  /** Vectors that the operators wrote, such as spectra or an averaged point. */
  readonly vectors: Readonly<Record<string, Float64Array | undefined>>;
  /**
   * Why the run ended so, where the numbers do not say it: what was not a finite number, and which operation made it
   * first. Only on last rows; `run.json` keeps it, row files do not.
   */
  readonly because?: string | undefined;
  /** Commands that took effect just before this step. */
  readonly commands?: readonly AppliedCommand[] | undefined;
}

/** A steering command that took effect or was refused. */
export interface AppliedCommand {
  readonly type: "pause" | "resume" | "stop" | "checkpoint" | "step" | "set" | "slice";
  /** Name of the setting, for `set`. */
  readonly setting?: string;
  /** New value of the setting, for `set`. */
  readonly value?: number;
  /** Number of steps, for `step`. */
  readonly count?: number;
  /** What was found, for `slice`. */
  readonly slice?: LossSlice;
  /** Step before which the command was applied. */
  readonly step: number;
  /** Reason why the command had no effect. */
  readonly refused?: string;
}
