import { Option } from "commander";
import { failure } from "../../errors.ts";
import { mostRepetitions } from "../../experiments/framework/repetitions.ts";
import { numberFrom } from "../../experiments/threads/flags.ts";

/** The option `--repeat`: repetitions of each run, which show whether its end depends on the last bits of the start. */
export function repeatOption(): Option {
  return new Option(
    "--repeat <number>",
    "repeat each run from starts moved in their last place, and count the ends that agree",
  ).argParser((text) => {
    const repetitions = numberFrom("--repeat", text);
    if (!(Number.isInteger(repetitions) && repetitions >= 1 && repetitions <= mostRepetitions)) {
      throw failure("ERR_COMMAND_LINE", `--repeat: expected an integer from 1 to ${mostRepetitions}, got "${text}"`);
    }
    return repetitions;
  });
}
