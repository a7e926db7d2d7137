import { suite } from "uvu";
import * as assert from "uvu/assert";
import { scalarFunctions } from "../../src/autodiff/kernels/scalars.ts";
import * as w from "./doubleDouble.ts";
import { uniformVector } from "./random.ts";

type Unary = (x: w.Wide) => w.Wide;
const close = (a: w.Wide, b: w.Wide, tolerance: number, what: string): void => {
  const difference = Math.abs(w.sub(a, b)[0]);
  const scale = Math.max(Math.abs(b[0]), 1e-300);
  assert.ok(difference <= tolerance * scale, `${what}: ${a} is not ${b}, off by ${difference / scale}`);
};
const points = (low: number, high: number): readonly w.Wide[] =>
  Array.from(uniformVector(40, 1, low, high), (x) => w.add(w.wide(x), w.wide(1e-18)));

const numbers = suite("double-double numbers");

numbers("add, multiply and divide to 31 digits", () => {
  const third = w.div(w.wide(1), w.wide(3));
  close(w.times(third, 3), w.wide(1), 1e-31, "3 (1 / 3)");
  // (1 + e)^2 = 1 + 2 e + e^2 with e far below float64's resolution of 1.
  const e = w.wide(1e-20);
  const square = w.mul(w.add(w.wide(1), e), w.add(w.wide(1), e));
  close(w.sub(square, w.wide(1)), w.wide(2e-20), 1e-11, "(1 + e)^2 - 1");
});

numbers("have functions that undo each other", () => {
  const pairs: readonly (readonly [string, Unary, Unary, number, number])[] = [
    ["exp log", w.exp, w.log, 1e-8, 50],
    ["log exp", w.log, w.exp, 1, 300],
    ["expm1 log1p", w.expm1, w.log1p, -0.9, 3],
    ["log1p expm1, small", w.log1p, w.expm1, -1e-8, 1e-8],
    ["sqrt", (x) => w.mul(w.sqrt(x), w.sqrt(x)), (x) => x, 0, 1e5],
    ["tan atan", w.tan, w.atan, -20, 20],
    ["sin asin", w.sin, w.asin, -0.99, 0.99],
    ["cos acos", w.cos, w.acos, -0.99, 0.99],
    ["sinh asinh", w.sinh, w.asinh, -5, 5],
    ["cosh acosh", w.cosh, w.acosh, 1.1, 9],
    ["tanh atanh", w.tanh, w.atanh, -0.9, 0.9],
  ];
  for (const [name, f, inverse, low, high] of pairs) {
    for (const x of points(low, high)) close(f(inverse(x)), x, 1e-28, `${name} at ${x[0]}`);
  }
});

numbers("have the identities of their functions", () => {
  for (const x of points(-30, 30)) {
    const [s, c] = [w.sin(x), w.cos(x)];
    close(w.add(w.mul(s, s), w.mul(c, c)), w.wide(1), 1e-30, "sin^2 + cos^2");
    close(w.add(w.sigmoid(x), w.sigmoid(w.neg(x))), w.wide(1), 1e-30, "sigmoids");
    close(w.sub(w.softplus(x), w.softplus(w.neg(x))), x, 1e-29, "softplus");
    close(w.mul(w.sigmoid(x), w.sigmoid(w.neg(x))), w.logisticDensity(x), 1e-30, "density");
  }
  for (const x of points(0.1, 9)) close(w.pow(x, w.wide(2.5)), w.mul(w.mul(x, x), w.sqrt(x)), 1e-28, "x^2.5");
  // The first 31 digits of erf(1/2), from its series in 50 digits.
  close(w.erf(w.wide(0.5)), [0.5204998778130465, 0], 1e-15, "erf");
  const h = 2 ** -30;
  const slope = w.div(w.sub(w.erf(w.wide(0.5 + h)), w.erf(w.wide(0.5 - h))), w.sub(w.wide(0.5 + h), w.wide(0.5 - h)));
  close(slope, w.div(w.times(w.exp(w.wide(-0.25)), 2), w.sqrt(w.times(w.atan(w.wide(1)), 4))), 1e-17, "erf'");
});

numbers("agree with the functions of float64", () => {
  const { exp, expm1, sin, cos, tan, atan, sinh, cosh, tanh, asinh, sigmoid, softplus, erf } = w;
  const functions = { exp, expm1, sin, cos, tan, atan, sinh, cosh, tanh, asinh, sigmoid, softplus, erf };
  for (const name of Object.keys(functions) as (keyof typeof functions)[]) {
    for (const x of uniformVector(40, 2, -8, 8)) {
      close(functions[name](w.wide(x)), w.wide(scalarFunctions[name](x)), 1e-14, `${name} at ${x}`);
    }
  }
});

numbers("are infinite or NaN where float64 is", () => {
  assert.is(w.exp(w.wide(1000))[0], Number.POSITIVE_INFINITY);
  assert.is(w.exp(w.wide(-1000))[0], 0);
  assert.is(w.log(w.wide(0))[0], Number.NEGATIVE_INFINITY);
  assert.ok(Number.isNaN(w.sqrt(w.wide(-1))[0]));
  assert.equal(w.tanh(w.wide(1000)), [1, 0]);
  assert.is(w.div(w.wide(1), w.wide(0))[0], Number.POSITIVE_INFINITY);
  assert.is(w.softplus(w.wide(1000))[0], 1000);
});

numbers.run();
