/** Networks in `fluxion run whitening`: second order beside gradient descent, test sets, kinds, and what is read back. */
import { EMPTY, lastValueFrom } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { armOf } from "../../../../src/experiments/catalogue/whitening/arms.ts";
import { drawOf, sizesOf } from "../../../../src/experiments/catalogue/whitening/draw.ts";
import { biaslessPerceptron } from "../../../../src/experiments/catalogue/whitening/networkModel.ts";
import { type NetworkArm, networkStudy } from "../../../../src/experiments/catalogue/whitening/networkStudy.ts";
import { type Source, sourceOf } from "../../../../src/experiments/catalogue/whitening/source.ts";
import { experimentContext } from "../../../../src/experiments/framework/context.ts";
import { gradientStep } from "../../../../src/operators/steps/gradientStep.ts";
import type { Problem } from "../../../../src/problems/problem.ts";
import { whitening } from "../../../../src/problems/whitening/whitening.ts";
import { assertClose } from "../../../support/assert.ts";
import { type WhiteningOutcome as Outcome, runWhitening as run } from "../../../support/runWhitening.ts";
import { scratchPath } from "../../../support/scratch.ts";

const numbersOf = ({ findings }: Outcome, name: string): Readonly<Record<string, number>> => {
  const found = findings.find(({ run }) => run === name);
  assert.ok(found?.numbers !== undefined, `${name}: ${found?.because ?? "not reported"}`);
  return found!.numbers as Readonly<Record<string, number>>;
};

const second = suite("second order on a perceptron");

second("reaches gradient descent's loss in 50 times fewer updates; its own budget and rates do", async () => {
  const outcome = await run({
    ...{ model: "mlp", study: ["lambda"], samples: [61], draws: 1, lambdas: [0.3] },
    ...{ rates: [0.1, 0.3, 3], updates: 2500, newtonRates: [1, 10, 300], newtonUpdates: 16 },
  });
  const [descent, newton] = ["lambda 1", "lambda 0.3"].map((arm) => numbersOf(outcome, `network-lambda, n 61, ${arm}`));
  assert.ok(descent!["updates to loss"]! > 50 * newton!["updates to loss"]!, JSON.stringify([descent, newton]));
  assert.ok(newton!.seconds! > 0 && descent!.seconds! > 0);
  assert.match(outcome.conclusions.join("\n"), /arm .*CPU seconds to loss/);
  // Each trial of an arm has its own budget.
  const most = (arm: string): number =>
    Math.max(...outcome.rows.filter(({ run: own }) => own.name.includes(arm)).map(({ step }) => step));
  assert.equal([most("lambda-1-"), most("lambda-0.3-"), most("kfac-0.3-")], [2500, 16, 16]);
});

second("an arm that does not come to gradient descent's loss is refused alone", async () => {
  const outcome = await run({
    ...{ model: "mlp", study: ["lambda"], samples: [61], draws: 1, lambdas: [0.3] },
    ...{ rates: [0.1, 0.3, 3], updates: 1500, newtonRates: [1e-9, 2e-9, 4e-9], newtonUpdates: 2 },
  });
  numbersOf(outcome, "network-lambda, n 61, lambda 1");
  const refused = outcome.refusals.filter((line) => /did not come within 1 % of the stated training loss/.test(line));
  assert.is(refused.length, 4, outcome.refusals.join("\n"));
  for (const line of refused) assert.match(line, /^network-lambda, n 61, (lambda 0\.3|kfac 0\.[013]+): /);
});

second.run();

const sets = suite("test sets of the fully whitened perceptron");

sets("are several where the theorem may freeze it: at chance, while its loss falls; else one", async () => {
  const outcome = await run({
    ...{ model: "mlp", study: ["arms"], samples: [20, 61], hidden: 16, draws: 2, testSets: 4 },
    ...{ rates: [0.003, 0.03, 0.1, 0.3, 3], updates: 120, loss: 0.5 },
  });
  const names = new Set(outcome.rows.map(({ run: own }) => own.name));
  const full = [...names].filter((name) => name.includes("-full-"));
  assert.is(full.filter((name) => /^network-arms-n20-.*-set-[1-4]-rate/.test(name)).length, 2 * 4 * 5);
  assert.is(full.filter((name) => /^network-arms-n61-draw-0[12]-full-rate-[1-5]$/.test(name)).length, 2 * 5);
  assert.match(
    outcome.conclusions.join("\n"),
    /n 20 .*, 8 fully whitened test sets, 100 % of them with a pooled rank of n \+ n_test/,
  );
  const { "at best stop": stop } = numbersOf(outcome, "network-arms, n 20, fully whitened");
  const { "at best stop": raw } = numbersOf(outcome, "network-arms, n 20, raw");
  assert.ok(stop! > 0.8 && raw! < 0.6, `${stop} ${raw}`);
  // Outputs of a trained second layer move; the responses of the first one do not, so that nothing is told apart better.
  const frozen = outcome.rows.filter(
    ({ run: own, columns }) => /n20.*full/.test(own.name) && columns["full.reached"] !== undefined,
  );
  assert.ok(frozen.length > 0 && frozen.every(({ columns }) => columns["full.whiteningRank"] === 44));
});

sets.run();

const kinds = suite("PCA beside ZCA");

kinds("PCA stands in the places of the features with zeros behind; its moment is that of ZCA, rotated", () => {
  const source = sourceOf({ data: "digits" }, 1, true);
  const sizes = sizesOf(source);
  const draw = drawOf(source, { ...sizes, train: 40 }, 0, 1);
  const [pca] = armOf("train", draw, source, { ...sizes, testSets: 1, kind: "pca" });
  const [zca] = armOf("train", draw, source, { ...sizes, testSets: 1, kind: "zca" });
  const { rank } = whitening(draw.train.inputs, { features: 64 });
  const gram = (rows: Float64Array): Float64Array =>
    Float64Array.from({ length: 1600 }, (_, at) => {
      let sum = 0;
      for (let j = 0; j < 64; j++) sum += rows[Math.floor(at / 40) * 64 + j]! * rows[(at % 40) * 64 + j]!;
      return sum;
    });
  assert.is(pca!.train.length, 40 * 64);
  assert.ok(pca!.train.every((x, at) => at % 64 < rank || x === 0));
  assertClose(gram(pca!.train), gram(zca!.train), 1e-9);
});

kinds("a convolutional network has an arm for each kind and moment, and the linear model is refused", async () => {
  const outcome = await run({
    ...{ model: "cnn", study: ["kinds"], samples: [20], hidden: 2, draws: 1 },
    ...{ rates: [0.03, 0.1, 0.3], updates: 30, loss: 3 },
  });
  assert.equal(
    outcome.findings.map(({ run: name }) => name),
    [
      "raw",
      "train-whitened, ZCA",
      "train-whitened, PCA",
      "distribution-whitened, ZCA",
      "distribution-whitened, PCA",
    ].map((arm) => `network-kinds, n 20, ${arm}`),
  );
  const losses = ["train zca", "train pca"].map((arm) =>
    outcome.rows.filter(({ columns }) => columns[`${arm}.reached`] !== undefined).map(({ value }) => value),
  );
  assert.is.not(losses[0]!.join(), losses[1]!.join());
  let message = "";
  await run({ study: ["kinds"] }).catch((error: Error) => {
    message = error.message;
  });
  assert.match(message, /expected a network for --study kinds, got the linear model.*--model cnn/);
});

kinds.run();

const reading = suite("runs of networks that are read back");

/** A source that counts how often its inputs are read. */
function counted(): { readonly source: Source; readonly reads: () => number } {
  const own = sourceOf({ data: "digits" }, 1);
  let reads = 0;
  const source = {
    ...own,
    get inputs() {
      reads++;
      return own.inputs;
    },
  };
  return { source, reads: () => reads };
}

reading("draw and whiten nothing; runs of one arm of a draw share what is whitened", async () => {
  const { source, reads } = counted();
  const arm: NetworkArm = {
    ...{ name: "distribution", data: "distribution", rates: [0.1, 0.2, 0.3], updates: 2 },
    update: gradientStep,
  };
  const problems: (Problem | ((step: number) => Problem))[] = [];
  const context = experimentContext({ seed: 1, signal: new AbortController().signal });
  const study = networkStudy(
    {
      ...context,
      iterate(problem) {
        problems.push(problem);
        return EMPTY;
      },
    },
    {
      ...{ name: "counted", source, model: biaslessPerceptron(source.width, 3, 10), loss: "meanSquared" },
      ...{ stated: undefined, samples: [20], draws: 2, testSets: 1, arms: [arm], tell: () => {} },
    },
  );
  await lastValueFrom(study, { defaultValue: undefined });
  assert.is(problems.length, 6);
  const before = reads();
  const made = problems.map((problem) => (typeof problem === "function" ? problem(0) : undefined));
  assert.ok(made.every((problem) => problem?.dimension === 61 * 3 + 30 + 10));
  const perDraw = (reads() - before) / 2;
  // Three parts of a draw, and the moment of all rows.
  assert.ok(before <= 1 && perDraw <= 4, `${before} ${perDraw}`);
});

reading("give the same report, from whole and from interrupted directories", async () => {
  const options = {
    ...{ model: "mlp", study: ["arms", "lambda"], samples: [20], hidden: 2, draws: 2, testSets: 2, lambdas: [0.3] },
    ...{ rates: [0.03, 0.1, 0.3], updates: 20, newtonRates: [1, 3, 10], newtonUpdates: 3, loss: 2 },
  };
  const told = ({ findings, refusals }: Outcome): unknown => [
    findings.map(({ run: name, numbers }) => [name, { ...numbers, seconds: 0 }]),
    refusals,
  ];
  const directory = scratchPath("networks");
  const whole = await run(options, { directory, resume: false });
  assert.equal(told(await run(options, { directory, resume: true })), told(whole));
  const other = scratchPath("networks");
  await run(options, { directory: other, resume: false, until: ["network-lambda-n20-draw-01-lambda-0.3-rate-2", 1] });
  assert.equal(told(await run(options, { directory: other, resume: true })), told(whole));
  await assertDifferentData(options, directory);
});

/** A run that is resumed with other rows is refused, although nothing is drawn for it. */
async function assertDifferentData(options: Parameters<typeof run>[0], directory: string): Promise<void> {
  let code = "";
  await run({ ...options, data: "spectrum" }, { directory, resume: true }).catch((error: { code: string }) => {
    code = error.code;
  });
  assert.is(code, "ERR_RESUME");
}

reading.run();
