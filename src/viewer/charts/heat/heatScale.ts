/** Maps numbers to colours so that many orders of magnitude, and both signs, can be told apart. */

export interface HeatScale {
  readonly signed: boolean;
  /** Least and greatest number that the scale shows. */
  readonly range: readonly [low: number, high: number];
  /** Place of a number: from 0 to 1, or from -1 to 1 where there are both signs. */
  place(value: number): number;
  /** Number at a place. */
  value(place: number): number;
}

/** Orders of magnitude below the largest size within which sizes are told apart. */
const decadesMost = 12;

/**
 * Returns the scale of some numbers. Without negative ones it is logarithmic between the least and the greatest positive
 * one. With negative ones it is logarithmic in the size on both sides, and linear where sizes are below the least that
 * is not zero, or below 1e-12 of the greatest.
 */
export function heatScale(values: ArrayLike<number>): HeatScale {
  let [least, most, negative] = [Number.POSITIVE_INFINITY, 0, false];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    negative ||= value < 0;
    const size = Math.abs(value);
    if (size > 0) least = Math.min(least, size);
    most = Math.max(most, size);
  }
  if (most === 0) [least, most] = [1, 1];
  least = Math.max(least, most * 10 ** -decadesMost);
  if (!negative) {
    const span = Math.log(most / least) || 1;
    return {
      signed: false,
      range: [least, most],
      place: (value) => Math.min(1, Math.max(0, value > 0 ? Math.log(value / least) / span : 0)),
      value: (place) => least * Math.exp(place * span),
    };
  }
  const top = Math.log1p(most / least);
  return {
    signed: true,
    range: [-most, most],
    place: (value) => (Math.sign(value) * Math.log1p(Math.min(Math.abs(value), most) / least)) / top,
    value: (place) => Math.sign(place) * least * Math.expm1(Math.abs(place) * top),
  };
}

type Rgb = readonly [number, number, number];

// Viridis (Smith and van der Walt), and blue to orange through grey, whose ends differ in lightness too for those who
// see no colours.
const sequential: readonly Rgb[] = [
  [68, 1, 84],
  [65, 68, 135],
  [42, 120, 142],
  [34, 168, 132],
  [122, 209, 81],
  [253, 231, 37],
];
const diverging: readonly Rgb[] = [
  [12, 44, 132],
  [65, 130, 196],
  [236, 236, 234],
  [240, 160, 75],
  [150, 62, 4],
];

/** Returns the colour of a place on a scale. */
export function heatColor(place: number, signed: boolean): string {
  const stops = signed ? diverging : sequential;
  const at = Math.min(1, Math.max(0, signed ? (place + 1) / 2 : place)) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(at));
  const mix = (channel: 0 | 1 | 2): number =>
    Math.round(stops[low]![channel] + (at - low) * (stops[low + 1]![channel] - stops[low]![channel]));
  return `rgb(${mix(0)}, ${mix(1)}, ${mix(2)})`;
}
