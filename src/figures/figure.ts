import type { Observable } from "rxjs";
import type { Row } from "../arrow/row.ts";
import { readRunFile } from "../arrow/runFile.ts";
import { failure } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { replay } from "../streams/replay.ts";

/** A run that was recorded, as figures see it. */
export interface RecordedRun {
  readonly name: string;
  /** As `run.json` has it. */
  readonly description: JsonValue | undefined;
  /** Its rows, read anew from its files at each subscription. */
  readonly rows: Observable<Row>;
}

/** What a figure is drawn from. */
export interface FigureSource {
  /** As the user named it. */
  readonly directory: string;
  readonly runs: readonly RecordedRun[];
}

/** What `fluxion figure` can draw. */
export interface Figure {
  /** As typed; letters and `-`. */
  readonly name: string;
  /** One line for the list. */
  readonly summary: string;
  /** Which experiments leave what it needs. */
  readonly from: string;
  /** @throws ERR_FIGURE where the runs lack what the figure shows */
  readonly draw: (source: FigureSource) => Promise<string>;
}

/** The run that a directory holds. */
export function recordedRun(name: string, directory: string): RecordedRun {
  return { name, description: readRunFile(directory).description, rows: replay(directory) };
}

/** What is wrong with a figure's runs, and what to run instead. */
export function missing(figure: Pick<Figure, "name" | "from">, { directory }: FigureSource, what: string): Error {
  return failure(
    "ERR_FIGURE",
    `figure ${figure.name}: expected ${what}, got none in ${directory}; it draws what ${figure.from} left`,
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
