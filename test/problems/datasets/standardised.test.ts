/** Standardisation from the training part: its definition, other units, constant features, numbers near the range's ends. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dataset } from "../../../src/problems/datasets/dataset.ts";
import { standardised } from "../../../src/problems/datasets/standardised.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";
import { normalVector } from "../../support/random.ts";

const width = 3;
const parts = (numbers: Float64Array) =>
  dataset({
    inputs: numbers,
    shape: [width],
    labels: Array.from({ length: numbers.length / width }, (_, i) => i % 2),
  }).split({
    test: 0.4,
    seed: 2,
  });

const test = suite("standardised");

test("is (x - mean) / deviation with the training part's mean and deviation", () => {
  const raw = parts(normalVector(30 * width, 4).map((x, at) => (at % width) * 5 + x * (1 + (at % width))));
  const { train, test: held } = standardised(raw);
  const n = raw.train.count;
  for (let j = 0; j < width; j++) {
    const column = [...raw.train.inputs].filter((_, at) => at % width === j);
    const mean = column.reduce((sum, x) => sum + x, 0) / n;
    const deviation = Math.sqrt(column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n);
    assertClose(train.standardisation!.means[j]!, mean, 1e-14);
    assertClose(train.standardisation!.deviations[j]!, deviation, 1e-14);
    for (const [given, found] of [
      [raw.train, train],
      [raw.test, held],
    ] as const) {
      const expected = [...given.inputs].filter((_, at) => at % width === j).map((x) => (x - mean) / deviation);
      assertClose(
        [...found.inputs].filter((_, at) => at % width === j),
        expected,
        1e-13,
      );
    }
  }
  assert.equal([held.labels, held.names, held.count], [raw.test.labels, raw.test.names, raw.test.count]);
  assert.match(JSON.stringify(held.description), /"standardised":"from the training part"/);
});

test("takes targets of a regression along, in every unit, and leaves them and classes alone without being asked", () => {
  const numbers = normalVector(40, 3);
  const made = (unit: number) =>
    dataset({
      inputs: Array.from(numbers, (x) => [x, x * x]),
      targets: Array.from(numbers, (x) => [(3 * x + 7) * unit, (x > 0 ? 1 : 0) * unit]),
    }).split({ test: 0.25, seed: 1 });
  const raw = made(1);
  const { train, test: held } = standardised(raw, { targets: true });
  const { means, deviations } = train.standardisation!.targets!;
  for (const [given, found] of [
    [raw.train, train],
    [raw.test, held],
  ] as const) {
    assertClose(
      [...found.targets!].map((y, at) => y * deviations[at % 2]! + means[at % 2]!),
      [...given.targets!],
      1e-13,
    );
  }
  for (let k = 0; k < 2; k++) {
    const own = [...train.targets!].filter((_, at) => at % 2 === k);
    assert.ok(Math.abs(own.reduce((sum, y) => sum + y, 0)) < 1e-13);
    assertClose(own.reduce((sum, y) => sum + y * y, 0) / own.length, 1, 1e-13);
  }
  assert.match(JSON.stringify(held.description), /"targets":"standardised from the training part"/);
  for (const power of [-1000, -60, 3, 1000]) {
    const other = standardised(made(2 ** power), { targets: true });
    assert.equal([other.train.targets, other.test.targets], [train.targets, held.targets], `2^${power}`);
  }
  assert.equal(standardised(raw).test.targets, raw.test.targets);
  const classes = parts(normalVector(10 * width, 4));
  assert.equal(standardised(classes, { targets: true }).test.targets, classes.test.targets);
});

test("refuses targets that are constant in the training part, and options that it does not know", () => {
  const flat = dataset({ inputs: [[1], [2], [3]], targets: [[5], [5], [5]], name: "flat" });
  assertError(
    () => standardised({ train: flat }, { targets: true }),
    "ERR_OPTION_RANGE",
    /"flat" that vary.*got 5 in each of its 3 rows/,
  );
  assert.equal(standardised({ train: flat }).train.targets, flat.targets);
  assertError(() => standardised({ train: flat }, { target: true } as never), "ERR_OPTION_UNKNOWN", /standardised/);
});

test("does not depend on units: a power of two changes no bit, also near the ends of the range", () => {
  const numbers = normalVector(20 * width, 7);
  const plain = standardised(parts(numbers)).test.inputs;
  for (const power of [-1000, -60, 3, 1020]) {
    assert.equal(standardised(parts(numbers.map((x) => x * 2 ** power))).test.inputs, plain, `2^${power}`);
  }
  const widest = dataset({ inputs: Float64Array.of(-1.7e308, 1.7e308, 0, 1.7e308) });
  assertClose(
    [...standardised({ train: widest }).train.inputs],
    [-1.5075567228888178, 0.9045340337332909, -0.30151134457776363, 0.9045340337332909],
    1e-12,
  );
});

test("constant features become 0 in every part and are named, whatever the constant", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.nat({ max: 2 }), (constant, which) => {
      const numbers = normalVector(12 * width, 3).map((x, at) => (at % width === which ? constant : x));
      const raw = dataset({ inputs: numbers, shape: [width], names: ["a", "b", "c"] });
      const others = numbers.map((x, at) => (at % width === which ? x / 2 + 1 : x));
      const other = dataset({ inputs: others, shape: [width], names: ["a", "b", "c"] });
      const { train, test: held } = standardised({ train: raw, test: other });
      assert.equal(train.standardisation!.constantFeatures, [raw.names[which]]);
      for (const { inputs } of [train, held]) {
        assert.ok([...inputs].every((x, at) => (at % width === which ? x === 0 : Number.isFinite(x) && x !== 0)));
      }
    }),
  );
});

test("parts that do not fit the training part are named", () => {
  const train = dataset({
    inputs: [
      [0, 1],
      [1e-300, 2],
    ],
  });
  assertError(
    () => standardised({ train, test: dataset({ inputs: [[1], [2]] }) }),
    "ERR_LENGTH",
    /2 features .* got 1/,
  );
  assertError(
    () =>
      standardised({
        train,
        test: dataset({
          inputs: [
            [0, 0],
            [1e300, 0],
          ],
          name: "far",
        }),
      }),
    "ERR_NOT_FINITE",
    /"far" near those of the training part, got Infinity in row 1, "feature 1"/,
  );
});

test.run();
