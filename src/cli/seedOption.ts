import { Option } from "commander";
import { failure } from "../errors.ts";
import { numberFrom } from "../experiments/threads/flags.ts";

/** `--seed`: a run is a function of its options and this. */
export function seedOption(): Option {
  return new Option("--seed <integer>", "of everything random").default(1).argParser((text) => {
    const seed = numberFrom("--seed", text);
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw failure("ERR_COMMAND_LINE", `--seed: expected an integer from 0 to 2^53 - 1, got "${text}"`);
    }
    return seed;
  });
}
