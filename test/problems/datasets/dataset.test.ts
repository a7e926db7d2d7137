/** Data sets: what they hold, how they are divided, and what is refused by name. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dataset } from "../../../src/problems/datasets/dataset.ts";
import type { Dataset } from "../../../src/problems/datasets/types.ts";
import { assertError } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";

/** Rows whose only number says which row it is. */
const numbered = (count: number, labels?: readonly number[]): Dataset =>
  dataset({ inputs: Float64Array.from({ length: count }, (_, i) => i), ...(labels === undefined ? {} : { labels }) });

const test = suite("dataset");

test("lays rows out, names features and makes one-hot targets of classes", () => {
  const data = dataset({
    inputs: [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    labels: [2, 0, 2],
    name: "three",
  });
  assert.equal([...data.inputs], [1, 2, 3, 4, 5, 6]);
  assert.equal(data.fields, { inputs: [2], targets: [3] });
  assert.equal([...data.targets!], [0, 0, 1, 1, 0, 0, 0, 0, 1]);
  assert.equal(data.names, ["feature 1", "feature 2"]);
  assert.is(data.classes, 3);
  assert.equal(Object.keys(data.values), ["inputs", "targets"]);
  const images = dataset({ inputs: new Float64Array(3 * 12), shape: [2, 2, 3], targets: [[1], [2], [3]] });
  assert.equal([images.count, images.fields], [3, { inputs: [2, 2, 3], targets: [1] }]);
  assert.equal(dataset({ inputs: Float64Array.of(1, 2), targets: Float64Array.of(1, 2, 3, 4) }).fields.targets, [2]);
  assert.equal(dataset({ inputs: Float64Array.of(1, 2) }).values.targets, undefined);
});

test("rows are chosen in the order of the list, with what belongs to them", () => {
  const data = dataset({
    inputs: [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    labels: [2, 0, 1],
  });
  const chosen = data.rows([2, 0, 2]);
  assert.equal([[...chosen.inputs], [...chosen.labels!], chosen.classes], [[5, 6, 1, 2, 5, 6], [1, 2, 1], 3]);
  assert.equal([...chosen.targets!], [0, 1, 0, 0, 0, 1, 0, 1, 0]);
  for (const row of [-1, 3, 0.5, Number.NaN])
    assertError(() => data.rows([row]), "ERR_OPTION_RANGE", /from 0 to 2, got/);
  assertError(() => data.rows([]), "ERR_LENGTH", /at least one row/);
});

const fractions = fc.record({
  count: fc.integer({ min: 2, max: 200 }),
  train: fc.double({ min: 0.05, max: 1, noNaN: true }),
  share: fc.double({ min: 0.1, max: 1, noNaN: true }),
  seed: fc.integer(),
  classes: fc.integer({ min: 1, max: 12 }),
  stratify: fc.boolean(),
});

test("a split divides the rows: no row twice, each part to one row of each class, the seed decides", () => {
  let tried = 0;
  fc.assert(
    fc.property(fractions, ({ count, train, share, seed, classes, stratify }) => {
      const labels = Array.from({ length: count }, (_, i) => (i * i) % classes);
      const data = numbered(count, labels);
      const validation = (1 - train) * share;
      const options = { train, ...(validation > 0.05 ? { validation } : {}), seed, stratify };
      const wanted = Object.entries(options).filter(([part]) => part === "train" || part === "validation");
      let parts: Readonly<Record<string, Dataset>>;
      try {
        parts = data.split(options);
      } catch (error) {
        assert.match((error as Error).message, /expected a row at least/);
        return;
      }
      tried++;
      assert.equal(Object.keys(parts).sort(), wanted.map(([part]) => part).sort());
      const rows = Object.values(parts).flatMap(({ inputs }) => [...inputs]);
      assert.is(new Set(rows).size, rows.length);
      for (const [part, fraction] of wanted) {
        const own = parts[part]!;
        assert.equal(
          [...own.inputs],
          [...own.inputs].sort((a, b) => a - b),
        );
        assert.equal(
          [...own.labels!],
          [...own.inputs].map((row) => labels[row]!),
        );
        const strata = stratify ? Array.from({ length: classes }, (_, c) => c) : [undefined];
        for (const c of strata) {
          const of = (list: ArrayLike<number>): number =>
            Array.from(list).filter((l) => c === undefined || l === c).length;
          const exact = (fraction as number) * of(labels);
          assert.ok(
            Math.abs(of(own.labels!) - exact) <= 1 + 1e-6,
            `${part} of class ${c}: ${of(own.labels!)}, ${exact}`,
          );
        }
      }
      assert.equal(data.split(options).train.inputs, parts.train!.inputs);
    }),
  );
  assert.ok(tried > 50, `${tried}`);
  const data = numbered(50);
  assert.not.equal(data.split({ train: 0.5 }).train.inputs, data.split({ train: 0.5, seed: 2 }).train.inputs);
});

test("fractions that add up to 1 but for rounding leave no row, and train is what the others leave", () => {
  for (const count of [7, 10, 97, 1797]) {
    const { train, validation, test: held } = numbered(count).split({ train: 0.7, validation: 0.2, test: 0.1 });
    assert.is(train.count + validation.count + held.count, count);
    const rest = numbered(count).split({ validation: 0.3 });
    assert.is(rest.train.count + rest.validation.count, count);
  }
  const parts = numbered(10).split({ train: 0.25, test: 0.5 });
  assert.equal([parts.train.count, parts.test.count], [3, 5]);
  assert.equal(Object.keys(numbered(10).split({})), ["train"]);
});

test("what a split cannot do is named", () => {
  const data = numbered(10);
  for (const bad of [-0.1, 1.1, Number.NaN]) {
    assertError(
      () => data.split({ train: bad }),
      "ERR_OPTION_RANGE",
      /split: expected train to be a number in \[0, 1\]/,
    );
  }
  assertError(
    () => data.split({ train: 0.8, test: 0.3 }),
    "ERR_OPTION_RANGE",
    /sum of at most 1, got train 0.8, test 0.3/,
  );
  assertError(
    () => data.split({ test: 0 }),
    "ERR_OPTION_RANGE",
    /a row at least of "data" for test, got the fraction 0/,
  );
  assertError(() => data.split({ test: 1 }), "ERR_OPTION_RANGE", /a row at least of "data" for train/);
  assertError(() => data.split({ test: 0.01 }), "ERR_OPTION_RANGE", /for test, got the fraction 0.01 of 10 rows/);
  assertError(() => data.split({ test: 0.5, stratify: true }), "ERR_OPTION_RANGE", /labels of "data" to stratify by/);
});

test("data that do not fit are named: where NaN stands, how many labels there are, which one is wrong", () => {
  const inputs = [
    [1, 2],
    [3, 4],
    [5, 6],
  ];
  const names = ["length", "width"];
  fc.assert(
    fc.property(
      fc.nat({ max: 2 }),
      fc.nat({ max: 1 }),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
      (row, feature, bad) => {
        const rows = inputs.map((numbers, i) => numbers.map((x, j) => (i === row && j === feature ? bad : x)));
        const message = new RegExp(`finite inputs of "data", got ${bad} in row ${row}, "${names[feature]}"`);
        assertError(() => dataset({ inputs: rows, names }), "ERR_NOT_FINITE", message);
        assertError(
          () => dataset({ inputs, targets: rows }),
          "ERR_NOT_FINITE",
          new RegExp(`finite targets of "data", got ${bad} in row ${row}, place ${feature}`),
        );
        for (const odd of ["7", "x", "", null]) {
          const mixed = inputs.map((numbers, i) => numbers.map((x, j) => (i === row && j === feature ? odd : x)));
          const got = odd === null ? "null" : odd === "" ? "an empty cell" : `the text "${odd}"`;
          assertError(
            () => dataset({ inputs: mixed as number[][], names }),
            "ERR_OPTION_TYPE",
            new RegExp(`numbers as inputs of "data", got ${got} in row ${row}, "${names[feature]}"`),
          );
          assertError(
            () => dataset({ inputs, targets: mixed as number[][] }),
            "ERR_OPTION_TYPE",
            new RegExp(`numbers as targets of "data", got ${got} in row ${row}, place ${feature}`),
          );
        }
      },
    ),
  );
  assertError(() => dataset({ inputs: [[], []] }), "ERR_LENGTH", /a feature at least in each row/);
  assertError(() => dataset({ inputs: [[1]] }), "ERR_LENGTH", /at least two rows of "data", got 1/);
  assertError(() => dataset({ inputs: new Float64Array(0) }), "ERR_LENGTH", /at least two rows of "data", got 0/);
  assertError(() => dataset({ inputs: [[1, 2], [3]] }), "ERR_LENGTH", /2 inputs in each row of "data", got 1 in row 1/);
  assertError(
    () => dataset({ inputs: new Float64Array(7), shape: [2] }),
    "ERR_LENGTH",
    /whole rows of 2 numbers, got 7/,
  );
  assertError(() => dataset({ inputs, names: ["one"] }), "ERR_LENGTH", /2 names of "data"/);
  assertError(() => dataset({ inputs, labels: [0, 1] }), "ERR_LENGTH", /3 labels of "data", one per row, got 2/);
  assertError(() => dataset({ inputs, targets: [[1], [2]] }), "ERR_LENGTH", /3 targets of "data"/);
  for (const bad of [-1, 0.5, Number.NaN, 3]) {
    assertError(
      () => dataset({ inputs, labels: [0, 1, bad], classes: 3 }),
      "ERR_OPTION_RANGE",
      new RegExp(`integers from 0 to 2, got ${bad} in row 2`),
    );
  }
  assertError(() => dataset({ inputs, classes: 2 }), "ERR_OPTION_RANGE", /labels of "data", because there are classes/);
  assertError(() => dataset({ inputs, labels: [0, 1, 0], targets: inputs }), "ERR_OPTION_RANGE", /targets or labels/);
  assertError(() => dataset({ inputs: 3 as never }), "ERR_OPTION_TYPE", /inputs/);
});

test("a description names the part, the split and the numbers", () => {
  const { train, test: held } = numbered(10).split({ test: 0.3, seed: 5 });
  const described = JSON.stringify(train.description);
  assert.match(described, /"data":"data, train","rows":7,.*"part":"train","split":\{"test":0.3,"seed":5\}.*sha256/);
  assert.is.not(JSON.stringify(held.description), described);
});

test.run();
