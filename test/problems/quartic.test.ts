import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkDerivatives } from "../../src/problems/checkDerivatives.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { assertClose } from "../support/assert.ts";

const problem = suite("quartic");

problem("has its minimum at (-3, 0), where f = 6.25", () => {
  const field = new Float64Array(2);
  assert.is(quartic().evaluate(Float64Array.of(-3, 0), field), 6.25);
  assert.equal(Array.from(field), [0, 0]);
});

problem("is gradient-flat at (sqrt 2, 0) and (-sqrt 2, 0): the gradient lies in the kernel of H", () => {
  for (const [x, squaredFieldNorm] of [
    [Math.SQRT2, (9 - 4 * Math.SQRT2) ** 2],
    [-Math.SQRT2, (9 + 4 * Math.SQRT2) ** 2],
  ] as const) {
    const field = new Float64Array(2);
    const product = new Float64Array(2);
    const point = Float64Array.of(x, 0);
    quartic().evaluate(point, field);
    quartic().linearize(point).apply(field, product);
    assertClose(product, [0, 0], 1e-13, "H g");
    assertClose(field[0]! ** 2 + field[1]! ** 2, squaredFieldNorm, 1e-13, "squared norm");
  }
});

problem("has derivatives that agree with differences", () => {
  for (const point of [Float64Array.of(1, 2), Float64Array.of(-3.7, -0.4), Float64Array.of(0, 0)]) {
    const report = checkDerivatives(quartic(), point);
    assert.is(report.verdict, "agrees", report.table);
  }
});

problem("keeps a Jacobian valid after another linearisation", () => {
  const one = quartic();
  const first = one.linearize(Float64Array.of(1, 1));
  one.linearize(Float64Array.of(2, 0)).apply(Float64Array.of(1, 1), new Float64Array(2));
  const out = new Float64Array(2);
  first.apply(Float64Array.of(1, 1), out);
  assertClose(out, [-3, 20.8], 1e-15);
});

problem.run();
