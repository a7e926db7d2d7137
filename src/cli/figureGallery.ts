import { isFluxionError } from "../errors.ts";
import { builtInFigures } from "../figures/builtIn.ts";
import { recordedRun } from "../figures/figure.ts";
import type { FigureGallery } from "../server/options.ts";
import { runsIn } from "./runDirectories.ts";

/**
 * Makes the gallery of the page: the figures that a directory's runs allow. It tries to draw each figure, since only
 * drawing shows whether the runs have what the figure needs.
 *
 * @param directory gives the directory of an experiment or a run; undefined while there is none yet
 */
export function figureGallery(directory: () => string | undefined): FigureGallery {
  let drawn = new Map<string, string>();
  return {
    async list() {
      const from = directory();
      if (from === undefined) return [];
      const next = new Map<string, string>();
      for (const figure of builtInFigures) {
        try {
          const runs = runsIn(from).map((run) => recordedRun(run.name, run.directory));
          next.set(figure.name, await figure.draw({ directory: from, runs }));
        } catch (error) {
          // These runs lack what the figure shows.
          if (!isFluxionError(error)) throw error;
        }
      }
      drawn = next;
      return builtInFigures.filter(({ name }) => next.has(name)).map(({ name, summary }) => ({ name, summary }));
    },
    svg: (name) => drawn.get(name),
  };
}
