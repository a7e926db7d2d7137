/** Data in other units: the same findings, also where squares leave the range of numbers. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runWhitening as run } from "../../../support/runWhitening.ts";
import { scratchPath } from "../../../support/scratch.ts";

const units = suite("units");

const folder = scratchPath("units");
mkdirSync(folder);

/** Two waves in some unit, and as `y` a class, or a number in another unit. */
function written(inputs: number, targets?: number): string {
  const unit = 2 ** inputs;
  const y = (i: number): number => (targets === undefined ? Number(Math.sin(i) > 0) : Math.sin(i + 0.1) * 2 ** targets);
  const lines = Array.from({ length: 120 }, (_, i) => [Math.sin(i) * unit, (Math.cos(3 * i) / 8) * unit, y(i)].join());
  const path = join(folder, `${inputs}-${targets}.csv`);
  writeFileSync(path, ["a,b,y", ...lines].join("\n"));
  return path;
}

const options = { draws: 3, rates: [0.3, 1, 1.9, 2.5], updates: 5000 };
type Options = Parameters<typeof run>[0];

/** What is found, without the seconds that it took. */
async function foundWith(given: Options): Promise<readonly unknown[]> {
  const { findings } = await run({ ...options, ...given });
  assert.ok(
    findings.some(({ numbers }) => numbers !== undefined),
    JSON.stringify(findings),
  );
  return findings.map(({ run: name, verdict, numbers = {} }) => {
    const { seconds: _, ...rest } = numbers;
    return [name, verdict, rest];
  });
}

const exponents = [-1000, -540, -100, 100, 520, 1000];

units("of the inputs change no finding", async () => {
  const study = { labels: "y", study: ["arms", "lambda"] };
  const own = await foundWith({ ...study, data: written(0) });
  for (const exponent of exponents) assert.equal(await foundWith({ ...study, data: written(exponent) }), own);
});

units("of the targets change no verdict and no chosen rate, and are told where they are changed", async () => {
  const study = { target: "y", study: ["arms"], samples: [40] };
  const scores = async (exponent: number) => {
    const found = (await foundWith({ ...study, data: written(0, exponent) })) as [
      string,
      string?,
      { rate?: number }?,
    ][];
    return found.map(([name, verdict, numbers]) => [name, verdict, numbers?.rate]);
  };
  const own = await scores(0);
  for (const exponent of exponents) assert.equal(await scores(exponent), own, `2^${exponent}`);
  const { notes } = await run({ ...options, ...study, data: written(0, 1000) });
  assert.match(notes[0]!, /targets are multiplied by 2\^-\d+, which changes no score/);
  const usual = await run({ ...options, ...study, data: written(100, 0) });
  assert.not.match(usual.notes[0]!, /inputs are multiplied/);
});

units.run();
