import { randomSource } from "../../src/random.ts";

/** Standard normal vector of a seed. */
export function normalVector(length: number, seed: number): Float64Array {
  const random = randomSource(seed);
  return Float64Array.from({ length }, () => random.normal());
}

/** Uniform on an interval. */
export function uniformVector(length: number, seed: number, low: number, high: number): Float64Array {
  const random = randomSource(seed);
  return Float64Array.from({ length }, () => low + (high - low) * random.uniform());
}
