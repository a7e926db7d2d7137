import { basename } from "node:path";
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
 * Draws the figures that the runs of some directories allow. It tries to draw each figure, since only drawing shows whether
 * the runs have what the figure needs.
 */
export async function drawFigures(directories: readonly string[]): Promise<DrawnFigure[]> {
  const drawn: DrawnFigure[] = [];
  const several = directories.length > 1;
  const found = readableRuns(
    directories.flatMap((directory) => {
      // Runs of two experiments may have one name, by which a figure tells them apart.
      const prefix = several ? `${basename(directory)}/` : "";
      return runsIn(directory).map((run) => ({
        ...run,
        name: run.name.startsWith(prefix) ? run.name : prefix + run.name,
      }));
    }),
  );
  const directory = directories.join(", ");
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
