/** `fluxion run train`: what it writes and says, killed and resumed, with a model of one's own, and whose code that runs. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lastValueFrom, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sourceOf, trustedExperiment, usedModule } from "../../src/cli/trust.ts";
import type { JsonValue } from "../../src/json.ts";
import { replay } from "../../src/streams/replay.ts";
import { checkError } from "../support/assert.ts";
import { fluxion } from "../support/command.ts";
import { scratchPath } from "../support/scratch.ts";
import { train, trainingNumbers } from "../support/training.ts";

const small = { samples: 300, epochs: 3, batch: 32, validation: 0.2, test: 0.2 };
const test = suite("fluxion run train");

test("has the columns of training at their cadence, and judges the best point on the test part", async () => {
  const { rows, findings, lines } = await train(small);
  // 180 rows in batches of 32 are 6 steps, with 2 evaluations.
  assert.equal(
    rows.map(({ step }) => step),
    Array.from({ length: 19 }, (_, step) => step),
  );
  const evaluated = rows.filter(({ columns }) => columns.validationLoss !== undefined).map(({ step }) => step);
  assert.equal(evaluated, [0, 3, 6, 9, 12, 15, 18]);
  const last = rows.at(-1)!;
  for (const name of [
    "validationAccuracy",
    "validationBrierScore",
    "fieldNorm.layer1.weights",
    "secondsLeft",
    "best",
  ]) {
    assert.ok(Number.isFinite(last.columns[name]), name);
  }
  assert.is(last.columns.secondsLeft, 0);
  assert.ok(rows[3]!.columns.secondsLeft! > 0);
  assert.ok(rows[0]!.stepSize > rows[9]!.stepSize);
  const [finding] = findings;
  assert.equal([finding!.verdict, finding!.numbers!["best step"]], ["trained", last.columns.bestStep]);
  assert.ok((finding!.numbers!["test accuracy"] as number) > 0.3);
  assert.match(
    lines.at(-1)!,
    /^on (59|60|61) test rows, at the best point by validation \(step \d+\): loss [\d.]+, accuracy/,
  );
  assert.match(JSON.stringify(last.run.description), /"model":\{"model":"multilayer perceptron".*"part":"train"/);
});

test("is stopped in the middle of an epoch and goes on to the same rows, bit for bit", async () => {
  const whole = await train({ ...small, optimiser: "momentum" });
  for (const until of [1, 8]) {
    const directory = scratchPath("train");
    await train({ ...small, optimiser: "momentum" }, { directory, resume: false, until });
    const { rows, findings } = await train({ ...small, optimiser: "momentum" }, { directory, resume: true });
    assert.equal(rows.map(trainingNumbers), whole.rows.map(trainingNumbers));
    assert.equal(rows.at(-1)!.vectors.bestPoint, whole.rows.at(-1)!.vectors.bestPoint);
    assert.equal(findings, whole.findings);
    const read = await lastValueFrom(replay(join(directory, "training")).pipe(toArray()));
    assert.equal(
      read.map(({ step }) => step),
      whole.rows.map(({ step }) => step),
    );
    assert.equal(read.at(-1)!.vectors.bestPoint, whole.rows.at(-1)!.vectors.bestPoint);
  }
});

test("stops early, and trains a regression on a table", async () => {
  const early = await train({ ...small, epochs: 30, stepSize: 3, patience: 2, schedule: "constant", optimiser: "sgd" });
  const last = early.rows.at(-1)!;
  assert.ok(last.step < 180 && last.columns.bestStep! < last.step, `${last.step}`);
  assert.equal(early.findings[0]!.verdict, "stopped early");
  assert.match(early.findings[0]!.because!, /validation loss not better since step/);
  const path = scratchPath("line.csv");
  const lines = Array.from({ length: 60 }, (_, i) => `${i},${(i * 7) % 5},${2 * i - ((i * 7) % 5)}`);
  writeFileSync(path, `x,z,y\n${lines.join("\n")}\n`);
  const line = await train({ data: path, target: "y", model: "linear", epochs: 200, optimiser: "sgd" });
  assert.ok(line.rows.at(-1)!.columns.validationLoss! < 1e-3, `${line.rows.at(-1)!.columns.validationLoss}`);
  assert.is(line.rows.at(-1)!.columns.validationAccuracy, undefined);
});

test("learns a target in any unit alike, and tells the error in that unit", async () => {
  const trainedIn = async (power: number) => {
    const path = scratchPath(`unit${power}.csv`);
    const lines = Array.from({ length: 60 }, (_, i) => `${i},${(i * 7) % 5},${(2 * i - ((i * 7) % 5)) * 2 ** power}`);
    writeFileSync(path, `x,z,y\n${lines.join("\n")}\n`);
    const { findings } = await train({ data: path, target: "y", model: "linear", epochs: 20, optimiser: "sgd" });
    return findings[0]!.numbers as Readonly<Record<string, number>>;
  };
  const own = await trainedIn(0);
  assert.ok(own["test loss"]! < 0.2 && own["test error"]! > own["test loss"]!, JSON.stringify(own));
  for (const power of [-1000, -100, 17, 100, 1000]) {
    const other = await trainedIn(power);
    assert.equal({ ...other, "test error": other["test error"]! / 2 ** power }, own, `2^${power}`);
  }
});

test("names what it cannot do", async () => {
  const cases: readonly (readonly [Readonly<Record<string, JsonValue>>, string, RegExp])[] = [
    [
      { data: "imagenet" },
      "ERR_COMMAND_LINE",
      /digits, mnist, cifar10 or the path of a \.csv or \.arrow file, got "imagenet"/,
    ],
    [{ data: "cifar10" }, "ERR_COMMAND_LINE", /--folder with CIFAR-10's files.*cifar-10-binary\.tar\.gz/],
    [{ data: "cifar10", folder: "/nowhere" }, "ERR_DATA_FILE", /cannot read \/nowhere\/data_batch_1\.bin/],
    [{ model: "big" }, "ERR_COMMAND_LINE", /linear, mlp, .* or the path of a module, got "big"/],
    [{ model: "./nowhere.ts" }, "ERR_MODULE", /nowhere\.ts cannot be loaded/],
    [{ model: moduleIn("export default 3;\n") }, "ERR_MODULE", /must have a model as default export, or a function/],
    [{ samples: 5000 }, "ERR_OPTION_RANGE", /samples to be an integer in \[1, 1797\], got 5000/],
    [{ validation: 0.6, test: 0.5 }, "ERR_OPTION_RANGE", /a sum of at most 1/],
  ];
  for (const [given, code, message] of cases) {
    let thrown: unknown;
    await train(given).catch((error: unknown) => {
      thrown = error;
    });
    checkError(thrown, code, message);
  }
});

/** A module in a folder of its own. */
function moduleIn(text: string): string {
  const folder = scratchPath("model");
  mkdirSync(folder);
  const path = join(folder, "net.ts");
  writeFileSync(path, text);
  return path;
}
const ownModel = `import { multilayerPerceptron } from "fluxion/problems";
export default (data: { inputShape: number[]; outputs: number }) => multilayerPerceptron({ ...data, hidden: [5] });
`;

test("the command trains a model of one's own, and resumes it only if it is named again", async () => {
  const path = moduleIn(ownModel);
  const out = scratchPath("out");
  const args = ["--samples", "200", "--epochs", "1", "--no-serve", "--out", out];
  const { code, stdout, stderr } = await fluxion(["run", "train", "--model", path, ...args]);
  assert.is(code, 0, stderr);
  assert.match(stdout + stderr, /multilayer perceptron, 385 parameters/);
  const file = JSON.parse(readFileSync(join(out, "experiment.json"), "utf8")) as {
    readonly source: { readonly module: string; readonly uses: { readonly module: string } };
    readonly options: { readonly model: string };
  };
  assert.equal([file.source.module, file.source.uses.module, file.options.model], ["built-in", path, path]);
});

test("a directory that names a model runs its code only with the user's word, whatever the file says of it", async () => {
  const path = moduleIn(ownModel);
  const builtIn = { module: "built-in", hash: "1" };
  const no = { trust: false, changed: false };
  const refusal = (of: Promise<unknown>): Promise<unknown> => of.then(() => undefined).catch((error: unknown) => error);
  assert.is(usedModule(builtIn, { model: "mlp" }), undefined);
  assert.equal(await trustedExperiment("runs/a", "train", builtIn, { ...no, options: { model: "mlp" } }), {
    name: "train",
  });
  for (const source of [builtIn, { ...builtIn, uses: sourceOf(path) }]) {
    const options = { model: path };
    checkError(
      await refusal(trustedExperiment("runs/a", "train", source, { ...no, options })),
      "ERR_MODULE",
      /whose code would run/,
    );
    assert.equal(await trustedExperiment("runs/a", "train", source, { ...no, options, module: path }), {
      name: "train",
    });
    assert.equal(await trustedExperiment("runs/a", "train", source, { ...no, options, trust: true }), {
      name: "train",
    });
    const other = moduleIn(ownModel);
    checkError(
      await refusal(trustedExperiment("runs/a", "train", source, { ...no, options, module: other })),
      "ERR_MODULE",
      /name that one again/,
    );
  }
  const source = { ...builtIn, uses: sourceOf(path) };
  writeFileSync(path, `${ownModel}// changed\n`);
  const again = { ...no, options: { model: path }, module: path };
  checkError(await refusal(trustedExperiment("runs/a", "train", source, again)), "ERR_MODULE", /has changed since/);
  assert.equal(await trustedExperiment("runs/a", "train", source, { ...again, changed: true }), { name: "train" });
});

test.run();
