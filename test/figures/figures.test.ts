import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseHTML } from "linkedom";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dlaeMethodsExperiment } from "../../src/experiments/catalogue/dlaeMethods.ts";
import { dlaeSamplingExperiment } from "../../src/experiments/catalogue/dlaeSampling.ts";
import { dlaeToleranceExperiment } from "../../src/experiments/catalogue/dlaeTolerance.ts";
import { bilinearExperiment } from "../../src/experiments/catalogue/games/bilinear.ts";
import { builtInFigures } from "../../src/figures/builtIn.ts";
import { cutoffPanels } from "../../src/figures/cutoffs.ts";
import { eigenvectorBias } from "../../src/figures/eigenvectorBias.ts";
import { entropies } from "../../src/figures/entropies.ts";
import { flatness } from "../../src/figures/flatness.ts";
import { gradientNorm } from "../../src/figures/gradientNorm.ts";
import { lossIndex } from "../../src/figures/lossIndex.ts";
import { assertError } from "../support/assert.ts";
import { recordExperiment } from "../support/recordExperiment.ts";

const small = { inputs: 6, hidden: 2, samples: 200, stepSize: 0.05, trajectories: 2, trajectorySteps: 600 };
const methods = await recordExperiment(dlaeMethodsExperiment, {
  ...small,
  searches: 4,
  gradientSearches: 2,
  gradientIterations: 300,
});
const sampling = await recordExperiment(dlaeSamplingExperiment, { ...small, searches: 3 });
const tolerance = await recordExperiment(dlaeToleranceExperiment, { ...small, searches: 4 });
const game = await recordExperiment(bilinearExperiment, { iterations: 2, method: ["gda"] });

/** The words of an SVG text, and how many elements of each kind it has; fails where it is not whole or not finite. */
function read(svg: string): { words: string; count: (selector: string) => number } {
  assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^>]*><title>/);
  assert.ok(svg.trimEnd().endsWith("</svg>"));
  assert.not.match(svg, /NaN|Infinity|undefined/);
  const { document } = parseHTML(`<html><body>${svg}</body></html>`);
  const words = [...document.querySelectorAll("text")].map((text) => text.textContent).join("\n");
  return { words, count: (selector) => document.querySelectorAll(selector).length };
}

const figures = suite("figures");

figures("gradient-norm has one panel a method and one line a search", async () => {
  const { words, count } = read(await gradientNorm.draw(methods));
  for (const title of ["newton-mr, 4 searches", "damped-newton, 4 searches", "gradient-norm, 2 searches"]) {
    assert.ok(words.includes(title), title);
  }
  assert.is(count('g[aria-label="line"] path'), 10);
});

figures("loss-index shows ends over all classes of the same data", async () => {
  const { words, count } = read(await lossIndex.draw(methods));
  assert.match(words, /all 22 classes of critical points/);
  assert.match(words, /newton-mr: \d critical of 4/);
  assert.is(count('g[aria-label="dot"] circle'), 10);
});

figures("loss-index leaves the truth out where the data have another hash", async () => {
  const forged = methods.runs.map((run) => ({
    ...run,
    description: JSON.parse(JSON.stringify(run.description).replace(/sha256:[0-9a-f]{8}/, "sha256:00000000")),
  }));
  const { words } = read(await lossIndex.draw({ ...methods, runs: forged }));
  assert.not.match(words, /classes/);
});

figures("cutoffs has a panel for each cutoff, and counts wrong indices", async () => {
  const { words } = read(await cutoffPanels.draw(tolerance));
  assert.match(words, /no cutoff: ends of all 4/);
  assert.match(words, /first at or below 1e-4: \d of \d wrong/);
  assert.match(words, /first at or below 1e-10: 0 of \d wrong/);
});

figures("eigenvector-bias and entropies have an entry for each way of drawing", async () => {
  const bars = read(await eigenvectorBias.draw(sampling));
  assert.match(bars.words, /uniform height, variance 0\.0001: \d of 6/);
  assert.match(bars.words, /uniform iteration, variance 0\.01: \d of 6/);
  assert.is(bars.count('g[aria-label="bar"] rect'), 6 * 7);
  const dots = read(await entropies.draw(sampling));
  assert.match(dots.words, /height, variance 0\.1\b/);
  assert.match(dots.words, /log2\(7\)/);
  // Threads open runs in an order of their own, which must not show.
  const shuffled = { ...sampling, runs: [...sampling.runs].reverse() };
  const labels = (words: string): readonly string[] =>
    [...words.matchAll(/(?:height|iteration), (?:no noise|variance [\d.]+)/g)].map(([label]) => label);
  assert.equal(labels(read(await entropies.draw(shuffled)).words), labels(dots.words));
});

figures("flatness shows r above the gradient norm", async () => {
  const { words, count } = read(await flatness.draw(tolerance));
  assert.match(words, /4 of 4 searches/);
  assert.is(count('g[aria-label="line"] path'), 8);
});

figures("say what they miss, and which experiment leaves it", async () => {
  for (const figure of [gradientNorm, lossIndex, cutoffPanels, eigenvectorBias, entropies, flatness]) {
    const error = await figure.draw(game).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assertError(
      () => {
        throw error;
      },
      "ERR_FIGURE",
      new RegExp(`^figure ${figure.name}: expected .*; it draws runs of .*$`),
    );
  }
});

figures("are all in the list, under names that differ", () => {
  const files = readdirSync(fileURLToPath(new URL("../../src/figures/", import.meta.url)));
  assert.is(new Set(builtInFigures.map(({ name }) => name)).size, builtInFigures.length);
  const helpers = [
    "builtIn.ts",
    "figure.ts",
    "fitLine.ts",
    "groundTruth.ts",
    "index.ts",
    "logAxis.ts",
    "page.ts",
    "planarField.ts",
    "planePaths.ts",
    "pointCloud.ts",
    "runs.ts",
    "samplingGroups.ts",
    "whitening",
  ];
  // Those of whitening share a folder with what reads their comparisons.
  const ofWhitening = readdirSync(fileURLToPath(new URL("../../src/figures/whitening/", import.meta.url)));
  const own = [
    ...files.filter((file) => !helpers.includes(file)),
    ...ofWhitening.filter((file) => file !== "comparisons.ts"),
  ];
  assert.is(own.length, builtInFigures.length);
});

figures.run();
