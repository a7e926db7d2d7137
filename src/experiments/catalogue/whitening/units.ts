/** The units of data: none changes what is found. */
import { exponentOf, scaleByPower } from "../../../elementary/bits.ts";

/** Exponent of the largest entry up to which the squares of inputs stay well within the range of numbers. */
export const farthestInputs = 200;

/** Numbers and the power of two by which they were multiplied. */
interface Scaled {
  readonly numbers: Float64Array;
  readonly exponent: number;
}

/**
 * Brings numbers whose largest is beyond 2^farthest or below 2^-farthest to 1 to 2, by a power of two, which rounds none
 * but those that are beneath notice. Others stay as they are. Nothing that is compared depends on the unit: inputs are
 * scaled to the same power, scores are shares, and the weights at the start are small beside targets of size 1.
 */
export function inUnits(numbers: Float64Array, farthest: number): Scaled {
  const largest = numbers.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const exponent = largest === 0 ? 0 : exponentOf(largest);
  if (Math.abs(exponent) <= farthest) return { numbers, exponent: 0 };
  return { numbers: numbers.map((x) => scaleByPower(x, -exponent)), exponent: -exponent };
}

/** Says by which power of two something was multiplied; nothing if it was not. */
export function unitText(what: string, exponent: number): string {
  return exponent === 0 ? "" : `; ${what} are multiplied by 2^${exponent}, which changes no score`;
}
