import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dataset } from "../../../src/problems/datasets/dataset.ts";
import { moments } from "../../../src/problems/whitening/moments.ts";
import { sampleMoment } from "../../../src/problems/whitening/sampleMoment.ts";
import type { Samples } from "../../../src/problems/whitening/samples.ts";
import { whitening } from "../../../src/problems/whitening/whitening.ts";
import { assertError } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";

const refusals = suite("what whitening refuses");

refusals("refuses wrong data by row and feature", () => {
  const good = [
    [1, 2],
    [3, 4],
    [5, 7],
  ];
  const refused = (data: unknown, options: object, code: string, message: RegExp): void =>
    assertError(() => whitening(data as Samples, options), code, message);
  refused([...good, [1, Number.NaN]], {}, "ERR_NOT_FINITE", /got NaN in row 3, feature 1/);
  refused([[Number.NEGATIVE_INFINITY, 1], ...good], {}, "ERR_NOT_FINITE", /got -Infinity in row 0, feature 0/);
  refused(good, { using: "all", test: [[1, Number.NaN]] }, "ERR_NOT_FINITE", /in test, got NaN in row 0, feature 1/);
  refused(
    [...good, [1]],
    {},
    "ERR_LENGTH",
    /the data to have the same number of features in each row, got 2 in row 0 and 1 in row 3/,
  );
  refused([[1, 2]], {}, "ERR_LENGTH", /at least two samples, got 1/);
  refused([], {}, "ERR_LENGTH", /at least two samples, got 0/);
  refused([[], []], {}, "ERR_LENGTH", /the data to have at least one feature in each row, got none in row 0/);
  refused(new Float64Array(5), { features: 2 }, "ERR_LENGTH", /2 features per row, got 5 numbers/);
  refused(new Float64Array(4), {}, "ERR_LENGTH", /the number of features of the data/);
  refused("digits", {}, "ERR_OPTION_TYPE", /expected the data to be samples.*got "digits"/);
  refused([1, 2], {}, "ERR_OPTION_TYPE", /expected the data to be samples/);
  refused(good, { features: 3 }, "ERR_LENGTH", /3 features per row, got 2 in row 0/);
  for (const shrinkage of [-0.1, 1.1]) {
    refused(good, { shrinkage }, "ERR_OPTION_RANGE", /shrinkage to be a number in \[0, 1\], or "ledoit-wolf"/);
  }
  refused(good, { rankTolerance: -1e-9 }, "ERR_OPTION_RANGE", /rankTolerance to be a number in \[0, 1\), got -1e-9/);
  refused(good, { kind: "ica" }, "ERR_OPTION_RANGE", /kind to be "pca", "zca" or "cholesky", got "ica"/);
  refused(good, { using: "test" }, "ERR_OPTION_TYPE", /using to be "train", "all", samples, or a moment/);
  refused(good, { using: "all" }, "ERR_OPTION_RANGE", /test samples together with using: "all", got none/);
  refused(good, { test: good }, "ERR_OPTION_RANGE", /test only together with using: "all"/);
  refused(good, { using: "all", test: [[1, 2, 3]] }, "ERR_LENGTH", /test to have 2 features per row, got 3 in row 0/);
  const line = [
    [1, 2],
    [2, 4],
    [3, 6],
  ];
  refused(line, { kind: "cholesky" }, "ERR_NOT_POSITIVE_DEFINITE", /full rank for kind "cholesky", got rank 1 of 2/);
  assert.ok(whitening(line, { kind: "cholesky", shrinkage: 0.1 }));
  refused([[1], [1]], { centred: true }, "ERR_NOT_POSITIVE_DEFINITE", /expected samples that differ/);
  refused([[0], [0]], { shrinkage: 0.5 }, "ERR_NOT_POSITIVE_DEFINITE", /samples that are not all zero/);
});

refusals("names the row and the feature of the first cell that is not a number, in whatever list of rows", () => {
  const notNumbers: readonly (readonly [unknown, RegExp])[] = [
    ["a", /the text "a"/],
    ["3", /the text "3"/],
    ["", /an empty cell/],
    [null, /null/],
    [true, /true/],
    [undefined, /nothing/],
    [[1], /\[1\]/],
    [{}, /an object/],
    [10n, /a bigint/],
  ];
  const white = whitening([
    [1, 2, 3],
    [3, 4, 1],
    [5, 7, 0],
  ]);
  const takers: readonly ((rows: number[][]) => unknown)[] = [
    (rows) => whitening(rows),
    (rows) => whitening(rows, { features: 3 }),
    (rows) =>
      whitening(
        [
          [1, 2, 3],
          [0, 0, 1],
        ],
        { using: "all", test: rows },
      ),
    (rows) => white.transform(rows),
    (rows) => white.inverse(rows),
    (rows) => sampleMoment(rows),
    (rows) => moments({ features: 3 }).add(rows),
    (rows) => dataset({ inputs: rows, names: ["feature 0", "feature 1", "feature 2"] }),
  ];
  fc.assert(
    fc.property(
      fc.nat(notNumbers.length - 1),
      fc.nat(3),
      fc.nat(2),
      fc.nat(takers.length - 1),
      fc.boolean(),
      (which, row, feature, taker, more) => {
        const rows: unknown[][] = [
          [1, 2, 3],
          [3, 4, 1],
          [5, 7, 0],
          [1, 1, 1],
        ];
        const [cell, words] = notNumbers[which]!;
        rows[row]![feature] = cell;
        if (more) rows[3]![2] = "another";
        const isOther = more && row === 3 && feature === 2;
        const place = new RegExp(`in row ${row}, "?feature ${feature}"?$`);
        const message = messageOf(() => takers[taker]!(rows as number[][]));
        assert.match(message, place);
        assert.match(message, isOther ? /the text "another"/ : words);
        assert.not.match(message, /NaN/);
      },
    ),
  );
});

refusals("says how many features rows have in correct English, and in which rows", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 0, max: 5 }),
      fc.integer({ min: 1, max: 5 }),
      (width, other, at) => {
        fc.pre(width !== other);
        const rows = Array.from({ length: 6 }, (_, i) =>
          Array.from({ length: i === at ? other : width }, (_, j) => i * j + 1),
        );
        const free = messageOf(() => whitening(rows));
        assert.match(
          free,
          new RegExp(`same number of features in each row, got ${width} in row 0 and ${other} in row ${at}$`),
        );
        const told = messageOf(() => whitening(rows, { features: width }));
        assert.match(
          told,
          new RegExp(`to have ${width} ${width === 1 ? "feature" : "features"} per row, got ${other} in row ${at}$`),
        );
      },
    ),
  );
});

function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was refused");
}

refusals("refuses wrong moments", () => {
  const good = [
    [1, 2],
    [3, 4],
  ];
  const refused = (using: unknown, options: object, code: string, message: RegExp): void =>
    assertError(() => whitening(good, { ...options, using: using as Float64Array }), code, message);
  const second = Float64Array.of(2, 1, 1, 2);
  refused(Float64Array.of(1, 2, 3), {}, "ERR_LENGTH", /2 x 2 moment, got 3/);
  refused(Float64Array.of(1, Number.NaN, 0, 1), {}, "ERR_NOT_FINITE", /got NaN at \(0, 1\)/);
  refused(Float64Array.of(1, 0.5, 0, 1), {}, "ERR_NOT_SYMMETRIC", /got 0.5 at \(0, 1\) and 0 at \(1, 0\)/);
  refused(Float64Array.of(1, 2, 2, 1), {}, "ERR_NOT_POSITIVE_DEFINITE", /expected a second moment, got the eigenvalue/);
  refused(new Float64Array(4), {}, "ERR_NOT_POSITIVE_DEFINITE", /got a second moment of zero/);
  refused(second, { centred: true }, "ERR_OPTION_RANGE", /covariance and mean, because the whitening is centred/);
  refused({ covariance: second }, {}, "ERR_OPTION_RANGE", /second, or covariance and mean/);
  refused({ covariance: second, mean: [1] }, { centred: true }, "ERR_LENGTH", /mean of 2 features, got 1/);
  refused({ covariance: second, mean: [1, Number.NaN] }, { centred: true }, "ERR_NOT_FINITE", /finite mean, got NaN/);
  refused({ second: [2, 1, 1, 2] }, {}, "ERR_OPTION_TYPE", /moment to be a Float64Array/);
  refused(second, { divisor: "n - 1" }, "ERR_OPTION_RANGE", /using.count together with divisor "n - 1"/);
  refused({ second, count: 1 }, {}, "ERR_LENGTH", /a moment of at least two samples, got 1/);
  refused(second, { shrinkage: "ledoit-wolf" }, "ERR_OPTION_RANGE", /expected samples to estimate the shrinkage from/);
  refused(second, { test: good }, "ERR_OPTION_RANGE", /test only together with using: "all"/);
});

refusals("refuses new data that do not fit", () => {
  const white = whitening([
    [1, 2, 0],
    [3, 4, 1],
    [5, 7, 1],
    [1, 1, 1],
  ]);
  assertError(() => white.transform([[1, 2]]), "ERR_LENGTH", /3 features per row, got 2 in row 0/);
  assertError(() => white.transform(new Float64Array(4)), "ERR_LENGTH", /3 features per row, got 4 numbers/);
  assertError(() => white.transform([[1, 2, Number.NaN]]), "ERR_NOT_FINITE", /got NaN in row 0, feature 2/);
  assertError(() => white.transform([[1e308, -1e308, 1e308]]), "ERR_NOT_FINITE", /near those of the moment/);
  assertError(() => white.inverse([[1, 2]]), "ERR_LENGTH", /3 features per row/);
  const other = dataset({
    inputs: [
      [1, 2],
      [3, 4],
    ],
    name: "other",
  });
  assertError(() => white.transform(other), "ERR_LENGTH", /3 features per row, got 2 in "other"/);
  assert.equal([...white.transform(new Float64Array(0))], []);
});

refusals.run();
