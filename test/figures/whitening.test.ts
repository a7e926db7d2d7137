/** Figures of whitening: what they show, what they leave out, and of which runs they say that they lack something. */
import { parseHTML } from "linkedom";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { whiteningExperiment } from "../../src/experiments/catalogue/whitening/whitening.ts";
import { comparisonsOf } from "../../src/figures/whitening/comparisons.ts";
import { whiteningError } from "../../src/figures/whitening/error.ts";
import { whiteningLambda } from "../../src/figures/whitening/lambda.ts";
import { whiteningRotation } from "../../src/figures/whitening/rotation.ts";
import { whiteningSpeed } from "../../src/figures/whitening/speed.ts";
import { assertRejects } from "../support/assert.ts";
import { recordExperiment } from "../support/recordExperiment.ts";

const small = {
  rates: [0.3, 1, 1.9, 2.5],
  updates: 3000,
  samples: [12, 24],
  draws: 2,
  testSets: 1,
  lambdas: [1, 0.3, 0],
};
const linear = await recordExperiment(whiteningExperiment, { ...small, study: ["arms", "lambda", "rotation"] });
const refused = await recordExperiment(whiteningExperiment, { ...small, study: ["arms", "lambda"], rates: [2.5, 3] });

function read(svg: string): { words: string; count: (selector: string) => number } {
  assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^>]*><title>/);
  assert.not.match(svg, /NaN|Infinity|undefined/);
  const { document } = parseHTML(`<html><body>${svg}</body></html>`);
  const words = [...document.querySelectorAll("text")].map((text) => text.textContent).join("\n");
  return { words, count: (selector) => document.querySelectorAll(selector).length };
}

const figures = suite("figures of whitening");

figures("whitening-error has a line for each arm at the stop and at the end, and a point for each n", async () => {
  const { words, count } = read(await whiteningError.draw(linear));
  for (const arm of ["raw", "train-whitened", "fully whitened", "distribution-whitened"])
    assert.match(words, new RegExp(arm));
  assert.match(words, /at the best-validation stop/);
  assert.is(count('g[aria-label="line"] path'), 8);
  assert.is(count('g[aria-label="dot"] circle'), 16);
});

figures("whitening-lambda has two panels for each n, with a point for each lambda, 0 included", async () => {
  const { words, count } = read(await whiteningLambda.draw(linear));
  assert.match(words, /n = 12 \(d = 61\)/);
  assert.is(count('g[aria-label="dot"] circle'), 12);
});

figures("whitening-speed has a panel for each study and n", async () => {
  const { words, count } = read(await whiteningSpeed.draw(linear));
  assert.is(words.match(/n = (12|24) \(d = 61\)/g)!.length, 4);
  assert.is(count('g[aria-label="dot"] circle'), 14);
});

figures("whitening-rotation tells methods that commute with rotations from those that do not", async () => {
  const { words } = read(await whiteningRotation.draw(linear));
  for (const method of ["gradient-descent", "momentum", "adam", "lion", "rms-prop", "adagrad"])
    assert.match(words, new RegExp(method));
  for (const run of linear.runs.filter(({ name }) => name.startsWith("rotation"))) {
    let last = Number.NaN;
    await run.rows.forEach(({ columns }) => {
      last = columns.rotatedDiffers ?? last;
    });
    const commutes = /gradient-descent|momentum/.test(run.name);
    assert.ok(commutes ? last < 1e-12 : last > 0.01, `${run.name}: ${last}`);
  }
});

figures("arms that are refused are left out, with the reason", async () => {
  const { words, count } = read(await whiteningError.draw(refused));
  assert.is(count('g[aria-label="dot"] circle'), 0);
  assert.is(words.match(/Not shown: linear model, n = 12, .*diverged/g)!.length, 4);
  await assertRejects(whiteningLambda.draw(refused), "ERR_FIGURE", /gradient descent is not refused/);
});

figures("what a figure reads is what the experiment has told, and a draw that lacks a run does not count", async () => {
  const whole = await comparisonsOf(linear, (study) => study === "arms");
  assert.equal(
    whole.map(({ n, draws, results }) => [n, draws, results.map(({ arm }) => arm)]),
    [12, 24].map((n) => [n, 2, ["raw", "train", "full", "distribution"]]),
  );
  const runs = linear.runs.filter(({ name }) => name !== "arms-n12-draw-02");
  const less = await comparisonsOf({ ...linear, runs }, (study) => study === "arms");
  assert.equal(
    less.map(({ draws }) => draws),
    [1, 2],
  );
  assert.not.match(await whiteningError.draw({ ...linear, runs }), /NaN|Infinity/);
});

figures("say what they lack", async () => {
  const none = { directory: "empty", runs: [] };
  for (const figure of [whiteningError, whiteningLambda, whiteningSpeed, whiteningRotation]) {
    await assertRejects(figure.draw(none), "ERR_FIGURE", new RegExp(`^figure ${figure.name}: expected`));
  }
});

figures.run();
