import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fluxion, scratchDirectory } from "../support/command.ts";

const example = fileURLToPath(new URL("../../examples/convolutionalNet.ts", import.meta.url));

const figure = suite("fluxion figure");

figure("lists the figures", async () => {
  const { code, stdout } = await fluxion(["figure"]);
  assert.is(code, 0);
  assert.match(stdout, /^loss-index +loss against Morse index/m);
});

figure("a network of one's own goes through check, run and figure", async () => {
  const here = scratchDirectory();
  const check = await fluxion(["check", example, "--samples", "20"], here);
  assert.is(check.code, 0, check.stdout + check.stderr);
  assert.match(check.stdout, /convolutional-net, n = 210/);
  const sizes = ["--samples", "20", "--searches", "2", "--iterations", "5"];
  const run = await fluxion(["run", example, ...sizes, "--out", "conv", "--workers", "1"], here);
  assert.is(run.code, 0, run.stderr);
  assert.match(run.stdout, /^search-02 .*conv\/search-02$/m);
  const drawn = await fluxion(["figure", "flatness", "conv"], here);
  assert.is(drawn.code, 0, drawn.stderr);
  assert.is(drawn.stdout, "conv/flatness.svg\n");
  assert.match(readFileSync(join(here, "conv/flatness.svg"), "utf8"), /^<svg .*search-01/);
  const elsewhere = await fluxion(["figure", "loss-index", "conv", "-o", "-"], here);
  assert.match(elsewhere.stdout, /^<svg /);
  assert.not.ok(existsSync(join(here, "conv/loss-index.svg")));
});

figure("refuses what it does not know", async () => {
  const unknown = await fluxion(["figure", "los-index", "runs"]);
  assert.is(unknown.code, 2);
  assert.match(unknown.stderr, /no figure is called "los-index"\. Did you mean "loss-index"\?/);
  const nowhere = await fluxion(["figure", "loss-index", "/nowhere"]);
  assert.is(nowhere.code, 2);
  assert.match(nowhere.stderr, /\/nowhere: there is no such directory/);
  const alone = await fluxion(["figure", "loss-index"]);
  assert.match(alone.stderr, /expected the directory of an experiment/);
});

figure.run();
