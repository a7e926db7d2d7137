/** `fluxion run` makes no directory for data or models that are not there. */
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EMPTY, lastValueFrom } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { trainExperiment } from "../../src/experiments/catalogue/training/train.ts";
import { whiteningExperiment } from "../../src/experiments/catalogue/whitening/whitening.ts";
import { campaign } from "../../src/experiments/framework/campaign.ts";
import { type Experiment, experiment } from "../../src/experiments/framework/definition.ts";
import { optionsFrom } from "../../src/experiments/threads/flags.ts";
import type { JsonValue } from "../../src/json.ts";
import { assertError } from "../support/assert.ts";
import { fluxion, scratchDirectory } from "../support/command.ts";

const good = ["a,b,y", "1,2,0", "3,1,1", "0,1,0", "2,2,1", "1,0,0", "0,3,1", "2,1,0", "1,1,1", "3,3,0", "0,2,1"].join(
  "\n",
);

const folder = scratchDirectory();
const [fine, bad] = [join(folder, "good.csv"), join(folder, "bad.csv")];
writeFileSync(fine, good);
writeFileSync(bad, good.replace("3,1,1", "3,x,1"));

const cases: readonly (readonly [experiment: Experiment, options: Record<string, JsonValue>, says: RegExp])[] = [
  [whiteningExperiment, { data: "/nope" }, /path of a \.csv or \.arrow file, got "\/nope"/],
  [whiteningExperiment, { data: "missing.csv" }, /cannot read missing\.csv/],
  [whiteningExperiment, { data: "mnist", folder: "/nowhere" }, /\/nowhere/],
  [whiteningExperiment, { data: fine }, /--labels, or that of a number by --target/],
  [whiteningExperiment, { data: fine, labels: "z" }, /expected a column of .*good\.csv, .*got "z"/],
  [whiteningExperiment, { data: fine, labels: "y", samples: [500] }, /training rows, .*got 500/],
  [whiteningExperiment, { data: bad, labels: "y" }, /row 1, "b", from the text "x"/],
  [whiteningExperiment, { model: "nope" }, /--model to be linear, .*got "nope"/],
  [whiteningExperiment, { model: "./missing.ts" }, /missing\.ts/],
  [whiteningExperiment, { model: "cnn", data: "spectrum" }, /inputShape to be \[rows, columns, channels\]/],
  [whiteningExperiment, { study: ["kinds"] }, /a network for --study kinds/],
  [whiteningExperiment, { quick: true, full: true }, /--quick or --full, got both/],
  [trainExperiment, { data: "/nope" }, /path of a \.csv or \.arrow file, got "\/nope"/],
  [trainExperiment, { data: "missing.csv" }, /cannot read missing\.csv/],
  [trainExperiment, { data: "cifar10" }, /--folder with CIFAR-10's files/],
  [trainExperiment, { data: fine, label: "y", target: "a" }, /got both/],
];

const looked = suite("what an experiment looks at before anything is made");

for (const [{ name, check, options: schema }, options, says] of cases) {
  looked(`${name} ${JSON.stringify(options).replaceAll(folder, "")}`, async () => {
    let message = "nothing";
    await Promise.resolve()
      .then(() => check?.(optionsFrom(schema, options)))
      .catch((error: Error) => {
        message = error.message;
      });
    assert.match(message, says);
  });
}

looked("lets pass what is there", async () => {
  await whiteningExperiment.check!(optionsFrom(whiteningExperiment.options, { data: fine, labels: "y" }));
  await whiteningExperiment.check!(optionsFrom(whiteningExperiment.options, { model: "cnn" }));
  await trainExperiment.check!(optionsFrom(trainExperiment.options, { data: fine, label: "y" }));
});

looked("is a function, or nothing", () => {
  const run = () => EMPTY;
  assertError(
    () => experiment({ name: "mine", summary: "mine", run, check: 3 as unknown as () => void }),
    "ERR_EXPERIMENT",
    /mine: expected check to be a function, got number/,
  );
  assert.is(experiment({ name: "mine", summary: "mine", run }).check, undefined);
});

looked.run();

const made = suite("fluxion run of what is not there");

made("says so, and makes nothing", async () => {
  for (const args of [
    ["whitening", "--data", "/nope"],
    ["train", "--data", "missing.csv"],
  ]) {
    const where = scratchDirectory();
    const { code, stderr } = await fluxion(["run", ...args, "--no-serve"], where);
    assert.is.not(code, 0, args.join(" "));
    assert.match(stderr, /\/nope|missing\.csv/);
    assert.equal(readdirSync(where), []);
  }
});

made("a campaign does not make its directory either", async () => {
  const directory = join(scratchDirectory(), "campaign");
  let message = "";
  await lastValueFrom(campaign("whitening", { directory, options: { data: "/nope" }, workers: 1 })).catch(
    (error: Error) => {
      message = error.message;
    },
  );
  assert.match(message, /got "\/nope"/);
  assert.not(existsSync(directory));
});

made.run();
