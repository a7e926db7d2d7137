import { suite } from "uvu";
import { vectorFunctions } from "../../../../src/autodiff/float64/emit/maths.ts";
import { hasMultiplyAdd } from "../../../../src/linalg/wasm/module.ts";
import { assertNearScalar, assertSpecials, assertWithinTwoUnits } from "../../../support/functionAccuracy.ts";
import { compileVectorFunctions, type VectorFunctionName } from "../../../support/vectorFunction.ts";

const tests = suite("vectorFunctions");
const names = Object.keys(vectorFunctions) as VectorFunctionName[];
const modes = hasMultiplyAdd() ? [false, true] : [false];

for (const fused of modes) {
  const functions = compileVectorFunctions({ fused });
  const how = fused ? " with fused multiply-add" : "";
  for (const name of names) {
    tests(`${name} is within 2 units in the last place${how}`, () => assertWithinTwoUnits(name, functions[name]));
    tests(`${name} is within 3.2 units of the scalar function at 200,000 points of all sizes${how}`, () =>
      assertNearScalar(name, functions[name]),
    );
    tests(`${name} treats zeros, infinities, NaN and subnormal numbers as Math does${how}`, () =>
      assertSpecials(name, functions[name]),
    );
  }
}

tests.run();
