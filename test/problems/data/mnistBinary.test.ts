import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { arrowFileOf, principalComponents } from "../../../scripts/makeMnistBinary.ts";
import { mnistBinary } from "../../../src/problems/data/mnistBinary.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { scratchPath } from "../../support/scratch.ts";

const loader = suite("mnistBinary");
loader("ships 50 images in 32 uncorrelated components of falling variance", () => {
  const { samples, inputs, components, labels } = mnistBinary();
  assert.equal([samples, inputs, components.length], [50, 32, 1600]);
  assert.equal(
    [0, 1].map((label) => labels.filter((each) => each === label).length),
    [21, 29],
  );
  const moment = (a: number, b: number): number => {
    let sum = 0;
    for (let i = 0; i < samples; i++) sum += components[i * inputs + a]! * components[i * inputs + b]!;
    return sum / samples;
  };
  for (let a = 0; a < inputs; a++) {
    if (a > 0) assert.ok(moment(a, a) <= moment(a - 1, a - 1));
    for (let b = 0; b < a; b++) assert.ok(Math.abs(moment(a, b)) < 1e-10 * moment(0, 0));
  }
});
loader("permutes labels by seed, and keeps the images", () => {
  const [plain, one, again, two] = [mnistBinary(), ...[1, 1, 2].map((seed) => mnistBinary({ permuteLabels: seed }))];
  assert.equal(one!.labels, again!.labels);
  assert.not.equal(one!.labels, two!.labels);
  assert.not.equal(one!.labels, plain!.labels);
  assert.equal([...one!.labels].sort(), [...plain!.labels].sort());
  assert.equal(one!.components, plain!.components);
  for (let i = 0; i < 50; i++) assert.is(one!.oneHotLabels[2 * i + one!.labels[i]!], 1);
  assert.is(
    one!.oneHotLabels.reduce((sum, x) => sum + x, 0),
    50,
  );
});
loader("refuses a file that is missing, cut off or altered", () => {
  assertError(() => mnistBinary({ path: "/nowhere" }), "ERR_DATA_FILE", /cannot read \/nowhere/);
  const bytes = readFileSync(fileURLToPath(new URL("../../../data/mnist-binary.arrow", import.meta.url)));
  const path = scratchPath("images.arrow");
  writeFileSync(path, bytes.subarray(0, 300));
  assertError(() => mnistBinary({ path }), "ERR_DATA_FILE", /mnistBinary/);
  const altered = Buffer.from(bytes);
  altered[5000] = altered[5000]! ^ 1;
  writeFileSync(path, altered);
  assertError(() => mnistBinary({ path }), "ERR_DATA_FILE", /hash/);
});
loader.run();

const components = suite("principalComponents");
components("projects on the directions of largest variance, with determined signs", () => {
  // On the line y = 2 x, and a little off it.
  const rows = [-2, -1, 0, 1, 2].map((t) => Float64Array.of(t + 5, 2 * t - 3));
  const first = principalComponents(rows, 1);
  assertClose(
    first.map(Math.abs),
    [2, 1, 0, 1, 2].map((t) => t * Math.sqrt(5)),
    1e-12,
    "lengths",
    1,
  );
  assert.ok(first.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0) > 0);
});
components("make a file that reads back", () => {
  const path = scratchPath("made.arrow");
  writeFileSync(path, arrowFileOf(Float64Array.of(1, 2, 3, 4), Uint8Array.of(0, 1)));
  const { components: read, labels } = mnistBinary({ path });
  assert.equal([...read], [1, 2, 3, 4]);
  assert.equal([...labels], [0, 1]);
});
components.run();
