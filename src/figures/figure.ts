import type { Observable } from "rxjs";
import { thing } from "../arguments.ts";
import { describeDamage } from "../arrow/checks/damage.ts";
import type { Row } from "../arrow/row.ts";
import { readRunFile } from "../arrow/runFile.ts";
import { failure } from "../errors.ts";
import { warn } from "../host.ts";
import type { JsonValue } from "../json.ts";
import { checkOption } from "../options.ts";
import { replay } from "../streams/replay.ts";

/** A recorded run, as figures read it. */
export interface RecordedRun {
  /** Name of the run. */
  readonly name: string;
  /** Description that `run.json` keeps. */
  readonly description: JsonValue | undefined;
  /** Rows of the run, read from its files at each subscription. */
  readonly rows: Observable<Row>;
}

/** The runs from which a figure is drawn. */
export interface FigureSource {
  /** Directory as the user named it. */
  readonly directory: string;
  /** Runs in the directory, in the order in which they began. */
  readonly runs: readonly RecordedRun[];
}

/** A figure that `fluxion figure` can draw. */
export interface Figure {
  /** Name on the command line: letters and `-`. */
  readonly name: string;
  /** Summary in one line, which the list of figures shows. */
  readonly summary: string;
  /** Experiments whose runs have what the figure needs. */
  readonly from: string;
  /** Draws the figure as SVG. @throws ERR_FIGURE if the runs lack what the figure shows */
  readonly draw: (source: FigureSource) => Promise<string>;
}

/**
 * Opens the run in a directory for a figure. The rows are read only when they are subscribed to. Damaged parts of its
 * files are passed over, with a warning that says which steps they had.
 *
 * @example
 * const run = recordedRun("search-01", "runs/dlae-1/search-01");
 * run.rows.pipe(last()).subscribe((end) => console.log(run.name, end.step, end.value));
 * @throws ERR_RUN_FILE if the directory has no valid `run.json`, ERR_READ if it cannot be read
 */
export function recordedRun(name: string, directory: string): RecordedRun {
  return {
    name,
    description: readRunFile(directory).description,
    rows: replay(directory, { onDamage: (damage) => warn(describeDamage(damage)) }),
  };
}

/** Makes the error for runs that lack what a figure shows. It says which experiments to run. */
export function missing(figure: Pick<Figure, "name" | "from">, { directory }: FigureSource, what: string): Error {
  return failure(
    "ERR_FIGURE",
    `figure ${figure.name}: expected ${what}, got none in ${directory}; it draws runs of ${figure.from}`,
  );
}

/**
 * Reads a field of a run's description by its path; undefined if there is no such field.
 *
 * @example
 * const run = recordedRun("search-01", "runs/dlae-1/search-01");
 * console.log(described(run, "start", "variance"));
 */
export function described(run: RecordedRun, ...path: readonly string[]): JsonValue | undefined {
  checkOption("described", "run", run, thing("a run, as recordedRun reads it", {}));
  let value: JsonValue | undefined = run.description;
  for (const key of path) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    value = (value as { readonly [key: string]: JsonValue | undefined })[key];
  }
  return value;
}
