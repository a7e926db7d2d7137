import { lastValueFrom, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bilinearExperiment } from "../../../../src/experiments/catalogue/games/bilinear.ts";
import { forsakenExperiment } from "../../../../src/experiments/catalogue/games/forsaken.ts";
import { matrixGameExperiment } from "../../../../src/experiments/catalogue/games/matrixGame.ts";
import {
  type GameMethodName,
  gameMethodNames,
  gameMethods,
} from "../../../../src/experiments/catalogue/games/methods.ts";
import { quadraticSaddleExperiment } from "../../../../src/experiments/catalogue/games/quadraticSaddle.ts";
import { trafficExperiment } from "../../../../src/experiments/catalogue/games/traffic.ts";
import { experimentContext } from "../../../../src/experiments/framework/context.ts";
import type { Finding } from "../../../../src/experiments/framework/definition.ts";
import { optionsFrom } from "../../../../src/experiments/threads/flags.ts";
import { assertRejects } from "../../../support/assert.ts";
import { runExperiment } from "../../../support/runExperiment.ts";

/** Methods whose steps need simplices. */
const entropic: readonly GameMethodName[] = ["mirror-prox", "optimistic-mirror-descent"];

const race = suite("a race");

race("runs each method once, named after it, in the order given", async () => {
  const { runs, findings } = await runExperiment(bilinearExperiment, {
    method: ["popov", "gda", "popov"],
    iterations: 3,
  });
  assert.equal(runs, ["popov", "gda"]);
  assert.equal(
    findings.map(({ run, verdict }) => [run, verdict]),
    [
      ["popov", "unfinished"],
      ["gda", "unfinished"],
    ],
  );
});

race("every method of the table runs on a strongly monotone saddle, and those with a rate arrive", async () => {
  const rotation = { size: 3, modulus: 0.5, rotation: 0.5, iterations: 600 };
  const method = gameMethodNames.filter((name) => !entropic.includes(name));
  const { findings } = await runExperiment(quadraticSaddleExperiment, { ...rotation, method });
  const slow = ["decaying-gda", "anchored", "halpern", "fast-optimistic"];
  for (const { run, verdict, numbers } of findings) {
    if (!slow.includes(run)) assert.is(verdict, "solved", `${run}: ${numbers!["natural residual"]}`);
    else assert.ok(Number(numbers!["natural residual"]) < 0.1, `${run}: ${numbers!["natural residual"]}`);
  }
});

race("entropic methods run on simplices", async () => {
  const method = entropic;
  const { findings } = await runExperiment(matrixGameExperiment, { rockPaperScissors: true, method, iterations: 2000 });
  for (const { run, numbers } of findings) assert.ok(Number(numbers!["natural residual"]) < 1e-3, run);
});

race("an entropic method on a set without entropy ends with a message", async () => {
  await assertRejects(runExperiment(bilinearExperiment, { method: ["mirror-prox"] }), "ERR_UNSUPPORTED", /geometry/);
});

race("a step size given is that of all methods that have one, and is described", async () => {
  const { rows } = await runExperiment(bilinearExperiment, {
    method: ["gda", "optimistic"],
    stepSize: 0.25,
    iterations: 1,
  });
  for (const row of rows) assert.is((row.run.description as { readonly stepSize: number }).stepSize, 0.25);
});

race(
  "warns with the measured modulus where a method needs a monotone game and this one is not, in that case only",
  async () => {
    const notes: string[] = [];
    const findings: Finding[] = [];
    const context = experimentContext({
      seed: 1,
      signal: new AbortController().signal,
      onNote: (line) => notes.push(line),
      onFinding: (finding) => findings.push(finding),
    });
    const options = optionsFrom(forsakenExperiment.options, { iterations: 50, method: ["extragradient", "consensus"] });
    await lastValueFrom(context.complete(forsakenExperiment.run(options, context)).pipe(toArray()));
    assert.is(notes.length, 1);
    // J at (0.8, 0.8) has phi''(0.8) = 0.5 - 6 * 0.64 + 5 * 0.4096 in its diagonal.
    assert.match(notes[0]!, /^warning: extragradient: forsaken is not monotone: its modulus is -1\.29/);
    assert.ok(Number(findings[0]!.numbers!.modulus) < -1.29);
    assert.is(findings[1]!.numbers!.modulus, undefined);
  },
);

race("says nothing of monotonicity on a monotone game, even where steps become as small as rounding", async () => {
  const notes: string[] = [];
  const context = experimentContext({
    seed: 1,
    signal: new AbortController().signal,
    onNote: (line) => notes.push(line),
  });
  const options = optionsFrom(matrixGameExperiment.options, {
    rows: 6,
    columns: 8,
    method: ["restarted-extragradient"],
  });
  await lastValueFrom(context.complete(matrixGameExperiment.run(options, context)).pipe(toArray()));
  assert.equal(notes, []);
});

race("describes players, and what theory predicts", async () => {
  const { rows } = await runExperiment(bilinearExperiment, { method: ["anchored"], pairs: 2, iterations: 1 });
  const { players, theory } = rows[0]!.run.description as { readonly players: unknown; readonly theory: unknown };
  assert.equal(players, ["minimiser", "maximiser"]);
  assert.equal(theory, { order: -2 });
});

race("refuses a file that is not there, and trips without a network", async () => {
  await assertRejects(
    runExperiment(matrixGameExperiment, { file: "missing.csv" }),
    "ERR_DATA_FILE",
    /--file: .*missing\.csv/,
  );
  await assertRejects(
    runExperiment(trafficExperiment, { trips: "x" }),
    "ERR_COMMAND_LINE",
    /got --network braess with --trips x/,
  );
  await assertRejects(
    runExperiment(trafficExperiment, { network: "x" }),
    "ERR_COMMAND_LINE",
    /got --network x without --trips/,
  );
});

race("step sizes of the table respect what theory allows on a rotation", () => {
  const limits = {
    extragradient: 1,
    optimistic: 1 / Math.sqrt(3),
    "golden-ratio": 2 * Math.sin(Math.PI / 5),
    anchored: 1,
  };
  for (const [name, limit] of Object.entries(limits)) {
    const { reach } = gameMethods[name as keyof typeof limits];
    assert.ok(reach !== undefined && reach < limit, name);
  }
});
race.run();
