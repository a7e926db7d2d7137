/** A number to about 106 bits: a rounded number `head`, and in `tail` the part that rounding removed. */
export interface Pair {
  readonly head: number;
  readonly tail: number;
}

/** Computes a + b exactly. */
function twoSum(a: number, b: number): Pair {
  const head = a + b;
  const part = head - a;
  return { head, tail: a - (head - part) + (b - part) };
}

/** Computes a + b exactly, for |a| >= |b|. */
export function quickSum(a: number, b: number): Pair {
  const head = a + b;
  return { head, tail: b - (head - a) };
}

/** 2^27 + 1, which splits a number into two halves of 26 bits. */
const splitter = 134217729;

/** Computes a b exactly, for numbers far from overflow. */
export function twoProduct(a: number, b: number): Pair {
  const head = a * b;
  const [ca, cb] = [splitter * a, splitter * b];
  const [aHigh, bHigh] = [ca - (ca - a), cb - (cb - b)];
  const [aLow, bLow] = [a - aHigh, b - bHigh];
  return { head, tail: aLow * bLow - (head - aHigh * bHigh - aLow * bHigh - aHigh * bLow) };
}

/** Multiplies two pairs. */
export function product(a: Pair, b: Pair): Pair {
  const { head, tail } = twoProduct(a.head, b.head);
  return quickSum(head, tail + (a.head * b.tail + a.tail * b.head));
}

/** Adds two pairs. */
export function sum(a: Pair, b: Pair): Pair {
  const { head, tail } = twoSum(a.head, b.head);
  return quickSum(head, tail + (a.tail + b.tail));
}
