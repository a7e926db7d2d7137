/** What an experiment found of each of its runs, for the page. */
import { basename, dirname } from "node:path";
import { isFluxionError } from "../errors.ts";
import type { Finding } from "../experiments/framework/definition.ts";
import type { RunEnding } from "../server/messages.ts";
import { experimentIfWhole } from "./experimentFile.ts";
import { finite } from "./servedRuns.ts";

/** Returns the verdict and the index of the run in a directory, as far as its experiment reported them. */
export type FoundEnds = (directory: string) => Pick<RunEnding, "verdict" | "meaning" | "because" | "index">;

/** Makes a reader of findings that opens each `experiment.json` once, however many runs stand beside it. */
export function foundEnds(): FoundEnds {
  const experiments = new Map<
    string,
    ReadonlyMap<string, Pick<RunEnding, "verdict" | "meaning" | "because" | "index">>
  >();
  return (directory) => {
    const parent = dirname(directory);
    let ends = experiments.get(parent);
    if (ends === undefined) {
      ends = new Map(
        findingsOf(parent).map(({ run, verdict, meaning, because, numbers }) => [
          run,
          {
            ...finite({ index: numbers?.index }),
            ...(typeof verdict === "string" ? { verdict } : {}),
            ...(typeof meaning === "string" ? { meaning } : {}),
            ...(typeof because === "string" ? { because } : {}),
          },
        ]),
      );
      experiments.set(parent, ends);
    }
    return ends.get(basename(directory)) ?? {};
  };
}

/** The findings of the experiment in a directory; none where there is no experiment, or its file cannot be read. */
function findingsOf(directory: string): readonly Finding[] {
  try {
    return experimentIfWhole(directory)?.findings ?? [];
  } catch (error) {
    // The runs can be shown without what was found of them.
    if (isFluxionError(error)) return [];
    throw error;
  }
}
