/** Makes starts for the experiments on games, and reads the files that they take. */

import { readFileSync } from "node:fs";
import { exp } from "../../../elementary/index.ts";
import { failure } from "../../../errors.ts";
import { randomSource } from "../../../random.ts";

/** Draws a generic start from the standard normal distribution. `race` projects it onto the constraint. */
export function genericStart(dimension: number, seed: number): Float64Array {
  const random = randomSource(seed, "genericStart");
  return Float64Array.from({ length: dimension }, () => random.normal());
}

/** Draws mixed strategies, one player after the other, with a positive probability for every pure strategy. */
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

/** Reads a text file that the user names. @throws ERR_DATA_FILE */
export function readText(option: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw failure("ERR_DATA_FILE", `${option}: expected a text file, got ${path}: ${(error as Error).message}`);
  }
}
