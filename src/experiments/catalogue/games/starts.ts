/** What the experiments on games begin with. */

import { readFileSync } from "node:fs";
import { exp } from "../../../elementary/index.ts";
import { failure } from "../../../errors.ts";
import { randomSource } from "../../../random.ts";

/** A start that nothing makes special: standard normal; the race projects it onto the constraint. */
export function genericStart(dimension: number, seed: number): Float64Array {
  const random = randomSource(seed, "genericStart");
  return Float64Array.from({ length: dimension }, () => random.normal());
}

/** Mixed strategies that nothing makes special, one player after the other; none is played with probability 0. */
export function mixedStart(players: readonly { readonly size: number }[], seed: number): Float64Array {
  const random = randomSource(seed, "mixedStart");
  return Float64Array.from(
    players.flatMap(({ size }) => {
      const weights = Array.from({ length: size }, () => exp(random.normal()));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      return weights.map((weight) => weight / total);
    }),
  );
}

/** A text that the user names. @throws ERR_DATA_FILE */
export function readText(option: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw failure("ERR_DATA_FILE", `${option}: expected a text file, got ${path}: ${(error as Error).message}`);
  }
}
