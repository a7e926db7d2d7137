/**
 * Bounds for sentences. A bound that is rounded to the nearest number of a few digits may claim more than is known: no
 * zero lies within 0.01236, but one may within 0.0124.
 */

/** The largest number of so many decimal digits below a bound that is not negative; a short whole number stays. */
export function roundedDown(bound: number, digits: number): number {
  const near = Number(bound.toPrecision(digits));
  if (isShort(bound, digits) || near < bound) return near;
  const lower = Number((near - unitOf(bound, digits)).toPrecision(digits));
  return lower < bound ? lower : 0;
}

/** The smallest number of so many decimal digits above a bound that is not negative; a short whole number stays. */
export function roundedUp(bound: number, digits: number): number {
  const near = Number(bound.toPrecision(digits));
  if (isShort(bound, digits) || near > bound) return near;
  const higher = Number((near + unitOf(bound, digits)).toPrecision(digits));
  return higher > bound ? higher : 2 * bound;
}

const isShort = (x: number, digits: number): boolean =>
  !Number.isFinite(x) || (Number.isInteger(x) && x < 10 ** digits);

/** The unit in the last of so many digits. */
function unitOf(x: number, digits: number): number {
  const exponent = Number(x.toExponential(digits - 1).split("e")[1]);
  return Number(`1e${exponent - digits + 1}`);
}
