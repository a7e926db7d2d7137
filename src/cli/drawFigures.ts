import { isFluxionError } from "../errors.ts";
import { builtInFigures } from "../figures/builtIn.ts";
import { recordedRun } from "../figures/figure.ts";
import { readableRuns, runsIn } from "./runDirectories.ts";

/** A figure and its title. */
export interface DrawnFigure {
  readonly name: string;
  readonly summary: string;
  readonly svg: string;
}

/**
 * Draws the figures that the runs of a directory allow. It tries to draw each figure, since only drawing shows whether
 * the runs have what the figure needs.
 */
export async function drawFigures(directory: string): Promise<DrawnFigure[]> {
  const drawn: DrawnFigure[] = [];
  const found = readableRuns(runsIn(directory));
  for (const { name, summary, draw } of builtInFigures) {
    try {
      const runs = found.map((run) => recordedRun(run.name, run.directory));
      drawn.push({ name, summary, svg: await draw({ directory, runs }) });
    } catch (error) {
      // These runs lack what the figure shows.
      if (!isFluxionError(error)) throw error;
    }
  }
  return drawn;
}
