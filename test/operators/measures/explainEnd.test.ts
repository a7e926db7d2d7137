import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../../src/arrow/row.ts";
import { explainEnd } from "../../../src/operators/measures/explainEnd.ts";

function row(squaredFieldNorm: number, columns: Row["columns"] = {}): Row {
  return {
    run: { name: "search", attempt: 1, columns: {}, settings: {} },
    step: 7,
    seconds: 0,
    status: "stopped",
    evaluations: 1,
    products: 0,
    value: 1,
    squaredFieldNorm,
    stepSize: Number.NaN,
    columns,
    vectors: {},
  };
}

const verdicts = suite("explainEnd");
verdicts("calls an end critical by the square of the gradient's norm, flat or not", () => {
  const solved = row(1e-9, { relativeResidual: 0.99, relativeCokernelResidual: 1e-6 });
  const { verdict, because } = explainEnd(row(1e-10), solved);
  assert.is(verdict, "critical point");
  assert.match(because, /1\.00e-10 <= 1e-10/);
});
verdicts("calls an end flat when r is large and r_H small", () => {
  const { verdict, because } = explainEnd(
    row(0.1),
    row(0.1, { relativeResidual: 0.91, relativeCokernelResidual: 4e-4 }),
  );
  assert.is(verdict, "gradient-flat region");
  assert.match(because, /r = 0\.910 > 0\.9, r_H = 0\.000400 < 0\.0005/);
});
verdicts("needs both thresholds for that", () => {
  assert.is(
    explainEnd(row(1), row(1, { relativeResidual: 0.89, relativeCokernelResidual: 1e-9 })).verdict,
    "unfinished",
  );
  assert.is(
    explainEnd(row(1), row(1, { relativeResidual: 0.99, relativeCokernelResidual: 1e-3 })).verdict,
    "unfinished",
  );
});
verdicts("calls an end flat when the curvature along the gradient vanishes, whatever the solver says", () => {
  const solved = row(1, { relativeResidual: 0, relativeCokernelResidual: 1 });
  const { verdict, because, curvature } = explainEnd(row(1, { gradientCurvature: 1e-5 }), solved);
  assert.is(verdict, "gradient-flat region");
  assert.is(curvature, 1e-5);
  assert.match(because, /0\.0000100 < 0\.0005/);
});
verdicts("calls an end unfinished, with its numbers, without any sign of flatness", () => {
  const solved = row(1, { relativeResidual: 0.2, relativeCokernelResidual: 0.3 });
  const { verdict, because, relativeResidual, relativeCokernelResidual } = explainEnd(
    row(2, { gradientCurvature: 0.4 }),
    solved,
  );
  assert.is(verdict, "unfinished");
  assert.match(because, /r = 0\.200, r_H = 0\.300, .*= 0\.400; the search ended as stopped at step 7/);
  assert.equal([relativeResidual, relativeCokernelResidual], [0.2, 0.3]);
});
verdicts("calls an end stagnated where no step was found", () => {
  const { verdict, because } = explainEnd({ ...row(1), status: "stagnated" }, undefined);
  assert.is(verdict, "stagnated");
  assert.match(because, /ended as stagnated/);
});
verdicts("reads the curvature and the kernel share that detectFlatness measures", () => {
  assert.is(explainEnd(row(1, { relativeCurvature: 1e-4 }), undefined).verdict, "gradient-flat region");
  const { verdict, because } = explainEnd(row(1, { kernelShare: 0.95 }), undefined);
  assert.is(verdict, "gradient-flat region");
  assert.match(because, /\|P grad\| \/ \|grad\| = 0\.950 > 0\.9/);
  assert.is(explainEnd(row(1, { kernelShare: 0.85 }), undefined).verdict, "unfinished");
});
verdicts("warns where the tolerance is too loose to trust the index", () => {
  const loose = explainEnd(row(1e-8), undefined, { squaredFieldNorm: 1e-6 });
  assert.is(loose.verdict, "critical point");
  assert.is(loose.indexTrusted, false);
  assert.match(loose.warnings.join(), /1\.00e-8 is above 1e-10, too large to trust the Morse index/);
  const strict = explainEnd(row(1e-11), undefined, { squaredFieldNorm: 1e-6 });
  assert.equal([strict.indexTrusted, strict.warnings], [true, []]);
});
verdicts("judges a search that solved nothing", () => {
  assert.is(explainEnd(row(1), undefined).verdict, "unfinished");
  assert.is(explainEnd(row(0), undefined).verdict, "critical point");
});
verdicts("calls a gradient that is not finite diverged", () => {
  for (const squaredFieldNorm of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const { verdict, indexTrusted } = explainEnd(row(squaredFieldNorm), undefined);
    assert.equal([verdict, indexTrusted], ["diverged", false]);
  }
  assert.is(explainEnd({ ...row(1), status: "diverged" }, undefined).verdict, "diverged");
});
verdicts("takes other thresholds", () => {
  assert.is(explainEnd(row(1e-8), undefined, { squaredFieldNorm: 1e-6 }).verdict, "critical point");
});
verdicts.run();
