/** Figures of whitening: what they show, what they leave out, and of which runs they say that they lack something. */
import { parseHTML } from "linkedom";
import { from } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../src/arrow/row.ts";
import { whiteningExperiment } from "../../src/experiments/catalogue/whitening/whitening.ts";
import type { FigureSource, RecordedRun } from "../../src/figures/figure.ts";
import { modeProgressFigure } from "../../src/figures/modeProgress.ts";
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
const linear = await recordExperiment(whiteningExperiment, {
  ...small,
  study: ["arms", "lambda", "rotation", "modes"],
});
const kinds = await recordExperiment(whiteningExperiment, {
  ...{ model: "cnn", study: ["kinds"], samples: [12], hidden: 1, draws: 2 },
  ...{ rates: [0.03, 0.1, 0.3], updates: 12, loss: 4 },
});
const network = await recordExperiment(whiteningExperiment, {
  ...{ model: "mlp", study: ["lambda"], samples: [12], hidden: 1, draws: 2, lambdas: [0.3] },
  ...{ rates: [0.03, 0.1, 0.3], updates: 40, newtonRates: [1, 3, 10], newtonUpdates: 4 },
});
const refused = await recordExperiment(whiteningExperiment, { ...small, study: ["arms", "lambda"], rates: [2.5, 3] });

/** Runs of a network's study lambda that never were: each arm is best at the middle rate, and K-FAC is fastest. */
const made: FigureSource = {
  directory: "made",
  runs: ["kfac 0.3", "lambda 0.3", "lambda 1"].flatMap((arm, at) =>
    [1, 2].flatMap((draw) =>
      [1, 2, 4].map((rate): RecordedRun => {
        const rows = [0, 1, 2, 3, 4].map((step) => ({
          ...{ step, status: step === 4 ? "stopped" : "running", run: { name: arm, columns: {} }, vectors: {} },
          columns: {
            ...{ rate, updates: step },
            [`${arm}.loss`]: (4 - at) ** -step,
            [`${arm}.validation`]: 0.5 - 0.01 * Math.min(step, 3) + (rate === 2 ? 0 : 0.1),
            [`${arm}.test`]: 0.4 + 0.01 * draw * at,
            [`${arm}.seconds`]: step,
            ...(step === 4 ? { [`${arm}.reached`]: (4 - at) ** -4 } : {}),
          },
        }));
        const description = { study: "network-lambda", n: 61, d: 61, draw, arms: [arm], rate };
        return { name: `${arm}-${draw}-${rate}`, description, rows: from(rows as unknown as Row[]) };
      }),
    ),
  ),
};

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

figures("whitening-error names each n below its place, also those that powers of ten are far from", async () => {
  const runs = linear.runs.map((run) => {
    const description = run.description as { readonly n: number };
    return { ...run, description: { ...description, n: description.n === 12 ? 61 : 6100 } };
  });
  const { words } = read(await whiteningError.draw({ ...linear, runs }));
  for (const n of [61, 6100]) assert.is(words.split("\n").filter((word) => word === `${n}`).length, 2, `${n}`);
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

figures("whitening-error shows PCA beside ZCA where that was studied", async () => {
  const { words } = read(await whiteningError.draw(kinds));
  for (const arm of ["train-whitened, ZCA", "train-whitened, PCA", "distribution-whitened, PCA"])
    assert.match(words, new RegExp(arm));
  assert.match(words, /network, PCA beside ZCA/);
});

figures(
  "a network's arms of second order are judged in the figure as in the report, by gradient descent's loss",
  async () => {
    const [cell] = await comparisonsOf(network, (study) => study === "network-lambda");
    assert.equal(
      cell!.results.map(({ arm }) => arm),
      ["lambda 1", "lambda 0.3", "kfac 0.3", "kfac 0.1", "kfac 0.01"],
    );
    for (const { trials } of cell!.results) for (const { stated } of trials) assert.ok(stated > 0 && stated < 1);
    read(await whiteningSpeed.draw(network));
  },
);

figures("whitening-lambda draws K-FAC beside Gauss-Newton", async () => {
  const { words, count } = read(await whiteningLambda.draw(made));
  assert.match(words, /K-FAC of that lambda/);
  // Gradient descent, lambda = 0.3 and K-FAC, in two panels; two dashed lines of K-FAC.
  assert.is(count('g[aria-label="dot"] circle'), 6);
  assert.is(count('g[aria-label="line"][stroke-dasharray]'), 2);
});

figures("mode-progress has a panel for each run with that column, and a curve for each direction shown", async () => {
  const { words, count } = read(await modeProgressFigure.draw(linear));
  for (const title of ["lambda 1", "lambda 0.1", "lambda 0"]) assert.match(words, new RegExp(`^${title}$`, "m"));
  assert.is(count('g[aria-label="line"] path'), 3 * 8);
  // Whitened updates learn all directions at one speed, gradient descent the largest first.
  for (const [name, spread] of [
    ["modes-lambda-0", 1e-6],
    ["modes-lambda-1", Number.NaN],
  ] as const) {
    const { rows } = linear.runs.find((run) => run.name === name)!;
    await rows.forEach(({ step, vectors }) => {
      const learnt = Array.from(vectors.modeProgress!);
      const [least, most] = [Math.min(...learnt), Math.max(...learnt)];
      if (step > 0 && step % 20 === 0) {
        if (Number.isNaN(spread)) assert.ok(learnt[0]! > 0.9 && least < 0.2, `${step}: ${learnt}`);
        else
          assert.ok(most - least < spread && Math.abs(learnt[0]! - (1 - 0.8 ** step)) < spread, `${step}: ${learnt}`);
      }
    });
  }
});

figures("say what they lack", async () => {
  const none = { directory: "empty", runs: [] };
  for (const figure of [whiteningError, whiteningLambda, whiteningSpeed, whiteningRotation, modeProgressFigure]) {
    await assertRejects(figure.draw(none), "ERR_FIGURE", new RegExp(`^figure ${figure.name}: expected`));
  }
});

figures.run();
