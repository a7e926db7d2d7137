/** `fluxion run whitening` with the linear model on digits: the theorem, what whitening costs, and what is refused. */
import { lastValueFrom, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../../../src/arrow/row.ts";
import { whiteningExperiment } from "../../../../src/experiments/catalogue/whitening/whitening.ts";
import { experimentContext } from "../../../../src/experiments/framework/context.ts";
import type { Finding } from "../../../../src/experiments/framework/definition.ts";
import { directoryStore } from "../../../../src/experiments/framework/directoryStore.ts";
import { optionsFrom } from "../../../../src/experiments/threads/flags.ts";
import type { JsonValue } from "../../../../src/json.ts";
import { replay } from "../../../../src/streams/replay.ts";
import { assertRejects } from "../../../support/assert.ts";
import { scratchPath } from "../../../support/scratch.ts";

interface Outcome {
  readonly rows: readonly Row[];
  readonly findings: readonly Finding[];
  readonly conclusions: readonly string[];
  readonly refusals: readonly string[];
  readonly notes: readonly string[];
}

/** Runs the experiment in this thread; with `until` it is stopped at that row of that run. */
async function run(
  options: Readonly<Record<string, JsonValue>>,
  where?: {
    readonly directory: string;
    readonly resume: boolean;
    readonly until?: readonly [run: string, step: number];
  },
): Promise<Outcome> {
  const abort = new AbortController();
  const outcome = {
    rows: [] as Row[],
    findings: [] as Finding[],
    conclusions: [] as string[],
    refusals: [] as string[],
    notes: [] as string[],
  };
  const context = experimentContext({
    seed: 1,
    signal: abort.signal,
    onFinding: (finding) => outcome.findings.push(finding),
    onConclusion: (line) => outcome.conclusions.push(line),
    onRefusal: (line) => outcome.refusals.push(line),
    onNote: (line) => outcome.notes.push(line),
    ...(where === undefined
      ? {}
      : { store: directoryStore({ directory: where.directory, resume: () => where.resume }) }),
  });
  const stream = context.complete(whiteningExperiment.run(optionsFrom(whiteningExperiment.options, options), context));
  await new Promise<void>((done, fail) => {
    stream.subscribe({
      next(row) {
        outcome.rows.push(row);
        if (row.run.name === where?.until?.[0] && row.step === where.until[1]) abort.abort();
      },
      error: fail,
      complete: done,
    });
  });
  return outcome;
}

const numbersOf = ({ findings }: Outcome, name: string): Readonly<Record<string, number>> => {
  const found = findings.find(({ run }) => run === name);
  assert.ok(found?.numbers !== undefined, `${name}: ${found?.because ?? "not reported"}`);
  return found!.numbers as Readonly<Record<string, number>>;
};

const small = { rates: [0.3, 1, 1.9, 2.5], updates: 5000 };
const one = { ...small, study: ["arms"], samples: [24, 61], draws: 6, testSets: 3 };

const linear = suite("whitening of linear models on digits");

linear("full whitening leaves test outputs where they were, at chance, while the training loss goes to 0", async () => {
  const outcome = await run({ ...one, samples: [24], rates: [0.3, 1, 2.5], testSets: 10 });
  assert.equal(outcome.refusals, []);
  const full = numbersOf(outcome, "arms, n 24, fully whitened");
  // 6 draws of 10 test sets of 24 rows.
  assert.ok(Math.abs(full["at best stop"]! - 0.9) < 0.04, `${full["at best stop"]}`);
  assert.ok(full["stop - baseline"]! - full["+- stop - baseline"]! > 0.3);
  const trained = outcome.rows.filter(({ columns }) => columns.rate === 1 && columns.updates! > 100);
  assert.ok(trained.length > 0);
  for (const { columns } of trained) {
    assert.ok(columns["full.moves"]! < 1e-11, `${columns["full.moves"]}`);
    assert.ok(columns["full.loss"]! < 1e-20);
    assert.ok(columns["train.moves"]! > 0.1 && columns["raw.moves"]! > 0.1);
  }
  const ends = outcome.rows.filter(({ columns }) => columns["full.whiteningRank"] !== undefined);
  for (const { columns } of ends) assert.equal([columns["full.whiteningRank"], columns["full.independent"]], [48, 1]);
  assert.match(
    outcome.conclusions.join("\n"),
    /pooled rank 48\.0 of 48 rows: the theorem freezes the fully whitened arm/,
  );
});

linear(
  "at n = d raw data are better at the best stop by 20 points at least, and equal where the loss is trained out",
  async () => {
    const outcome = await run({ ...one, samples: [61], draws: 4, updates: 1_000_000 });
    assert.equal(outcome.refusals, []);
    const train = numbersOf(outcome, "arms, n 61, train-whitened");
    assert.ok(train["stop - baseline"]! - train["+- stop - baseline"]! > 0.2, JSON.stringify(train));
    assert.ok(Math.abs(train["end - baseline"]!) < 0.08);
    // Whitened data are learnt in an update or so.
    assert.ok(numbersOf(outcome, "arms, n 61, raw")["updates to loss"]! > 50 * train["updates to loss"]!);
    assert.match(outcome.conclusions.join("\n"), /pooled rank 5\d\.\d of 85 rows: the theorem does not apply/);
    assert.match(outcome.conclusions.join("\n"), /advice, n 61, train-whitened: \+\d+\.\d.* generalises worse/);
  },
);

linear("the path of mixing 0 is that of train-whitened data: the same loss at each row", async () => {
  const options = { ...small, samples: [30], draws: 1, lambdas: [1, 0] };
  const [arms, lambda] = [await run({ ...options, study: ["arms"] }), await run({ ...options, study: ["lambda"] })];
  assert.is(arms.rows.length, lambda.rows.length);
  for (const [i, { columns }] of arms.rows.entries()) {
    const other = lambda.rows[i]!.columns;
    for (const [a, b] of [
      ["train.loss", "lambda 0.loss"],
      ["raw.loss", "lambda 1.loss"],
    ] as const) {
      // The small start is the same in coordinates that differ. At rates that diverge only the size of the growth is bounded.
      if (columns.rate! >= 2 && columns.updates! > 3) continue;
      assert.ok(
        Math.abs(columns[a]! - other[b]!) < 1e-5 * Math.max(columns[a]!, 0.1),
        `${i}: ${columns[a]} ${other[b]}`,
      );
    }
    assert.is(columns["raw.test"], other["lambda 1.test"]);
  }
});

linear(
  "some mixing reaches the loss of gradient descent in 30 times fewer updates, and mixing 0 costs 15 points",
  async () => {
    const outcome = await run({ ...small, study: ["lambda"], samples: [61], draws: 5, lambdas: [1, 0.15, 0] });
    assert.equal(outcome.refusals, []);
    const [descent, mixed, newton] = ["1", "0.15", "0"].map((own) => numbersOf(outcome, `lambda, n 61, lambda ${own}`));
    assert.ok(descent!["updates to loss"]! > 30 * mixed!["updates to loss"]!);
    assert.ok(mixed!["stop - baseline"]! < 0.02, `${mixed!["stop - baseline"]}`);
    assert.ok(newton!["stop - baseline"]! - newton!["+- stop - baseline"]! > 0.15);
  },
);

linear.run();

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
