/** Starts of the experiments on games, and the files that they read. */

import { readFileSync } from "node:fs";
import { exp } from "../../../elementary/index.ts";
import { failure } from "../../../errors.ts";
import { randomSource } from "../../../random.ts";

/** A generic start, standard normal. `race` projects it onto the constraint. */
export function genericStart(dimension: number, seed: number): Float64Array {
  const random = randomSource(seed, "genericStart");
  return Float64Array.from({ length: dimension }, () => random.normal());
}

/** Generic mixed strategies, one player after the other. Every strategy has a positive probability. */
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
