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
verdicts("calls an end critical by the relative size of the gradient, flat or not, whatever the square is", () => {
  const solved = row(1e-9, { relativeResidual: 0.99, relativeCokernelResidual: 1e-6 });
  for (const square of [1e-200, 1e-10, 1e40]) {
    const { verdict, because, relativeField } = explainEnd(row(square, { relativeField: 1e-7 }), solved);
    assert.is(verdict, "critical point");
    assert.match(because, /1\.00e-7 <= 0\.000001/);
    assert.is(relativeField, 1e-7);
    assert.is(explainEnd(row(square, { relativeField: 1e-5 }), undefined).verdict, "unfinished");
    assert.is(
      explainEnd(row(square, { relativeField: 1e-5 }), undefined, { relativeField: 1e-4 }).verdict,
      "critical point",
    );
  }
});
verdicts("calls an end critical by the square of the gradient's norm where such a threshold is given", () => {
  const { verdict, because } = explainEnd(row(1e-10, { relativeField: 1 }), undefined, { squaredFieldNorm: 1e-10 });
  assert.is(verdict, "critical point");
  assert.match(because, /1\.00e-10 <= 1e-10/);
  assert.is(explainEnd(row(1e-9, { relativeField: 0 }), undefined, { squaredFieldNorm: 1e-10 }).verdict, "unfinished");
});
verdicts("does not judge what was not measured, or leaves the range of float64, and says so", () => {
  const converged = explainEnd({ ...row(1e-20), status: "converged" }, undefined);
  assert.is(converged.verdict, "not judged");
  assert.match(converged.because, /relative size was not measured/);
  for (const [square, relativeField] of [
    [Number.POSITIVE_INFINITY, 0.1],
    [0, 0.1],
    [1e-300, 0.1],
    [1, Number.NaN],
  ] as const) {
    const { verdict, because } = explainEnd(row(square, { relativeField }), undefined);
    assert.is(verdict, "not judged");
    assert.match(because, /range of float64/);
  }
  assert.is(explainEnd(row(Number.POSITIVE_INFINITY), undefined).verdict, "not judged");
});
verdicts("calls an end without a step flat where a step that removes the gradient would be very long", () => {
  const columns = { relativeField: 40, relativeStep: 40 };
  const { verdict, because } = explainEnd({ ...row(1, columns), status: "stagnated" }, undefined);
  assert.is(verdict, "gradient-flat region");
  assert.match(because, /= 40\.0 > 10/);
  assert.is(explainEnd(row(1, columns), undefined).verdict, "unfinished");
  assert.is(
    explainEnd({ ...row(1, { ...columns, relativeStep: 9 }), status: "stagnated" }, undefined).verdict,
    "stagnated",
  );
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
  assert.match(
    because,
    /r = 0\.200 \(flat: > 0\.9\), r_H = 0\.300 \(flat: < 0\.0005\), .*= 0\.400 \(flat: < 0\.0005\); the search ended as stopped at step 7/,
  );
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
verdicts("trusts the index of a critical point with a gap around the threshold, and warns of what is missing", () => {
  const index = { morseIndex: 3, indexThreshold: 1e-5 };
  const judge = (columns: Row["columns"], square = 1, thresholds = {}) => {
    const { verdict, indexTrusted, warnings } = explainEnd(
      row(square, { ...index, ...columns }),
      undefined,
      thresholds,
    );
    assert.is(verdict, "critical point");
    return [indexTrusted, warnings.join()] as const;
  };
  assert.equal(judge({ relativeField: 1e-9, nearThreshold: 0 }), [true, ""]);
  const [near, uncertain] = judge({ relativeField: 1e-9, nearThreshold: 2 });
  assert.is(near, false);
  assert.match(uncertain, /2 eigenvalues lie within a factor of 10 of the threshold 0\.0000100/);
  const [unknown, unmeasured] = judge({ relativeField: 1e-9 });
  assert.is(unknown, false);
  assert.match(unmeasured, /no gap was measured/);
  const [loose, drifting] = judge({ relativeField: 1e-4, nearThreshold: 0 }, 1, { relativeField: 1e-3 });
  assert.is(loose, false);
  assert.match(drifting, /too large to trust the Morse index 3/);
  assert.is(judge({ nearThreshold: 0 }, 1e-8, { squaredFieldNorm: 1e-6 })[0], false);
  assert.is(judge({ nearThreshold: 0 }, 1e-11, { squaredFieldNorm: 1e-6 })[0], true);
});
verdicts("says in two sentences what each class means", () => {
  for (const [last, verdict] of [
    [row(0), "critical point"],
    [row(1, { kernelShare: 1 }), "gradient-flat region"],
    [{ ...row(1), status: "stagnated" as const }, "stagnated"],
    [{ ...row(1), status: "diverged" as const }, "diverged"],
    [row(1), "unfinished"],
    [{ ...row(1), status: "converged" as const }, "not judged"],
  ] as const) {
    const judged = explainEnd(last, undefined);
    assert.is(judged.verdict, verdict);
    assert.is(judged.meaning.match(/\.( |$)/g)!.length, 2, judged.meaning);
  }
});
verdicts("judges a search that solved nothing", () => {
  assert.is(explainEnd(row(1), undefined).verdict, "unfinished");
  assert.is(explainEnd(row(0), undefined).verdict, "critical point");
});
verdicts("calls a gradient that is not a number diverged, for the reason that the row gives", () => {
  const { verdict, indexTrusted } = explainEnd(row(Number.NaN), undefined);
  assert.equal([verdict, indexTrusted], ["diverged", false]);
  const told = explainEnd({ ...row(1), status: "diverged", because: "log(-1) gives NaN" }, undefined);
  assert.equal([told.verdict, told.because], ["diverged", "log(-1) gives NaN"]);
});
verdicts("takes other thresholds", () => {
  assert.is(explainEnd(row(1e-8), undefined, { squaredFieldNorm: 1e-6 }).verdict, "critical point");
});
verdicts.run();
