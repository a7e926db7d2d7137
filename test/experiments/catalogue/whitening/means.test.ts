/** Data far from the origin: said, and taken there by `--centred`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { centredInputs, powerOfMeans } from "../../../../src/experiments/catalogue/whitening/means.ts";
import { digits8x8 } from "../../../../src/problems/datasets/digits8x8.ts";
import * as fc from "../../../support/fastCheck.ts";
import { runWhitening as run } from "../../../support/runWhitening.ts";
import { scratchPath } from "../../../support/scratch.ts";

const means = suite("means");

/** Two waves and their classes, moved by as many of their deviations. */
function written(shift: number): string {
  const folder = scratchPath("far");
  mkdirSync(folder, { recursive: true });
  const lines = Array.from({ length: 120 }, (_, i) =>
    [Math.sin(i) + shift, Math.cos(3 * i) / 64 - shift / 64, Math.sin(i) > 0 ? 1 : 0].join(),
  );
  const path = join(folder, `shift-${shift}.csv`);
  writeFileSync(path, ["a,b,y", ...lines].join("\n"));
  return path;
}

const options = { labels: "y", study: ["arms"], draws: 3, rates: [0.3, 1, 1.9, 2.5], updates: 5000 };

means(
  "that have nearly all of the power are named, with what to do; without them the arms are those of near data",
  async () => {
    const far = await run({ ...options, data: written(2 ** 20) });
    assert.match(
      far.conclusions[1]!,
      /means of the features have more than 99\.9 % of the power.*--centred takes the means off/,
    );
    const centred = await run({ ...options, data: written(2 ** 20), centred: true });
    assert.not.match(centred.conclusions.join("\n"), /--centred/);
    assert.match(centred.conclusions[0]!, /\.csv, centred: n = 120 rows, d = 2, rank 2/);
    const near = await run({ ...options, data: written(0), centred: true });
    const scores = ({ findings }: typeof near) =>
      findings.map(({ run: name, verdict, numbers = {} }) => [name, verdict, numbers.rate, numbers["at the end"]]);
    assert.equal(scores(centred), scores(near));
    assert.ok(scores(near).some(([, verdict]) => verdict === undefined));
  },
);

means("have the same share of the power in all units, and leave exact remainders", () => {
  const entry = fc.double({ min: -1, max: 1, noNaN: true, noDefaultInfinity: true });
  const rows = fc.array(fc.tuple(entry, entry, entry), { minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(rows, fc.integer({ min: -500, max: 500 }), (table, exponent) => {
      // Far from the subnormal numbers, where a power of two would round.
      const inputs = Float64Array.from(table.flat(), (x) => Math.round(x * 2 ** 20) / 2 ** 20);
      const scaled = inputs.map((x) => x * 2 ** exponent);
      const share = powerOfMeans(inputs, 3);
      assert.ok(share >= 0 && share <= 1 + 1e-12, `${share}`);
      assert.is(powerOfMeans(scaled, 3), share);
      const [own, other] = [centredInputs(inputs, 3), centredInputs(scaled, 3)];
      assert.equal(
        other,
        own.map((x) => x * 2 ** exponent),
      );
      for (let j = 0; j < 3; j++) {
        let sum = 0;
        for (let at = j; at < own.length; at += 3) sum += own[at]!;
        assert.ok(Math.abs(sum) < 1e-14 * inputs.length, `${sum}`);
      }
    }),
  );
});

means("have 69 % of the power of digits, as the documentation says", () => {
  const { inputs, count } = digits8x8();
  assert.is(Math.round(100 * powerOfMeans(inputs, inputs.length / count)), 69);
});

means.run();
