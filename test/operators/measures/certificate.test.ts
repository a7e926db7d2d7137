/** The operator `certificate`, and what `classifyEnd` makes of its columns. */
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { certify } from "../../../src/certify/certify.ts";
import { certificate } from "../../../src/operators/measures/certificate.ts";
import { classifyEnd } from "../../../src/operators/measures/classifyEnd.ts";
import { endClasses, explainEnd } from "../../../src/operators/measures/explainEnd.ts";
import { kantorovich } from "../../../src/operators/measures/kantorovich.ts";
import { morseIndex } from "../../../src/operators/measures/morseIndex.ts";
import { untilCritical } from "../../../src/operators/measures/untilCritical.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { newtonMR } from "../../../src/operators/newton/newtonMR.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { deepLinearAutoencoder } from "../../../src/problems/linearAutoencoder/deepLinearAutoencoder.ts";
import { objective } from "../../../src/problems/objective.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { claimedSymmetry } from "../../../src/problems/symmetries/claimed.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { tracedQuartic } from "../../support/certified.ts";
import { scaledProblem } from "../../support/scaledProblem.ts";

const measuring = suite("certificate");

measuring("writes what certify says of the last point", () => {
  const problem = deepLinearAutoencoder({ inputs: 4, hidden: 2, samples: 50 });
  for (let seed = 1; seed <= 4; seed++) {
    const search = chain(
      untilCritical({ squaredFieldNorm: 1e-12 }),
      untilStep(200),
      newtonMR(),
      certificate({ when: "end" }),
    );
    const rows = firstRows(problem, problem.initialPoint(seed), search, 201);
    assert.ok(rows.slice(0, -1).every(({ columns }) => columns.certified === undefined));
    const { columns, point } = rows.at(-1)!;
    const known = certify(problem, point);
    assert.is(
      columns.certified,
      { zero: 1, "zero, given the symmetry": 2, undecided: 0, "no zero": -1 }[known.verdict],
    );
    assert.is(columns.certifiedIndex, known.morseIndex);
    assert.is(columns.certifiedKernel, known.kernelDimension);
    assert.is(columns.certifiedRadius, known.exists);
    assert.is(columns.certifiedUnique, known.unique);
    assert.is(columns.certifiedLossLow, known.loss?.low);
    assert.is(columns.certifiedLossHigh, known.loss?.high);
    if (known.exists === undefined) continue;
    const match = problem.match(known.point).class;
    assert.is(columns.certifiedIndex, match.morseIndex);
    assert.is(columns.certifiedKernel, match.kernelDimension);
  }
});

measuring("counts a zero that needs an unproved symmetry apart", () => {
  const hyperbola = objective([[], []], (x, y) => tf.square(tf.sub(tf.mul(x, y), 1)));
  const symmetry = claimedSymmetry("scaling", [{ rows: [0, 1], columns: [0, 1], values: [1, -1] }]);
  const [row] = firstRows(hyperbola, [2, 0.5], chain(gradientStep(0.1), certificate({ symmetry })), 1);
  assert.is(row!.columns.certified, 2);
  assert.is(row!.columns.certifiedKernel, 1);
  const [without] = firstRows(hyperbola, [2, 0.5], chain(gradientStep(0.1), certificate()), 1);
  assert.is(without!.columns.certified, 0);
});

measuring("refuses a problem without a graph, in the stream", () => {
  assertError(
    () => firstRows(quartic(), [-3, 0], chain(gradientStep(0.1), certificate()), 1),
    "ERR_UNSUPPORTED",
    /quartic/,
  );
});

measuring.run();

const ends = suite("classifyEnd after certificate");

/** The last row of Newton-MR on the quartic, with the columns of both. */
function endOf(start: readonly number[], squaredFieldNorm: number) {
  const search = chain(
    untilCritical({ squaredFieldNorm }),
    untilStep(60),
    newtonMR({ direction: { maxNorm: 100 }, flatness: { by: "curvature" } }),
    morseIndex({ when: "end" }),
    certificate({ when: "end" }),
    classifyEnd({ relativeCokernelResidual: 0.05 }),
  );
  return firstRows(tracedQuartic(), start, search, 61).at(-1)!;
}

ends("says critical point where it is proved, however loose the stop was", () => {
  // Stopped long before relativeField is 1e-6.
  const row = endOf([-3.5, 1], 1e-2);
  assert.ok(row.columns.relativeField! > 1e-6);
  assert.is(endClasses[row.columns.end!], "critical point");
  assert.is(row.columns.indexTrusted, 1);
  const { because, proved, verdict, warnings } = explainEnd(row, undefined);
  assert.is(verdict, "critical point");
  assert.ok(proved);
  assert.match(because, /proved: one zero within .*, at most .* from there/);
  assert.equal(warnings, []);
});

ends("says gradient-flat region, and that no zero is near, by proof", () => {
  const row = endOf([2.5, 0.5], 1e-20);
  assert.is(row.columns.certified, -1);
  assert.is(endClasses[row.columns.end!], "gradient-flat region");
  assert.is(row.columns.indexTrusted, 0);
  const { because, proved } = explainEnd(row, row, { relativeCokernelResidual: 0.05 });
  assert.ok(proved);
  assert.match(because, /proved: no zero within 0\.\d+/);
});

const columns = { relativeField: 1e-9, morseIndex: 3, nearThreshold: 0, certifiedRadius: 1e-12, certifiedUnique: 1e-6 };
const row = { squaredFieldNorm: 1e-20, status: "converged", step: 7, because: undefined } as const;

ends("a proof that no zero is near outweighs a small gradient", () => {
  const excluded = { ...row, columns: { ...columns, certified: -1, excludedRadius: 0.012 } };
  const { verdict, indexTrusted, because } = explainEnd(excluded, undefined);
  assert.is.not(verdict, "critical point");
  assert.is(indexTrusted, false);
  assert.match(because, /proved: no zero within 0\.0119/);
});

ends("the index is trusted exactly if it is the proved one", () => {
  const proved = { certified: 1, certifiedMoved: 0, certifiedShare: 0 };
  for (const index of [3, 4]) {
    const { indexTrusted, warnings } = explainEnd(
      { ...row, columns: { ...columns, ...proved, certifiedIndex: index } },
      undefined,
    );
    assert.is(indexTrusted, index === 3);
    assert.is(warnings.length, index === 3 ? 0 : 1);
  }
  const uncounted = { ...columns, ...proved, morseIndex: undefined, nearThreshold: undefined, certifiedIndex: 2 };
  assert.is(explainEnd({ ...row, columns: uncounted }, undefined).indexTrusted, true);
});

ends("a zero far from the point, or an undecided certificate, changes nothing", () => {
  const plain = explainEnd({ ...row, columns }, undefined);
  for (const more of [{ certified: 0 }, { certified: 1, certifiedMoved: 3, certifiedShare: 0.5, certifiedIndex: 9 }]) {
    assert.equal(explainEnd({ ...row, columns: { ...columns, ...more } }, undefined), plain);
  }
});

ends("given a symmetry that nobody proved, the index is judged as without a certificate", () => {
  const given = { certified: 2, certifiedMoved: 0, certifiedShare: 0, certifiedIndex: 4 };
  const explained = explainEnd({ ...row, columns: { ...columns, ...given } }, undefined);
  assert.is(explained.verdict, "critical point");
  assert.match(explained.because, /proved, given the symmetry/);
  assert.is(explained.indexTrusted, explainEnd({ ...row, columns }, undefined).indexTrusted);
});

ends.run();

const numbers = suite("kantorovich");

numbers("is small beside a zero and large far from one, with the index outside the kernel", () => {
  const problem = deepLinearAutoencoder({ inputs: 4, hidden: 2, samples: 50 });
  for (const known of problem.criticalPoints()) {
    const z = problem.criticalPoints().representative(known.directions);
    const near = z.map((x, i) => x + 1e-7 * Math.sin(i + 1));
    const [row] = firstRows(problem, near, chain(gradientStep(0.1), kantorovich()), 1);
    const { kantorovichH: h, kantorovichIndex, kantorovichKernel } = row!.columns;
    assert.ok(h! < 1e-3, `${h}`);
    assert.is(kantorovichIndex, known.morseIndex);
    assert.is(kantorovichKernel, known.kernelDimension);
  }
  const [far] = firstRows(quartic(), [Math.SQRT2, 0], chain(gradientStep(0.1), kantorovich()), 1);
  assert.ok(!(far!.columns.kantorovichH! < 1 && far!.columns.kantorovichLeak! < 1));
});

numbers("does not depend on the units of the loss or of the parameters", () => {
  const at = [-2.99, 0.02];
  const h = (loss: number, parameters: number): number => {
    const problem = scaledProblem(quartic(), loss, parameters);
    const start = at.map((x) => x * 2 ** parameters);
    return firstRows(problem, start, chain(gradientStep(0.1), kantorovich()), 1)[0]!.columns.kantorovichH!;
  };
  const known = h(0, 0);
  assert.ok(known > 0 && known < 0.5);
  for (const [loss, parameters] of [
    [40, 0],
    [-100, 0],
    [0, 20],
    [7, -30],
  ] as const) {
    assertClose(h(loss, parameters), known, 1e-6);
  }
});

numbers.run();
