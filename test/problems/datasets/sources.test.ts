/** Data sets whose rows are made where they are needed, from bytes and from files: the bits of the same numbers in memory. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { arrowRows } from "../../../src/arrow/index.ts";
import { type DatasetOptions, dataset } from "../../../src/problems/datasets/dataset.ts";
import { standardised } from "../../../src/problems/datasets/standardised.ts";
import type { Dataset } from "../../../src/problems/datasets/types.ts";
import { multilayerPerceptron } from "../../../src/problems/models/dense.ts";
import { trainable } from "../../../src/problems/models/trainable.ts";
import { assertError } from "../../support/assert.ts";
import { dataFile } from "../../support/dataFiles.ts";
import * as fc from "../../support/fastCheck.ts";
import { normalVector } from "../../support/random.ts";

/** The same rows as arrays, as bytes and as rows of a file. */
function kinds(
  bytes: Uint8Array,
  width: number,
  scale: number,
  truth: "labels" | "targets",
): Readonly<Record<"arrays" | "bytes" | "file", Dataset>> {
  const count = bytes.length / width;
  const inputs = Float64Array.from(bytes, (byte) => byte / scale);
  const labels = Int32Array.from({ length: count }, (_, i) => (i * i) % 3);
  const targets = normalVector(2 * count, 5);
  const path = dataFile(
    { x: { numbers: inputs, extents: [width] }, kind: { numbers: labels }, y: { numbers: targets, extents: [2] } },
    5,
  );
  const rows = arrowRows(path, {
    inputs: "x",
    ...(truth === "labels" ? { labels: "kind" } : { targets: "y" }),
  } as Readonly<Record<string, string>>);
  const rest: Partial<DatasetOptions> = {
    shape: [width],
    ...(truth === "labels"
      ? { labels }
      : { targets: Array.from({ length: count }, (_, i) => targets.subarray(2 * i, 2 * i + 2)) }),
    ...(truth === "labels" ? { classes: 3 } : {}),
  };
  return {
    arrays: dataset({ inputs, ...rest }),
    bytes: dataset({ inputs: bytes, scale, ...rest }),
    file: dataset({ ...rows, ...(truth === "labels" ? { classes: 3 } : {}) } as DatasetOptions),
  };
}

const numbers = ({ count, inputs, targets, labels, fields, names, classes }: Dataset): unknown => ({
  ...{ count, inputs, targets, labels, fields, names, classes },
});

const cases = fc.record({
  count: fc.integer({ min: 8, max: 60 }),
  width: fc.integer({ min: 1, max: 5 }),
  scale: fc.constantFrom(1, 3, 255, 0.1),
  truth: fc.constantFrom("labels" as const, "targets" as const),
  seed: fc.integer({ min: 0, max: 1000 }),
});
const bytesOf = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (Math.imul(i + 1 + seed, 2654435761) >>> 13) & 255);

const test = suite("data sets of bytes and files");

test("rows, parts and standardised parts are those of arrays, to the last bit", () => {
  fc.assert(
    fc.property(cases, ({ count, width, scale, truth, seed }) => {
      const { arrays, ...others } = kinds(bytesOf(count * width, seed), width, scale, truth);
      const chosen = [count - 1, 0, 3, 3];
      const parts = (data: Dataset) => {
        const split = data.split({ test: 0.3, validation: 0.2, seed, stratify: truth === "labels" });
        return { data, ...split, some: data.rows(chosen), ofPart: split.train.rows([1, 0]), ...standardised(split) };
      };
      const wanted = Object.entries(parts(arrays));
      for (const [kind, data] of Object.entries(others)) {
        const found = parts(data) as Readonly<Record<string, Dataset>>;
        for (const [part, own] of wanted) assert.equal(numbers(found[part]!), numbers(own), `${kind}, ${part}`);
      }
    }),
    { numRuns: 25 },
  );
});

test("training on them has the losses, fields, outputs and held-out losses of arrays", () => {
  for (const truth of ["labels", "targets"] as const) {
    const { arrays, ...others } = kinds(bytesOf(300 * 4, 1), 4, 255, truth);
    const looks = (data: Dataset): unknown => {
      const { train, test: held } = standardised(data.split({ test: 0.3, seed: 2 }));
      const net = trainable(
        multilayerPerceptron({ inputShape: [4], outputs: truth === "labels" ? 3 : 2, hidden: [3] }),
        train,
      );
      const point = net.initialPoint(1);
      const field = new Float64Array(point.length);
      const batches = net.batches({ size: 32, seed: 4 });
      const steps = [0, 1, batches.perEpoch - 1, batches.perEpoch].map((step) => [
        batches(step).evaluate(point, field),
        [...field],
      ]);
      const { loss, predict } = net.heldOut(held);
      return [steps, net.full().evaluate(point, field), [...field], loss(point), predict(point)];
    };
    const wanted = looks(arrays);
    for (const [kind, data] of Object.entries(others)) assert.equal(looks(data), wanted, `${kind}, ${truth}`);
  }
});

test("bytes have the hashes of their quotients; a file's are hashed once and name the rows of each part", () => {
  const { arrays, bytes, file } = kinds(bytesOf(40, 3), 4, 255, "labels");
  assert.equal(bytes.description, arrays.description);
  const hashes = (data: Dataset): Record<string, unknown> => data.description as Record<string, unknown>;
  assert.is(hashes(file).inputsHash, hashes(arrays).inputsHash);
  assert.not.equal(hashes(file.rows([1, 2])), hashes(file.rows([2, 1])));
  assert.match(JSON.stringify(file.rows([1, 2]).description), new RegExp(String(hashes(arrays).inputsHash)));
  // Other numbers, labels or targets have other hashes, in every part.
  for (const truth of ["labels", "targets"] as const) {
    const texts = [3, 4].map((seed) => {
      const { train } = standardised(kinds(bytesOf(40, seed), 4, 255, truth).file.split({ test: 0.5 }));
      return JSON.stringify(train.description);
    });
    assert.is.not(texts[0], texts[1]);
  }
});

test("a number that is not finite is named with its row and feature, wherever it stands", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 29 }), fc.constantFrom(Number.NaN, Infinity, -Infinity), (at, odd) => {
      const x = normalVector(30, 1);
      x[at] = odd;
      const path = dataFile({ x: { numbers: x, extents: [3] }, y: { numbers: normalVector(10, 2) } }, 4);
      const message = new RegExp(
        `finite inputs of "data", got ${odd} in row ${Math.floor(at / 3)}, "feature ${(at % 3) + 1}"`,
      );
      assertError(() => dataset(arrowRows(path, { inputs: "x", targets: "y" })), "ERR_NOT_FINITE", message);
      assertError(
        () => dataset(arrowRows(path, { inputs: "y", targets: "x" })),
        "ERR_NOT_FINITE",
        new RegExp(`finite targets of "data", got ${odd} in row ${Math.floor(at / 3)}, place ${at % 3}`),
      );
    }),
    { numRuns: 20 },
  );
});

test("names labels, scales and widths that do not fit", () => {
  const path = dataFile({
    x: { numbers: normalVector(12, 1), extents: [2] },
    half: { numbers: Float64Array.of(0, 1, 0.5, 1, 0, 1) },
    minus: { numbers: Int32Array.of(0, -1, 0, 1, 1, 0) },
    hot: { numbers: new Uint8Array(18), extents: [3] },
  });
  const labelled = (labels: string) => () => dataset(arrowRows(path, { inputs: "x", labels }));
  assertError(
    labelled("half"),
    "ERR_OPTION_RANGE",
    /labels of "data" to be integers from 0 to 65535, got 0.5 in row 2/,
  );
  assertError(labelled("minus"), "ERR_OPTION_RANGE", /got -1 in row 1/);
  assertError(labelled("hot"), "ERR_LENGTH", /one label in each row of "data", got 3 in the column "hot" .*as targets/);
  const bytes = new Uint8Array(6);
  assertError(() => dataset({ inputs: new Float64Array(6), scale: 2 }), "ERR_OPTION_RANGE", /no scale of "data"/);
  assertError(() => dataset({ inputs: bytes, scale: 0 }), "ERR_OPTION_RANGE", /scale to be/);
  assertError(
    () => dataset({ inputs: bytes.fill(1), scale: 5e-324 }),
    "ERR_NOT_FINITE",
    /Infinity in row 0, "feature 1"/,
  );
  assertError(() => dataset({ inputs: bytes, shape: [4] }), "ERR_LENGTH", /whole rows of 4 numbers, got 6/);
  assertError(
    () => dataset({ ...arrowRows(path, { inputs: "x" }), shape: [3] }),
    "ERR_LENGTH",
    /expected 3 inputs in each row/,
  );
  assertError(
    () => dataset({ inputs: bytes, ...arrowRows(path, { labels: "minus" }), shape: [2] }),
    "ERR_LENGTH",
    /3 labels/,
  );
});

test.run();
