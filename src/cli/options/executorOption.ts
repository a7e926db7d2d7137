import { Option } from "commander";
import { type Executor, executorChoices } from "../../autodiff/executorNames.ts";
import { didYouMean } from "../../didYouMean.ts";
import { failure } from "../../errors.ts";
import { isPortable } from "../../linalg/blas/blas.ts";

/** What the option `--executor` may say. */
export type ExecutorChoice = Executor | "auto";

/** The option `--executor`: what computes, where `FLUXION_EXECUTOR` does not say it or says something else. */
export function executorOption(otherwise = "FLUXION_EXECUTOR, else float64"): Option {
  return new Option(
    "--executor <name>",
    `what computes: ${executorChoices.join(", ")} (default: ${otherwise})`,
  ).argParser((text) => {
    const found = executorChoices.find((name) => name === text);
    if (found === undefined) {
      throw failure(
        "ERR_COMMAND_LINE",
        `--executor: expected ${executorChoices.join(", ")}, got "${text}".${didYouMean(text, executorChoices)}`,
      );
    }
    return found;
  });
}

/** Flags of a command that has `--executor` and `--portable`. */
interface ExecutorFlags {
  readonly executor?: ExecutorChoice;
  readonly portable?: boolean;
}

/**
 * Lets the threads of this process compute as the flags say.
 *
 * @param otherwise whether they compute portably if the flags say nothing; default: what `FLUXION_EXECUTOR` says
 * @returns whether they compute portably
 * @throws ERR_COMMAND_LINE if the flags contradict each other
 */
export function useExecutor({ executor, portable }: ExecutorFlags, otherwise = isPortable()): boolean {
  if (executor === undefined) return portable ?? otherwise;
  if (portable !== undefined && portable !== (executor === "portable")) {
    throw failure(
      "ERR_COMMAND_LINE",
      `--executor ${executor} contradicts ${portable ? "--portable" : "--no-portable"}; give one of the two`,
    );
  }
  process.env.FLUXION_EXECUTOR = executor;
  return executor === "portable";
}
