/** The thresholds of the searches: relative by default, the papers' by name. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dlaeExperiment } from "../../../src/experiments/catalogue/dlae.ts";
import { dlaeMethodsExperiment } from "../../../src/experiments/catalogue/dlaeMethods.ts";
import { quarticExperiment } from "../../../src/experiments/catalogue/quartic.ts";
import {
  chosenThresholds,
  criterionText,
  searchOptions,
  thresholdsOf,
} from "../../../src/experiments/protocols/thresholds.ts";
import type { JsonValue } from "../../../src/json.ts";
import { runExperiment } from "../../support/runExperiment.ts";

const small = { inputs: 6, hidden: 2, samples: 200, stepSize: 0.05, searches: 3, trajectorySteps: 300 };
const thresholdsIn = (description: JsonValue | undefined): unknown =>
  (description as { readonly thresholds?: unknown } | undefined)?.thresholds;

const test = suite("thresholds of searches");

test("are relative, or those of the thesis and of the stored runs, by name", () => {
  assert.equal(searchOptions(thresholdsOf("relative")), { thresholds: { squaredFieldNorm: undefined } });
  assert.equal(thresholdsOf("thesis"), { stopBelow: 1e-28, squaredFieldNorm: 1e-10, indexThreshold: 1e-5 });
  assert.equal(thresholdsOf("stored"), { stopBelow: 1e-28, squaredFieldNorm: 1e-8, indexThreshold: 1e-3 });
  assert.is(criterionText(thresholdsOf("relative")), "relative gradient <= 1e-6");
  assert.is(criterionText(thresholdsOf("stored")), "|grad|^2 <= 1e-8");
});

test("stand in the runs' descriptions, in the verdict and in the column of the index", async () => {
  for (const [name, kept, because, threshold] of [
    ["relative", {}, /relative gradient .* <= 0\.000001/, undefined],
    ["thesis", { stopBelow: 1e-28, squaredFieldNorm: 1e-10, indexThreshold: 1e-5 }, /\|grad\|\^2 = .* <= 1e-10/, 1e-5],
    ["stored", { stopBelow: 1e-28, squaredFieldNorm: 1e-8, indexThreshold: 1e-3 }, /\|grad\|\^2 = .* <= 1e-8/, 1e-3],
  ] as const) {
    const { rows, findings, conclusions } = await runExperiment(dlaeExperiment, { ...small, thresholds: name });
    const last = rows.findLast(({ run }) => run.name === "search-01")!;
    assert.equal(thresholdsIn(last.run.description), kept);
    const critical = findings.filter(({ verdict }) => verdict === "critical point");
    assert.ok(critical.length > 0);
    for (const finding of critical) {
      assert.match(finding.because!, because);
      assert.is(finding.numbers!.index, finding.numbers!["class index"]);
    }
    const { indexThreshold, largestAbsoluteEigenvalue } = last.columns;
    const expected = threshold ?? 1e-6 * largestAbsoluteEigenvalue!;
    assert.ok(Math.abs(indexThreshold! - expected) <= 1e-12 * expected, `${indexThreshold}`);
    assert.match(conclusions[0]!, new RegExp(`\\(${criterionText(thresholdsOf(name)).replace(/[|^.]/g, "\\$&")}\\)`));
  }
});

test("are relative in a quick run, and the thesis' in the paper's protocol, unless a set is named", async () => {
  const thesis = thresholdsOf("thesis");
  assert.equal(chosenThresholds({ full: false, thesisCritical: 1e-8 }), {});
  assert.equal(chosenThresholds({ full: true }), thesis);
  assert.equal(chosenThresholds({ full: true, thesisCritical: 1e-8 }), { ...thesis, squaredFieldNorm: 1e-8 });
  assert.equal(chosenThresholds({ full: true, thesisCritical: 1e-7, thresholds: "stored" }), thresholdsOf("stored"));
  assert.equal(chosenThresholds({ full: true, thesisCritical: 1e-8, thresholds: "relative" }), {});
  const tiny = { ...small, searches: 1, gradientSearches: 1, trajectories: 1, iterations: 2, gradientIterations: 2 };
  for (const [full, kept] of [
    [false, {}],
    [true, thesis],
  ] as const) {
    const { rows } = await runExperiment(dlaeMethodsExperiment, { ...tiny, full });
    assert.equal(thresholdsIn(rows.at(-1)!.run.description), kept);
  }
});

test("the quartic's search ends flat, from its start and from any nearby", async () => {
  for (const start of [
    [2.5, 0.5],
    [2.5 + 2 ** -50, 0.5],
    [2.45, 0.55],
    [2.5, -0.5],
  ]) {
    const { findings } = await runExperiment(quarticExperiment, { start });
    assert.is(findings[0]!.verdict, "gradient-flat region", `${start}: ${findings[0]!.because}`);
    assert.match(findings[0]!.because!, /plateau: from step/);
    assert.ok(findings[0]!.meaning!.includes("not a critical point"));
  }
});

test.run();
