/** Every file of examples/ runs, says what it should on standard output, and nothing else. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const folder = fileURLToPath(new URL("../examples/", import.meta.url));

function output(file: string): string[] {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=fluxion-source", "--import", "tsx", `${folder}${file}`],
    { encoding: "utf8" },
  );
  assert.is(status, 0, `${file}: ${stderr}`);
  assert.is(stderr, "", file);
  return stdout.trimEnd().split("\n");
}

/** File -> what its lines must show. */
const expectations: Readonly<Record<string, (lines: readonly string[]) => void>> = {
  "bilinear.ts"(lines) {
    assert.equal(lines, [
      "gradient descent-ascent: |z| is multiplied by 1.118034 per step",
      "extragradient: |z| is multiplied by 0.901388 per step",
      "theory: 1.118034 and 0.901388",
    ]);
  },
  "finders.ts"(lines) {
    const ends = lines.map((line) => /^(.+): (\D+) at \((\S+), (\S+)\), \d+ steps/.exec(line)!.slice(1));
    for (const [name, end, x] of ends) {
      const passes = ["damped Newton", "saddle-free Newton", "Newton flow", "homotopy"].includes(name!);
      if (passes) assert.equal([end, x], ["critical point", "-3.000"], name);
      else {
        assert.is.not(end, "critical point", name);
        assert.ok(Math.abs(Number(x) - Math.SQRT2) < 0.01, name);
      }
    }
    assert.is(ends.length, 8);
  },
  // A module for `fluxion run`, which test/cli/figure.test.ts gives it to; alone it does nothing.
  "convolutionalNet.ts"(lines) {
    assert.equal(lines, [""]);
  },
  // test/experiments/campaigns/engines.test.ts runs it at a queue too.
  "campaign.ts"(lines) {
    assert.match(lines[0]!, /^\d+ of 60 searches found a critical point, of \d+ classes$/);
    assert.is(lines.length, 4);
  },
  "connect.ts"(lines) {
    // |F|^2 = 2 (1 - eta^2 + eta^4)^k after k steps.
    assert.equal(lines, [`2001 rows, at the end |F|^2 = ${(2 * 0.8125 ** 2000).toExponential(3)}`]);
  },
  "trainClassifier.ts"(lines) {
    const [, step, share] = /^best at step (\d+): (\S+) % of 270 unseen digits are read correctly$/.exec(
      lines.at(-1)!,
    )!;
    assert.ok(Number(step) > 100 && Number(share) > 93, lines.at(-1));
    assert.is(lines.length, 1);
  },
  "ownLoss.ts"(lines) {
    assert.is(lines[0], "0  f = 2.420e+1  |gradient|^2 = 5.423e+4");
    const [, x, y] = /^converged at \((\S+), (\S+)\)$/.exec(lines.at(-1)!)!;
    assert.ok(Math.abs(Number(x) - 1) < 1e-10 && Math.abs(Number(y) - 1) < 1e-10, lines.at(-1));
    assert.ok(lines.length < 100, `${lines.length} lines`);
  },
  "ownOperator.ts"(lines) {
    assert.equal(
      lines.map((line) => /^step (\d+): .*clipped (\d)/.exec(line)!.slice(1).join(" ")),
      ["0 1", "50 1", "100 1", "150 0", "200 0"],
    );
    // While the direction is clipped to length 1, each step has length 0.05.
    assert.match(lines[1]!, /path 2\.5000$/);
    assert.match(lines[2]!, /path 5\.0000$/);
    assert.match(lines[4]!, /f = 6\.250000/);
  },
  "ownSink.ts"(lines) {
    const [header, ...rows] = lines;
    assert.is(header, "step,squaredFieldNorm");
    assert.is(rows.length, 4);
    for (const [k, row] of rows.entries()) {
      const [step, squaredFieldNorm] = row.split(",").map(Number);
      assert.is(step, k);
      // |z|^2 = 2 (1 - eta^2 + eta^4)^k.
      assert.ok(Math.abs(squaredFieldNorm! - 2 * 0.8125 ** k) < 1e-12, row);
    }
  },
  "switchOnFlatness.ts"(lines) {
    const parsed = lines.slice(0, -1).map((line) => {
      const [, step, x, y, doing] = /^(\d+) {2}\((\S+), (\S+)\) .* {2}(\D+)$/.exec(line)!;
      return { step: Number(step), x: Number(x), y: Number(y), doing: doing! };
    });
    const caught = parsed.findIndex(({ doing }) => doing.startsWith("gradient-flat"));
    assert.ok(caught > 0, "is caught");
    assert.ok(Math.hypot(parsed[caught]!.x - Math.SQRT2, parsed[caught]!.y) < 0.05, "near (sqrt 2, 0)");
    for (const [k, { doing }] of parsed.entries()) {
      if (k !== caught) assert.is(doing, k < caught ? "Newton-MR" : "descent");
    }
    assert.is(lines.at(-1), "converged at (-3, 0)");
  },
};

const test = suite("examples");

for (const file of readdirSync(folder)
  .filter((name) => name.endsWith(".ts"))
  .sort()) {
  test(`${file} runs and shows what it says`, () => {
    const expect = expectations[file];
    assert.ok(expect !== undefined, `${file} has no expectation in this test`);
    expect(output(file));
  });
}

test("all have an expectation that is used", () => {
  assert.equal(
    readdirSync(folder)
      .filter((name) => name in expectations)
      .sort(),
    Object.keys(expectations).sort(),
  );
});

test.run();
