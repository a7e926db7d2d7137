/** The runs that the user means: those of a directory, or one of them by its name. */
import { didYouMean } from "../../didYouMean.ts";
import { failure } from "../../errors.ts";
import { type FoundRun, runsIn } from "../runDirectories.ts";

/** @throws ERR_COMMAND_LINE if no run has the wanted name; ERR_EXPERIMENT_DIRECTORY if there is no run */
export function chosenRuns(directory: string, wanted: string | undefined): readonly FoundRun[] {
  const runs = runsIn(directory);
  if (wanted === undefined) return runs;
  const names = runs.map(({ name }) => name);
  const chosen = runs.filter(({ name }) => name === wanted);
  if (chosen.length > 0) return chosen;
  const some = names.length > 20 ? [...names.slice(0, 20), `... (${names.length} runs)`] : names;
  throw failure(
    "ERR_COMMAND_LINE",
    `--run: ${directory} has no run "${wanted}".${didYouMean(wanted, names)} Runs: ${some.join(", ")}`,
  );
}
