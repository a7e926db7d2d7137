/**
 * Midpoints and radii: entry by entry, the exact number lies within `rad` of `mid`. An infinite radius stands for no
 * knowledge.
 */
export interface Enclosure {
  readonly mid: Float64Array;
  readonly rad: Float64Array;
}

/** Unit roundoff u of float64: a result r of one operation is within u |r| of the exact one, where it does not underflow. */
export const u = 2 ** -53;
/** Factor that covers the rounding of up to six operations on numbers that are not negative. */
export const up = 1 + 2 ** -49;
/** Below this, products on the way to a radius may have underflowed. */
export const small = 2 ** -900;
/** More than all that a few operations lose by underflow. Radii below `small` are enlarged by it. */
export const tiny = 2 ** -1060;
