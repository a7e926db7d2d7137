import { unitOf } from "../../elementary/index.ts";
import { largestEntry } from "../../linalg/vector.ts";

/**
 * The map y = (x / unit - pivot) - shift, in which the mean is subtracted in two parts.
 *
 * A pivot near the data, the first sample, is subtracted exactly or nearly so; the mean of what is left is small and has
 * a small error. A mean of 10^6 standard deviations, subtracted at once, would leave an error of 10^6 eps.
 */
export interface Centring {
  /** Power of two, so that squares of y stay within range. */
  readonly unit: number;
  readonly pivot: Float64Array;
  readonly shift: Float64Array;
}

/** Gives the centring of samples; without `centred`, pivot and shift are zero. */
export function centringOf(values: Float64Array, count: number, d: number, centred: boolean): Centring {
  const largest = largestEntry(values);
  const unit = largest === 0 ? 1 : unitOf(largest);
  const pivot = new Float64Array(d);
  const shift = new Float64Array(d);
  if (centred) {
    for (let j = 0; j < d; j++) pivot[j] = values[j]! / unit;
    // The first mean carries rounding errors, which the second one removes.
    for (let pass = 0; pass < 2; pass++) {
      const rest = new Float64Array(d);
      for (let i = 0, at = 0; i < count; i++) {
        for (let j = 0; j < d; j++, at++) rest[j] = rest[j]! + (values[at]! / unit - pivot[j]! - shift[j]!);
      }
      for (let j = 0; j < d; j++) shift[j] = shift[j]! + rest[j]! / count;
    }
  }
  return { unit, pivot, shift };
}

/** Applies a centring to samples, row after row. */
export function centre(values: Float64Array, { unit, pivot, shift }: Centring): Float64Array {
  const d = pivot.length;
  const out = new Float64Array(values.length);
  for (let at = 0; at < values.length; ) {
    for (let j = 0; j < d; j++, at++) out[at] = values[at]! / unit - pivot[j]! - shift[j]!;
  }
  return out;
}

/** The mean that a centring subtracts, in the units of the data. */
export function meanOf({ unit, pivot, shift }: Centring): Float64Array {
  return pivot.map((own, j) => (own + shift[j]!) * unit);
}
