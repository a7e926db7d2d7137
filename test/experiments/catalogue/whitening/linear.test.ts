/** The linear model of `fluxion run whitening` on digits: the theorem, what whitening costs, and what mixing gains. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type WhiteningOutcome as Outcome, runWhitening as run } from "../../../support/runWhitening.ts";

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
