import { Option } from "commander";
import { failure } from "../../errors.ts";
import { numberFrom } from "../../experiments/threads/flags.ts";

/** The option `--seed`. A run is a function of its options and the seed. */
export function seedOption(): Option {
  return new Option("--seed <integer>", "seed of everything random").default(1).argParser((text) => {
    const seed = numberFrom("--seed", text);
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw failure("ERR_COMMAND_LINE", `--seed: expected an integer from 0 to 2^53 - 1, got "${text}"`);
    }
    return seed;
  });
}
