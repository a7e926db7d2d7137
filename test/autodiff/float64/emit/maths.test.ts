import { readFileSync } from "node:fs";
import { suite } from "uvu";
import { vectorFunctions } from "../../../../src/autodiff/float64/emit/maths.ts";
import { scalarFunctions } from "../../../../src/autodiff/kernels/scalars.ts";
import { hasMultiplyAdd } from "../../../../src/linalg/wasm/module.ts";
import { uniformVector } from "../../../support/random.ts";
import { compileVectorFunctions, type VectorFunctionName } from "../../../support/vectorFunction.ts";

/** Triples x, f(x) rounded, what rounding left: from 120 digits, by scripts/fit_coefficients.py. */
const fixture: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL("maths.fixture.json", import.meta.url), "utf8"),
);

/** The distance to the next number. */
function unit(value: number): number {
  const size = Math.abs(value);
  return size < 2 ** -1022 ? 2 ** -1074 : 2 ** (Math.floor(Math.log2(size)) - 52);
}

const tests = suite("vectorFunctions");
const names = Object.keys(vectorFunctions) as VectorFunctionName[];
const modes = hasMultiplyAdd() ? [false, true] : [false];

for (const fused of modes) {
  const functions = compileVectorFunctions({ fused });
  const how = fused ? " with fused multiply-add" : "";
  for (const name of names) {
    tests(`${name} is within 2 units in the last place${how}`, () => {
      const bytes = Buffer.from(fixture[name]!, "base64");
      const triples = new Float64Array(bytes.length / 8).map((_, i) => bytes.readDoubleLE(8 * i));
      const x = Float64Array.from({ length: triples.length / 3 }, (_, i) => triples[3 * i]!);
      if (x.length < 90) throw new Error(`only ${x.length} reference values`);
      const y = functions[name](x);
      for (const [i, value] of y.entries()) {
        const [near, rest] = [triples[3 * i + 1]!, triples[3 * i + 2]!];
        const error = value === near && rest === 0 ? 0 : Math.abs(value - near - rest) / unit(near);
        if (!(error <= 2)) throw new Error(`${name}(${x[i]}) is ${value}, expected ${near}: ${error} units off`);
      }
    });

    tests(`${name} is within 3.2 units of the scalar function at 200,000 points of all sizes${how}`, () => {
      const sizes = uniformVector(200_000, 1, -12, Math.log10(700));
      const x = uniformVector(200_000, 2, -1, 1).map((unit, i) => Math.sign(unit) * 10 ** sizes[i]!);
      const y = functions[name](x);
      for (const [i, value] of y.entries()) {
        const expected = scalarFunctions[name](x[i]!);
        if (Object.is(value, expected) || Math.abs(value - expected) <= 3.2 * unit(expected)) continue;
        throw new Error(`${name}(${x[i]}) is ${value}, expected ${expected}`);
      }
    });

    tests(`${name} treats zeros, infinities, NaN and subnormal numbers as Math does${how}`, () => {
      const x = Float64Array.of(0, -0, Infinity, -Infinity, NaN, 5e-324, -5e-324, 1e-310, 1000, -1000, 1e300);
      const y = functions[name](x);
      for (const [i, value] of y.entries()) {
        const expected = scalarFunctions[name](x[i]!);
        if (Object.is(value, expected)) continue;
        if (!(Math.abs(value - expected) <= 2 * unit(expected)) || Object.is(expected, -0)) {
          throw new Error(`${name}(${x[i]}) is ${value}, expected ${expected}`);
        }
      }
    });
  }
}

tests.run();
