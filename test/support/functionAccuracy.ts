import { readFileSync } from "node:fs";
import { scalarFunctions } from "../../src/autodiff/kernels/scalars.ts";
import { uniformVector } from "./random.ts";
import type { VectorFunctionName } from "./vectorFunction.ts";

/** Triples x, f(x) rounded, what rounding left: from 120 digits, by scripts/fit_coefficients.py. */
const fixture: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL("../autodiff/float64/emit/maths.fixture.json", import.meta.url), "utf8"),
);

type ArrayFunction = (x: Float64Array) => Float64Array;

/** The distance to the next number. */
function unit(value: number): number {
  const size = Math.abs(value);
  return size < 2 ** -1022 ? 2 ** -1074 : 2 ** (Math.floor(Math.log2(size)) - 52);
}

/** Compares with reference values of 120 digits. */
export function assertWithinTwoUnits(name: VectorFunctionName, f: ArrayFunction): void {
  const bytes = Buffer.from(fixture[name]!, "base64");
  const triples = new Float64Array(bytes.length / 8).map((_, i) => bytes.readDoubleLE(8 * i));
  const x = Float64Array.from({ length: triples.length / 3 }, (_, i) => triples[3 * i]!);
  if (x.length < 90) throw new Error(`only ${x.length} reference values`);
  const y = f(x);
  for (const [i, value] of y.entries()) {
    const [near, rest] = [triples[3 * i + 1]!, triples[3 * i + 2]!];
    const error = value === near && rest === 0 ? 0 : Math.abs(value - near - rest) / unit(near);
    if (!(error <= 2)) throw new Error(`${name}(${x[i]}) is ${value}, expected ${near}: ${error} units off`);
  }
}

/** Compares with the scalar function, which itself errs by 1.2 units at most, at points of all sizes. */
export function assertNearScalar(name: VectorFunctionName | "logisticDensity", f: ArrayFunction): void {
  const sizes = uniformVector(200_000, 1, -12, Math.log10(700));
  const x = uniformVector(200_000, 2, -1, 1).map((unit, i) => Math.sign(unit) * 10 ** sizes[i]!);
  const y = f(x);
  for (const [i, value] of y.entries()) {
    const expected = scalarFunctions[name](x[i]!);
    if (Object.is(value, expected) || Math.abs(value - expected) <= 3.2 * unit(expected)) continue;
    throw new Error(`${name}(${x[i]}) is ${value}, expected ${expected}`);
  }
}

/** Compares zeros, infinities, NaN and subnormal numbers. */
export function assertSpecials(name: VectorFunctionName | "logisticDensity", f: ArrayFunction): void {
  const x = Float64Array.of(0, -0, Infinity, -Infinity, NaN, 5e-324, -5e-324, 1e-310, 1000, -1000, 1e300, -740, 740);
  const y = f(x);
  for (const [i, value] of y.entries()) {
    const expected = scalarFunctions[name](x[i]!);
    if (Object.is(value, expected)) continue;
    if (!(Math.abs(value - expected) <= 2 * unit(expected)) || Object.is(expected, -0)) {
      throw new Error(`${name}(${x[i]}) is ${value}, expected ${expected}`);
    }
  }
}
