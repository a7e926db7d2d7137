import { parseHTML } from "linkedom";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bilinearExperiment } from "../../src/experiments/catalogue/games/bilinear.ts";
import { cournotExperiment } from "../../src/experiments/catalogue/games/cournot.ts";
import { forsakenExperiment } from "../../src/experiments/catalogue/games/forsaken.ts";
import type { Figure, FigureSource } from "../../src/figures/figure.ts";
import { fitLine } from "../../src/figures/fitLine.ts";
import { phasePortrait } from "../../src/figures/phasePortrait.ts";
import { rates } from "../../src/figures/rates.ts";
import { spiral } from "../../src/figures/spiral.ts";
import { assertClose, assertRejects } from "../support/assert.ts";
import { recordExperiment } from "../support/recordExperiment.ts";

const bilinear = await recordExperiment(bilinearExperiment, { iterations: 100 });
const speeds = await recordExperiment(bilinearExperiment, {
  pairs: 13,
  iterations: 1500,
  method: ["extragradient", "fast-optimistic"],
});
const forsaken = await recordExperiment(forsakenExperiment, { iterations: 300, method: ["gda", "semismooth-newton"] });
const cournot = await recordExperiment(cournotExperiment, { iterations: 30, method: ["gda"] });

/** Its words, line by line, and the elements of a kind; fails where the text is not finite. */
async function drawn(
  figure: Figure,
  source: FigureSource,
): Promise<{ readonly lines: readonly string[]; readonly count: (selector: string) => number }> {
  const svg = await figure.draw(source);
  assert.not.match(svg, /NaN|Infinity|undefined/);
  const { document } = parseHTML(`<html><body>${svg}</body></html>`);
  const lines = [...document.querySelectorAll("text")].map((text) => text.textContent ?? "");
  return { lines, count: (selector) => document.querySelectorAll(selector).length };
}

const figures = suite("figures of games");

figures("spiral has a panel for each method with its path, its average, and the field below", async () => {
  const { lines, count } = await drawn(spiral, bilinear);
  for (const { name } of bilinear.runs) assert.ok(lines.includes(name), name);
  assert.is(count('g[aria-label="line"] path'), 2 * 4);
  assert.ok(count('g[aria-label="vector"] path') > 4 * 100);
});

figures("spiral says the measured factor a step beside the one that theory predicts", async () => {
  const { lines } = await drawn(spiral, bilinear);
  const found = lines.flatMap((line) => {
    const match = /^(\S+), eta = \S+: \|z\| times (\S+) per step; theory (\S+)$/.exec(line);
    return match === null ? [] : [[match[1]!, Number(match[2]), Number(match[3])] as const];
  });
  assert.equal(
    found.map(([name]) => name),
    ["extragradient", "gda", "optimistic"],
  );
  for (const [name, measured, theory] of found) assertClose(measured, theory, 2e-3, name);
  assertClose(found[1]![2], Math.sqrt(1.25), 1e-4);
});

figures("phase-portrait draws all paths in one plane, over the field where it knows the game", async () => {
  const { lines, count } = await drawn(phasePortrait, forsaken);
  assert.ok(lines.includes("gda") && lines.includes("semismooth-newton"));
  assert.is(count('g[aria-label="line"] path'), 4);
  assert.ok(count('g[aria-label="vector"] path') > 200);
});

figures("rates fits factors where convergence is linear, and powers where it is not, beside theory", async () => {
  const linear = (await drawn(rates, bilinear)).lines;
  const factor = linear.map((line) => /^extragradient: factor (\S+) .*; theory (\S+)$/.exec(line)).find(Boolean);
  assertClose(Number(factor?.[1]), Number(factor?.[2]), 1e-3);
  const powers = (await drawn(rates, speeds)).lines;
  for (const [name, exponent, theory] of [
    ["extragradient", -0.5, "-0.5"],
    ["average of extragradient", -1, "-1"],
    ["fast-optimistic", -1, "-1"],
  ] as const) {
    const line = powers.find((text) => text.startsWith(`${name}: like`));
    const match = /like k\^(\S+) \((\S+) to (\S+)\); theory O\(k\^(\S+)\)$/.exec(line ?? "");
    assert.is(match?.[4], theory, name);
    assertClose(Number(match?.[1]), exponent, 0.12, name);
    assert.ok(Number(match?.[2]) <= Number(match?.[1]) && Number(match?.[1]) <= Number(match?.[3]), line);
  }
});

figures("portraits of games that are not in the plane are refused with what would do", async () => {
  for (const figure of [spiral, phasePortrait]) {
    await assertRejects(figure.draw(cournot), "ERR_FIGURE", /expected runs of a problem with two variables/);
  }
});
figures.run();

const fit = suite("fitLine");
fit("finds the slope, and the interval of a known sample", () => {
  const line = fitLine([
    [0, 1],
    [1, 3],
    [2, 5],
  ])!;
  assertClose(line.slope, 2, 1e-15);
  assert.is(line.half, 0);
  // y = 1.1 + 1.6 x leaves -0.1, 0.3, -0.3, 0.1, so a sum of squares of 0.2; sum (x - mean)^2 = 5.
  const noisy = fitLine([
    [0, 1],
    [1, 3],
    [2, 4],
    [3, 6],
  ])!;
  assertClose(noisy.slope, 1.6, 1e-14);
  assertClose(noisy.half, 4.303 * Math.sqrt(0.2 / 2 / 5), 1e-12);
});
fit("gives nothing of two points, or of points above each other", () => {
  assert.is(
    fitLine([
      [0, 1],
      [1, 3],
    ]),
    undefined,
  );
  assert.is(
    fitLine([
      [1, 1],
      [1, 3],
      [1, 4],
    ]),
    undefined,
  );
});
fit.run();
