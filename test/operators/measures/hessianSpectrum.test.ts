import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type HessianSpectrumOptions, hessianSpectrum } from "../../../src/operators/measures/hessianSpectrum.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import { chain } from "../../../src/streams/chain.ts";
import { defineUpdate } from "../../../src/streams/defineUpdate.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { assertClose, assertError, checkError } from "../../support/assert.ts";
import { doubleWells } from "../../support/minima.ts";

const stay = defineUpdate({ name: "stay", refines: "direction", step: (it) => ({ stepSize: 0, next: it.at }) });

const test = suite("spectrum");

test("writes all eigenvalues, every so many steps and on the last row", () => {
  const rows = firstRows(doubleWells(3), [1, 0, 2], chain(untilStep(5), hessianSpectrum({ every: 3 }), stay), 9);
  assert.equal(
    rows.map((row) => row.vectors.spectrum !== undefined),
    [true, false, false, true, false, true],
  );
  assertClose(rows[3]!.vectors.spectrum!, [-1, 2, 11], 1e-13);
  assert.is(rows[0]!.run.columns.spectrum!.kind, "vector");
});

test("stands after the loop too", () => {
  const rows = firstRows(doubleWells(2), [0, 1], chain(untilStep(2), stay), 9, {
    after: hessianSpectrum({ when: "end" }),
  });
  assert.is(rows[0]!.vectors.spectrum, undefined);
  assertClose(rows.at(-1)!.vectors.spectrum!, [-1, 2], 1e-13);
});

test("writes nodes and weights of the spectral density on request", () => {
  const options: HessianSpectrumOptions = { by: "density", probes: 3, steps: 2 };
  const [row] = firstRows(doubleWells(4), [1, 0, 1, 0], chain(hessianSpectrum(options), stay), 1);
  const { spectrumNodes, spectrumWeights } = row!.vectors;
  assert.is(spectrumNodes!.length, 6);
  for (const node of spectrumNodes!) assert.ok(Math.min(Math.abs(node + 1), Math.abs(node - 2)) < 1e-12);
  assertClose(
    spectrumWeights!.reduce((sum, w) => sum + w, 0),
    1,
    1e-13,
  );
  assert.is(row!.products, 6);
});

test("refuses games, and options that do not fit", () => {
  try {
    firstRows(bilinear(), [1, 1], chain(hessianSpectrum(), stay), 1);
    assert.unreachable();
  } catch (error) {
    checkError(error, "ERR_NOT_SYMMETRIC", /hessianSpectrum.*bilinear/);
  }
  const bad: readonly [HessianSpectrumOptions, RegExp][] = [
    [{ every: 0 }, /every/],
    [{ every: 2, when: "end" }, /both/],
    [{ by: "svd" as "density" }, /by/],
    [{ probes: 3 }, /probes/],
    [{ by: "density", steps: 0 }, /steps/],
    [{ seed: 1 }, /seed/],
  ];
  for (const [options, message] of bad) assertError(() => hessianSpectrum(options), "ERR_OPTION_RANGE", message);
});

test.run();
