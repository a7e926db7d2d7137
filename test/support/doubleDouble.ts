/**
 * Numbers of about 31 digits, as unevaluated sums of two doubles: what differences are taken in where float64 has too few.
 *
 * @see Hida, Li and Bailey, "Library for double-double and quad-double arithmetic", 2007
 */
export type Wide = readonly [high: number, low: number];

export const wide = (x: number): Wide => [x, 0];
const zero = wide(0);
const one = wide(1);
const pi: Wide = [Math.PI, 1.2246467991473532e-16];
const halfPi: Wide = [Math.PI / 2, 6.123233995736766e-17];
const ln2: Wide = [Math.LN2, 2.3190468138462996e-17];

function twoSum(a: number, b: number): Wide {
  const s = a + b;
  if (!Number.isFinite(s)) return [s, 0];
  const v = s - a;
  return [s, a - (s - v) + (b - v)];
}

function quickTwoSum(a: number, b: number): Wide {
  const s = a + b;
  return Number.isFinite(s) ? [s, b - (s - a)] : [s, 0];
}

function twoProduct(a: number, b: number): Wide {
  const p = a * b;
  // Dekker's splitting overflows near the largest numbers; there the low part does not matter.
  if (!Number.isFinite(p) || Math.abs(a) > 1e290 || Math.abs(b) > 1e290) return [p, 0];
  const splitter = 134217729;
  const [t, u] = [splitter * a, splitter * b];
  const [ah, bh] = [t - (t - a), u - (u - b)];
  const [al, bl] = [a - ah, b - bh];
  return [p, ah * bh - p + ah * bl + al * bh + al * bl];
}

export const neg = ([h, l]: Wide): Wide => [-h, -l];
export function add(a: Wide, b: Wide): Wide {
  const [s, e] = twoSum(a[0], b[0]);
  const [t, f] = twoSum(a[1], b[1]);
  const [u, g] = quickTwoSum(s, e + t);
  return quickTwoSum(u, g + f);
}
export const sub = (a: Wide, b: Wide): Wide => add(a, neg(b));
export function mul(a: Wide, b: Wide): Wide {
  const [p, e] = twoProduct(a[0], b[0]);
  return quickTwoSum(p, e + a[0] * b[1] + a[1] * b[0]);
}
export function div(a: Wide, b: Wide): Wide {
  const q = a[0] / b[0];
  if (!Number.isFinite(q) || !Number.isFinite(b[0]) || q === 0) return [q, 0];
  const r = sub(a, mul(b, wide(q)));
  const q2 = r[0] / b[0];
  const r2 = sub(r, mul(b, wide(q2)));
  return add(quickTwoSum(q, q2), wide(r2[0] / b[0]));
}
export const times = (a: Wide, factor: number): Wide => mul(a, wide(factor));
/** By a power of two: exact. */
const shift = ([h, l]: Wide, factor: number): Wide => [h * factor, l * factor];

/** Negative, 0 or positive as a is below, equal to or above b; NaN if one of them is. */
export function compare(a: Wide, b: Wide): number {
  return a[0] === b[0] ? a[1] - b[1] : a[0] - b[0];
}
const isNegative = (a: Wide): boolean => a[0] < 0;
export const abs = (a: Wide): Wide => (isNegative(a) ? neg(a) : a);

export function sqrt(a: Wide): Wide {
  if (!(a[0] > 0) || !Number.isFinite(a[0])) return wide(Math.sqrt(a[0]));
  const x = 1 / Math.sqrt(a[0]);
  const ax = a[0] * x;
  return add(wide(ax), wide(sub(a, mul(wide(ax), wide(ax)))[0] * x * 0.5));
}

/** sum_k x^k / k! without the first, for small x. */
function smallExpm1(x: Wide): Wide {
  const r = shift(x, 1 / 64);
  let term = r;
  let sum = r;
  for (let k = 2; k <= 16; k++) {
    term = div(mul(term, r), wide(k));
    sum = add(sum, term);
  }
  for (let i = 0; i < 6; i++) sum = add(shift(sum, 2), mul(sum, sum));
  return sum;
}

export function exp(x: Wide): Wide {
  if (!(x[0] > -745) || x[0] > 709.7) return wide(Math.exp(x[0]));
  const k = Math.round(x[0] / ln2[0]);
  const mantissa = add(one, smallExpm1(sub(x, times(ln2, k))));
  const half = Math.trunc(k / 2);
  return shift(shift(mantissa, 2 ** half), 2 ** (k - half));
}
export function expm1(x: Wide): Wide {
  return Math.abs(x[0]) < 0.5 ? smallExpm1(x) : sub(exp(x), one);
}

/** 2 atanh(t), t = x / (2 + x), for small x. */
function smallLog1p(x: Wide): Wide {
  const t = div(x, add(wide(2), x));
  const square = mul(t, t);
  let power = t;
  let sum = t;
  for (let k = 3; k <= 41; k += 2) {
    power = mul(power, square);
    sum = add(sum, div(power, wide(k)));
  }
  return shift(sum, 2);
}
export function log(x: Wide): Wide {
  if (!(x[0] > 0) || !Number.isFinite(x[0])) return wide(Math.log(x[0]));
  if (x[0] > 0.75 && x[0] < 1.35) return smallLog1p(sub(x, one));
  const y = wide(Math.log(x[0]));
  return add(y, smallLog1p(sub(mul(x, exp(neg(y))), one)));
}
export function log1p(x: Wide): Wide {
  return Math.abs(x[0]) < 0.25 ? smallLog1p(x) : log(add(one, x));
}

/** [sin, cos] */
function circle(x: Wide): readonly [Wide, Wide] {
  if (!Number.isFinite(x[0])) return [wide(Number.NaN), wide(Number.NaN)];
  const k = Math.round(x[0] / halfPi[0]);
  const r = sub(x, times(halfPi, k));
  const square = mul(r, r);
  const series = (first: Wide, from: number): Wide => {
    let term = first;
    let sum = first;
    for (let n = from; n < from + 28; n += 2) {
      term = neg(div(mul(term, square), wide(n * (n + 1))));
      sum = add(sum, term);
    }
    return sum;
  };
  const [s, c] = [series(r, 2), series(one, 1)];
  switch (((k % 4) + 4) % 4) {
    case 0:
      return [s, c];
    case 1:
      return [c, neg(s)];
    case 2:
      return [neg(s), neg(c)];
    default:
      return [neg(c), s];
  }
}
export const sin = (x: Wide): Wide => circle(x)[0];
export const cos = (x: Wide): Wide => circle(x)[1];
export function tan(x: Wide): Wide {
  const [s, c] = circle(x);
  return div(s, c);
}
export function atan(x: Wide): Wide {
  if (Math.abs(x[0]) > 1e20) return sub(x[0] > 0 ? halfPi : neg(halfPi), div(one, x));
  const y = wide(Math.atan(x[0]));
  const [s, c] = circle(y);
  // The angle between (c, s) and (1, x) is so small that its tangent is itself.
  return add(y, div(sub(mul(x, c), s), add(c, mul(x, s))));
}
export const asin = (x: Wide): Wide => atan(div(x, sqrt(mul(sub(one, x), add(one, x)))));
export const acos = (x: Wide): Wide => shift(atan(sqrt(div(sub(one, x), add(one, x)))), 2);
export function atan2(y: Wide, x: Wide): Wide {
  if (x[0] === 0 || y[0] === 0) {
    const angle = Math.atan2(y[0], x[0]);
    if (Math.abs(angle) > 3) return angle > 0 ? pi : neg(pi);
    return angle === 0 ? zero : angle > 0 ? halfPi : neg(halfPi);
  }
  const angle = atan(div(y, x));
  if (x[0] > 0) return angle;
  return y[0] > 0 ? add(angle, pi) : sub(angle, pi);
}

export function sinh(x: Wide): Wide {
  const e = expm1(abs(x));
  const s = shift(Number.isFinite(e[0]) ? add(e, div(e, add(e, one))) : e, 0.5);
  return isNegative(x) ? neg(s) : s;
}
export const cosh = (x: Wide): Wide => shift(add(exp(x), exp(neg(x))), 0.5);
export function tanh(x: Wide): Wide {
  const e = expm1(shift(neg(abs(x)), 2));
  const t = neg(div(e, add(e, wide(2))));
  return isNegative(x) ? neg(t) : t;
}
export function asinh(x: Wide): Wide {
  const a = abs(x);
  const square = mul(a, a);
  const y = log1p(add(a, div(square, add(one, sqrt(add(one, square))))));
  return isNegative(x) ? neg(y) : y;
}
export function acosh(x: Wide): Wide {
  const t = sub(x, one);
  return log1p(add(t, sqrt(mul(t, add(x, one)))));
}
export const atanh = (x: Wide): Wide => shift(log1p(div(shift(x, 2), sub(one, x))), 0.5);

export function sigmoid(x: Wide): Wide {
  const e = exp(neg(abs(x)));
  return div(isNegative(x) ? e : one, add(one, e));
}
export function logisticDensity(x: Wide): Wide {
  const e = exp(neg(abs(x)));
  const d = add(one, e);
  return div(e, mul(d, d));
}
export const softplus = (x: Wide): Wide => add(isNegative(x) ? zero : x, log1p(exp(neg(abs(x)))));

/** 2 x e^(-x^2) / sqrt(pi) sum_n (2 x^2)^n / (1 3 ... (2n + 1)): no term is negative. */
export function erf(x: Wide): Wide {
  if (Number.isNaN(x[0])) return x;
  if (Math.abs(x[0]) > 9) return wide(Math.sign(x[0]));
  const square = mul(x, x);
  let term = one;
  let sum = one;
  for (let n = 1; term[0] > 1e-34 * sum[0]; n++) {
    term = div(mul(term, shift(square, 2)), wide(2 * n + 1));
    sum = add(sum, term);
  }
  return div(mul(mul(shift(x, 2), exp(neg(square))), sum), sqrt(pi));
}

export function pow(x: Wide, p: Wide): Wide {
  const n = p[0];
  if (p[1] === 0 && Number.isInteger(n) && Math.abs(n) <= 64) {
    let product = one;
    for (let i = 0; i < Math.abs(n); i++) product = mul(product, x);
    return n < 0 ? div(one, product) : product;
  }
  return x[0] > 0 ? exp(mul(p, log(x))) : wide(x[0] ** n);
}

export function floor(x: Wide): Wide {
  const high = Math.floor(x[0]);
  return high === x[0] ? quickTwoSum(high, Math.floor(x[1])) : wide(high);
}
