import type { Observable } from "rxjs";
import type { Row } from "../arrow/row.ts";
import { readRunFile } from "../arrow/runFile.ts";
import { failure } from "../errors.ts";
import type { JsonValue } from "../json.ts";
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
  readonly runs: readonly RecordedRun[];
}

/** A figure that `fluxion figure` can draw. */
export interface Figure {
  /** Name on the command line: letters and `-`. */
  readonly name: string;
  /** Summary in one line, for the list. */
  readonly summary: string;
  /** Experiments whose runs have what the figure needs. */
  readonly from: string;
  /** Draws the figure as SVG. @throws ERR_FIGURE if the runs lack what the figure shows */
  readonly draw: (source: FigureSource) => Promise<string>;
}

/** Opens the run in a directory. */
export function recordedRun(name: string, directory: string): RecordedRun {
  return { name, description: readRunFile(directory).description, rows: replay(directory) };
}

/** The error for runs that lack what a figure shows; it says which experiments to run. */
export function missing(figure: Pick<Figure, "name" | "from">, { directory }: FigureSource, what: string): Error {
  return failure(
    "ERR_FIGURE",
    `figure ${figure.name}: expected ${what}, got none in ${directory}; it draws runs of ${figure.from}`,
  );
}

/** A field of a run's description, by path. */
export function described(run: RecordedRun, ...path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = run.description;
  for (const key of path) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    value = (value as { readonly [key: string]: JsonValue | undefined })[key];
  }
  return value;
}
