/** What `fluxion run whitening` refuses, and how it is stopped and goes on. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lastValueFrom, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../../../src/arrow/row.ts";
import { replay } from "../../../../src/streams/replay.ts";
import { assertRejects } from "../../../support/assert.ts";
import { type WhiteningOutcome as Outcome, runWhitening as run } from "../../../support/runWhitening.ts";
import { scratchPath } from "../../../support/scratch.ts";

const numbersOf = ({ findings }: Outcome, name: string): Readonly<Record<string, number>> => {
  const found = findings.find(({ run }) => run === name);
  assert.ok(found?.numbers !== undefined, `${name}: ${found?.because ?? "not reported"}`);
  return found!.numbers as Readonly<Record<string, number>>;
};

const small = { rates: [0.3, 1, 1.9, 2.5], updates: 5000 };
const one = { ...small, study: ["arms"], samples: [24, 61], draws: 6, testSets: 3 };

const refusals = suite("refusals");

refusals("a grid that is too low, too high, or of one rate: a line per arm, and no differences", async () => {
  for (const [rates, why] of [
    [[1e-4, 1e-3, 1e-2], /(largest|smallest) of the grid/],
    [[1.99, 2.5, 3], /smallest of the grid|diverged/],
    [[1], /only of the grid/],
    [[2.5, 3], /each rate of the grid 2\.5, 3 diverged/],
  ] as const) {
    const outcome = await run({ ...one, samples: [30], draws: 2, testSets: 1, rates: [...rates], updates: 20_000 });
    assert.is(outcome.refusals.length, 4, outcome.refusals.join("\n"));
    for (const line of outcome.refusals) assert.match(line, why);
    for (const { verdict, numbers } of outcome.findings) assert.equal([verdict, numbers], ["refused", undefined]);
    assert.match(outcome.conclusions.join("\n"), /no differences are told, because the baseline is refused/);
    assert.not.match(outcome.conclusions.join("\n"), /advice/);
    // All rows stay.
    assert.ok(outcome.rows.length > 40);
  }
});

refusals(
  "a budget in which raw data do not come near the stated loss refuses these alone, and their differences",
  async () => {
    const outcome = await run({ ...one, samples: [61], draws: 2, updates: 20 });
    assert.is(outcome.refusals.length, 1, outcome.refusals.join("\n"));
    assert.match(outcome.refusals[0]!, /^arms, n 61, raw: .*did not come within 1 % of the stated training loss/);
    const train = numbersOf(outcome, "arms, n 61, train-whitened");
    assert.ok(Number.isFinite(train["at best stop"]!) && train["stop - baseline"] === undefined);
  },
);

refusals("options that contradict each other or the data are errors", async () => {
  await assertRejects(run({ ...one, quick: true, full: true }), "ERR_COMMAND_LINE", /--quick or --full, got both/);
  await assertRejects(run({ ...one, samples: [5000] }), "ERR_COMMAND_LINE", /at most 12\d\d training rows/);
  await assertRejects(
    run({ ...one, data: "nothing" }),
    "ERR_COMMAND_LINE",
    /digits, mnist, spectrum, images or the path/,
  );
});

refusals.run();

const ownData = suite("data of one's own");

ownData("a table with a column of classes is described, judged at all rows that are left, and advised on", async () => {
  const folder = scratchPath("own");
  mkdirSync(folder);
  const lines = Array.from({ length: 120 }, (_, i) =>
    [Math.sin(i), Math.cos(3 * i) / 100, 7, Math.sin(i) > 0 ? 1 : 0].join(),
  );
  writeFileSync(join(folder, "mine.csv"), ["a,b,constant,y", ...lines].join("\n"));
  const data = join(folder, "mine.csv");
  const { conclusions, findings, notes, rows } = await run({ ...small, data, labels: "y", study: ["arms"], draws: 3 });
  assert.match(
    notes[0]!,
    /mine\.csv: 120 rows, d = 2 features \(1 more are the same in all rows and left out\), 2 outputs/,
  );
  assert.match(conclusions[0]!, /mine\.csv: n = 120 rows, d = 2, rank 2, condition of the uncentred moment \d/);
  assert.ok(
    findings.some(({ run: name }) => name === "arms, n 83, raw"),
    findings.map(({ run: name }) => name).join(),
  );
  assert.match(conclusions.join("\n"), /advice, n 83, train-whitened: /);
  for (const { columns } of rows) {
    if (columns.updates === undefined) continue;
    assert.ok(columns["raw.shared"] !== undefined && columns["full.shared"] === undefined, JSON.stringify(columns));
  }
  await assertRejects(run({ ...small, data, labels: "z" }), "ERR_OPTION_RANGE", /"z"/);
  await assertRejects(run({ ...small, data }), "ERR_COMMAND_LINE", /--labels, or that of a number by --target/);
  await assertRejects(run({ ...small, data, labels: "y", target: "a" }), "ERR_COMMAND_LINE", /got both/);
});

ownData("rows of one class, too few rows, and classes that do not begin at 0 are named", async () => {
  const folder = scratchPath("odd rows");
  mkdirSync(folder);
  const written = (name: string, rows: number, label: (row: number) => number): string => {
    const path = join(folder, `${name}.csv`);
    const lines = Array.from({ length: rows }, (_, i) => `${Math.sin(i)},${Math.cos(3 * i)},${label(i)}`);
    writeFileSync(path, ["a,b,y", ...lines].join("\n"));
    return path;
  };
  for (const [name, rows, label, code, pattern] of [
    [
      "one class",
      60,
      () => 3,
      "ERR_COMMAND_LINE",
      /at least two classes.* in one class\.csv, got rows of class 3 alone/,
    ],
    [
      "few",
      5,
      (i: number) => i % 2,
      "ERR_COMMAND_LINE",
      /at least 2 rows to train on .*, got 5 rows in all of few\.csv/,
    ],
    ["signs", 60, (i: number) => (i % 2) * 2 - 1, "ERR_OPTION_RANGE", /got -1 in row 0; number the classes from 0/],
  ] as const) {
    await assertRejects(run({ ...small, data: written(name, rows, label), labels: "y" }), code, pattern);
  }
  const { conclusions } = await run({
    ...{ ...small, data: written("one row", 60, (i) => Number(i === 7)), labels: "y", study: ["arms"], draws: 2 },
  });
  assert.match(conclusions[0]!, /one row\.csv: n = 60 rows/);
});

ownData("classes may have names or numbers with gaps: those that have rows count", async () => {
  const folder = scratchPath("classes");
  mkdirSync(folder);
  const told = async (name: string, label: (k: number) => unknown): Promise<unknown> => {
    const path = join(folder, `${name}.csv`);
    const lines = Array.from({ length: 60 }, (_, i) => `${Math.sin(i)},${Math.cos(3 * i)},${label(i % 3)}`);
    writeFileSync(path, ["a,b,y", ...lines].join("\n"));
    const outcome = await run({ ...small, data: path, labels: "y", study: ["arms"], draws: 1, samples: [12] });
    assert.match(outcome.notes[0]!, /d = 2 features, 3 outputs/);
    return outcome.findings.map(({ run: own, numbers }) => [own, { ...numbers, seconds: 0 }]);
  };
  const plain = await told("plain", (k) => k);
  for (const [name, label] of [
    ["gaps", (k) => [2, 40_000, 65_535][k]],
    ["names", (k) => ["cat", "dog", "horse"][k]],
  ] as const satisfies readonly (readonly [string, (k: number) => unknown])[]) {
    assert.equal(await told(name, label), plain);
  }
});

ownData("a module with a network is trained in all arms", async () => {
  const folder = scratchPath("net");
  mkdirSync(folder);
  const path = join(folder, "net.ts");
  writeFileSync(
    path,
    `import { multilayerPerceptron } from ${JSON.stringify(new URL("../../../../src/problems/models/dense.ts", import.meta.url).href)};
export default (options) => multilayerPerceptron({ ...options, hidden: [4] });
`,
  );
  const outcome = await run({
    model: path,
    study: ["arms"],
    samples: [24],
    draws: 1,
    rates: [0.01, 0.1, 0.3],
    updates: 40,
    testSets: 2,
  });
  // The fully whitened arm has two test sets, because n + n_test <= d.
  assert.is(new Set(outcome.rows.map(({ run: own }) => own.name)).size, 3 * 5);
  assert.is(outcome.findings.length, 4);
  assert.match(outcome.conclusions.join("\n"), /multilayer perceptron, n 24/);
});

ownData.run();

const stopping = suite("stopping and going on");
const values = ({ run, step, value, columns }: Row): string =>
  [
    run.name,
    step,
    value,
    ...Object.entries(columns)
      .filter(([name, own]) => !name.endsWith(".seconds") && own !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flat(),
  ].join(" ");

stopping("ends a run at any row, and goes on to the same rows and the same report", async () => {
  const options = { ...small, study: ["arms", "lambda"], lambdas: [1, 0.1], samples: [12, 24], draws: 2, testSets: 1 };
  const withoutSeconds = ({ findings }: Outcome): unknown =>
    findings.map(({ run, numbers }) => [run, { ...numbers, seconds: 0 }]);
  const whole = await run(options);
  for (const until of [
    ["arms-n12-draw-02", 40],
    ["lambda-n24-draw-01", 1],
  ] as const) {
    const directory = scratchPath("whitening");
    const stopped = await run(options, { directory, resume: false, until });
    assert.ok(stopped.rows.length < whole.rows.length);
    assert.is(stopped.findings.filter(({ run }) => run.startsWith("lambda")).length, 0);
    const resumed = await run(options, { directory, resume: true });
    assert.equal(resumed.rows.map(values), whole.rows.map(values));
    assert.equal(withoutSeconds(resumed), withoutSeconds(whole));
    const read = await lastValueFrom(replay(`${directory}/arms-n12-draw-02`).pipe(toArray()));
    const own = whole.rows.filter((row) => row.run.name === "arms-n12-draw-02");
    assert.equal(read.map(values), own.map(values));
  }
});

stopping.run();
