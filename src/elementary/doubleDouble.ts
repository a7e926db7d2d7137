/** Sums and products without rounding: a number and what rounding took from it. */
export interface Pair {
  readonly head: number;
  readonly tail: number;
}

/** a + b exactly. */
function twoSum(a: number, b: number): Pair {
  const head = a + b;
  const part = head - a;
  return { head, tail: a - (head - part) + (b - part) };
}

/** a + b exactly where |a| >= |b|. */
export function quickSum(a: number, b: number): Pair {
  const head = a + b;
  return { head, tail: b - (head - a) };
}

const splitter = 134217729;

/** a b exactly, for sizes far from overflow. */
export function twoProduct(a: number, b: number): Pair {
  const head = a * b;
  const [ca, cb] = [splitter * a, splitter * b];
  const [aHigh, bHigh] = [ca - (ca - a), cb - (cb - b)];
  const [aLow, bLow] = [a - aHigh, b - bHigh];
  return { head, tail: aLow * bLow - (head - aHigh * bHigh - aLow * bHigh - aHigh * bLow) };
}

export function product(a: Pair, b: Pair): Pair {
  const { head, tail } = twoProduct(a.head, b.head);
  return quickSum(head, tail + (a.head * b.tail + a.tail * b.head));
}

export function sum(a: Pair, b: Pair): Pair {
  const { head, tail } = twoSum(a.head, b.head);
  return quickSum(head, tail + (a.tail + b.tail));
}
