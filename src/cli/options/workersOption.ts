import { availableParallelism } from "node:os";
import { Option } from "commander";
import { failure } from "../../errors.ts";
import { numberFrom } from "../../experiments/threads/flags.ts";

/** The option `--workers`: threads among which the runs of a campaign are divided. It affects nothing but the time. */
export function workersOption(name = "--workers"): Option {
  return new Option(`${name} <number>`, "threads that share the runs of an experiment")
    .default(availableParallelism(), "one for each core")
    .argParser((text) => {
      const workers = numberFrom(name, text);
      if (!(Number.isInteger(workers) && workers >= 1 && workers <= 1024)) {
        throw failure("ERR_COMMAND_LINE", `${name}: expected an integer from 1 to 1024, got "${text}"`);
      }
      return workers;
    });
}
