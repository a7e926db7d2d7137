/** The functions of `native/functions.h`: what is asked of those in WebAssembly, and the same bits for every width. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { LoopValue } from "../../../../src/autodiff/float64/lower/steps.ts";
import type { ElementOp } from "../../../../src/autodiff/float64/lower/values.ts";
import { scalarFunctions } from "../../../../src/autodiff/kernels/scalars.ts";
import { assertNearScalar, assertSpecials, assertWithinTwoUnits } from "../../../support/functionAccuracy.ts";
import { bits, kernels, nativeFunction, runLoop, skipped, widths, withWidth } from "../../../support/nativeLoop.ts";
import { uniformVector } from "../../../support/random.ts";

const names = [
  "exp",
  "expm1",
  "log",
  "log1p",
  "tanh",
  "sigmoid",
  "softplus",
  "sin",
  "cos",
  "atan",
  "erf",
] as const satisfies readonly ElementOp[];

const tests = suite("native functions");
if (kernels === undefined) tests("are skipped", skipped);
else {
  const native = kernels;
  for (const name of names) {
    const f = nativeFunction(native, name);
    tests(`${name} is within 2 units in the last place`, () => assertWithinTwoUnits(name, f));
    tests(`${name} is within 3.2 units of the scalar function at 200,000 points of all sizes`, () =>
      assertNearScalar(name, f),
    );
    tests(`${name} treats zeros, infinities, NaN and subnormal numbers as Math does`, () => assertSpecials(name, f));
  }
  for (const name of ["sin", "cos"] as const) {
    tests(`${name} is that of the scalar function for large angles of all sizes, alone and among small ones`, () => {
      const f = nativeFunction(native, name);
      const exponents = uniformVector(20_000, 3, Math.log10(0.9e6), 308);
      const x = uniformVector(20_000, 4, -1, 1).map(
        (unit, i) => (1 + Math.abs(unit) / 10) * Math.sign(unit) * 10 ** exponents[i]!,
      );
      // The double closest to a multiple of pi / 2.
      x[0] = 6381956970095103 * 2 ** 797;
      for (const [i, value] of f(x).entries()) {
        const expected = scalarFunctions[name](x[i]!);
        assert.ok(
          Math.abs(value - expected) <= 2.5 * 2 ** -52 * Math.abs(expected),
          `${name}(${x[i]}) is ${value}, not ${expected}`,
        );
      }
    });
  }
  tests("tanh and its slope, computed together, have the bits of either alone", () => {
    for (const x of [uniformVector(1037, 5, -30, 30), uniformVector(1037, 5, -1e3, 1e3)]) {
      const n = x.length;
      const numbers = new Float64Array(3 * n + 100);
      numbers.set(x);
      const access = (place: number) => ({ buffer: { size: n, level: 0, place: 8 * place }, offset: 0, strides: [1] });
      const values: readonly LoopValue[] = [
        { kind: "load", access: access(0) },
        { kind: "operation", op: "tanh", operands: [0] },
        { kind: "number", value: 2 },
        { kind: "operation", op: "mul", operands: [2, 0] },
        { kind: "operation", op: "logisticDensity", operands: [3] },
      ];
      // The slope goes where x was.
      const stores = [1, 4].map((value, i) => ({ value, access: access(i === 0 ? n : 0) }));
      runLoop(native, { kind: "loop", shape: [n], values, stores, sums: [] }, numbers);
      assert.is(bits(numbers.slice(n, 2 * n)), bits(nativeFunction(native, "tanh")(x)));
      const slope = nativeFunction(native, "logisticDensity")(x.map((value) => 2 * value));
      assert.is(bits(numbers.slice(0, n)), bits(slope));
    }
  });
  tests("logisticDensity treats zeros, infinities, NaN and subnormal numbers as Math does", () =>
    assertSpecials("logisticDensity", nativeFunction(native, "logisticDensity")),
  );
  for (const name of [...names, "logisticDensity"] as const) {
    tests(`${name} has the same bits for every width and place in a vector`, () => {
      const f = nativeFunction(native, name);
      const x = uniformVector(1037, 7, -30, 30);
      const expected = f(x);
      for (const width of widths()) assert.is(bits(withWidth(width, () => f(x))), bits(expected), `width ${width}`);
      // A number alone takes the way of the last numbers of a loop; beside an extraordinary one it takes another way.
      const alone = x.map((value) => f(Float64Array.of(value))[0]!);
      assert.is(bits(alone), bits(expected));
      const beside = f(Float64Array.from([...x, Number.NaN, 900, -900]));
      assert.is(bits(beside.slice(0, x.length)), bits(expected));
    });
  }
}
tests.run();
