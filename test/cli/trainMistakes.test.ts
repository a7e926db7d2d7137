/** What `fluxion run train` says of the mistakes that its users make with tables. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tableFromArrays, tableToIPC } from "apache-arrow";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkError } from "../support/assert.ts";
import { fluxion, scratchDirectory } from "../support/command.ts";
import { dataFile } from "../support/dataFiles.ts";
import { normalVector } from "../support/random.ts";
import { train } from "../support/training.ts";
import {
  assertRefused,
  count,
  file,
  folder,
  good,
  goodFile,
  model,
  type Options,
  own,
  type Refusal,
  small,
  table,
} from "../support/trainMistakes.ts";

const arrow = readFileSync(
  dataFile(
    {
      a: { numbers: normalVector(count, 1) },
      label: { numbers: Int32Array.from({ length: count }, (_, i) => i % 2) },
    },
    20,
  ),
);
const texts = tableToIPC(tableFromArrays({ a: [1, 2, 3, 4], label: ["x", "y", "x", "y"] }), "file");
/** An IDX file of bytes, in which number i is i modulo `below`. */
function idx(extents: readonly number[], below = 256): Uint8Array {
  const size = extents.reduce((product, extent) => product * extent, 1);
  const file = Buffer.alloc(4 + 4 * extents.length + size);
  for (const [i, word] of [0x0800 + extents.length, ...extents].entries()) file.writeUInt32BE(word, 4 * i);
  return file.fill(
    Uint8Array.from({ length: size }, (_, i) => i % below),
    4 + 4 * extents.length,
  );
}
const emptyFolder = (name: string): string => {
  mkdirSync(join(folder, name));
  return join(folder, name);
};
const inFile = (name: string, content: string | Uint8Array, more: Options = {}): Options => ({
  data: file(name, content),
  ...more,
});

const refused: readonly Refusal[] = [
  [
    "labels as texts among numbers",
    inFile(
      "texts.csv",
      table("a,label", (i) => `${i},${i % 2 ? 1 : "dog"}`),
    ),
    "ERR_NOT_FINITE",
    /texts\.csv, got NaN in row 0, "label", from the text "dog"; number the classes from 0/,
  ],
  [
    "a text that is missing",
    inFile(
      "missing.csv",
      table("a,label", (i) => `${i},${i === 3 ? "" : "dog"}`),
    ),
    "ERR_DATA_FILE",
    /name of a class in each cell of "label" in .*missing\.csv, got an empty cell in row 3/,
  ],
  [
    "one-hot labels",
    inFile(
      "hot.csv",
      table("a,label_0,label_1", (i) => `${i},${i % 2},${1 - (i % 2)}`),
    ),
    "ERR_COMMAND_LINE",
    /a column "label" in .*hot\.csv, got a, label_0, label_1; .*--label, .*--target/,
  ],
  [
    "labels between integers",
    inFile(
      "half.csv",
      table("a,label", (i) => `${i},${i / 2}`),
    ),
    "ERR_OPTION_RANGE",
    /integers from 0 to 65535, got 0\.5 in row 1/,
  ],
  [
    "labels without end",
    inFile(
      "big.csv",
      table("a,label", (i) => `${i},${1e5 * i}`),
    ),
    "ERR_OPTION_RANGE",
    /got 100000 in row 1/,
  ],
  [
    "one class",
    inFile(
      "one.csv",
      table("a,label", (i) => `${i},4`),
    ),
    "ERR_DATA_FILE",
    /two classes at least in .*one\.csv, got class 4 alone/,
  ],
  [
    "an empty cell",
    inFile(
      "cell.csv",
      table("a,label", (i) => `${i === 9 ? "" : i},${i % 2}`),
    ),
    "ERR_NOT_FINITE",
    /NaN in row 9, "a", from an empty cell/,
  ],
  [
    "a number without end",
    inFile(
      "inf.csv",
      table("a,label", (i) => `${i === 9 ? "1e999" : i},${i % 2}`),
    ),
    "ERR_NOT_FINITE",
    /Infinity in row 9, "a"/,
  ],
  ["no row", inFile("none.csv", "a,label\n"), "ERR_LENGTH", /at least two rows of "none\.csv", got 0/],
  ["one row", inFile("row.csv", "a,label\n1,0\n"), "ERR_LENGTH", /at least two rows of "row\.csv", got 1/],
  [
    "a part without rows",
    inFile("two.csv", "a,label\n1,0\n2,1\n"),
    "ERR_OPTION_RANGE",
    /a row at least of "two\.csv" for/,
  ],
  [
    "no labels",
    inFile(
      "no.csv",
      table("a,class", (i) => `${i},${i % 2}`),
    ),
    "ERR_COMMAND_LINE",
    /"label" in .*got a, class/,
  ],
  [
    "no such target",
    { data: goodFile, target: "price" },
    "ERR_OPTION_RANGE",
    /a column of .*, a, b, label, got "price"/,
  ],
  ["no such label", { data: goodFile, label: "lable" }, "ERR_OPTION_RANGE", /got "lable"\. Did you mean "label"\?/],
  ["a label without a table", { data: "digits", label: "kind" }, "ERR_COMMAND_LINE", /--label with a table alone/],
  ["a target without a table", { data: "mnist", target: "y" }, "ERR_COMMAND_LINE", /--target with a table alone/],
  [
    "a folder without images",
    { data: goodFile, folder },
    "ERR_COMMAND_LINE",
    /--folder with mnist or cifar10 alone, got --folder .* with --data .*good\.csv/,
  ],
  [
    "a quotation mark alone",
    inFile(
      "mark.csv",
      table("a,label", (i) => `${i === 4 ? '"' : ""}${i},${i % 2}`),
    ),
    "ERR_DATA_FILE",
    /mark\.csv, got one that is not closed in row 4/,
  ],
  [
    "an empty cell before one in marks",
    inFile(
      "empty-marks.csv",
      table("a,b,label", (i) => `${i === 4 ? "" : i},"${i}",${i % 2}`),
    ),
    "ERR_NOT_FINITE",
    /NaN in row 4, "a", from an empty cell/,
  ],
  [
    "label and target",
    { data: goodFile, label: "label", target: "a" },
    "ERR_COMMAND_LINE",
    /--label .* or --target .*got both/,
  ],
  ["an empty file", inFile("empty.csv", ""), "ERR_DATA_FILE", /a table in .*empty\.csv, got an empty file/],
  ["an empty Arrow file", inFile("empty.arrow", ""), "ERR_DATA_FILE", /got an empty file/],
  ["a folder", { data: emptyFolder("d.arrow") }, "ERR_DATA_FILE", /cannot read .*d\.arrow/],
  [
    "a cut Arrow file",
    inFile("cut.arrow", arrow.subarray(0, 900)),
    "ERR_DATA_FILE",
    /a whole Arrow file, got 900 bytes .*copy it/,
  ],
  [
    "a cut one, not in memory",
    inFile("cut2.arrow", arrow.subarray(0, 900), { inMemory: 0 }),
    "ERR_ARROW_CORRUPT",
    /not complete/,
  ],
  [
    "CSV as Arrow",
    inFile("csv.arrow", good),
    "ERR_DATA_FILE",
    /csv\.arrow is not an Arrow file; CSV files end in \.csv/,
  ],
  [
    "CSV as Arrow, not in memory",
    inFile("csv2.arrow", good, { inMemory: 0 }),
    "ERR_ARROW_FORMAT",
    /is not an Arrow file/,
  ],
  [
    "Arrow as CSV",
    inFile("arrow.csv", arrow),
    "ERR_DATA_FILE",
    /got an Arrow file; give it a name that ends in \.arrow/,
  ],
  [
    "texts, not in memory",
    inFile("texts2.arrow", texts, { inMemory: 0 }),
    "ERR_DATA_FILE",
    /holds dictionary of utf8 .*"label"/,
  ],
  [
    "semicolons",
    inFile("semi.csv", good.replaceAll(",", ";")),
    "ERR_DATA_FILE",
    /commas .*got the first line "a;b;label"/,
  ],
  [
    "no names",
    inFile("names.csv", good.slice(good.indexOf("\n") + 1)),
    "ERR_DATA_FILE",
    /names in the first line .*got the numbers/,
  ],
  ["no such file", { data: join(folder, "missing.arrow") }, "ERR_DATA_FILE", /cannot read .*missing\.arrow/],
  ["no name of a file", { data: "" }, "ERR_COMMAND_LINE", /--data to be digits, .*, got ""/],
  [
    "images wanted",
    { data: goodFile, model: "convolutional" },
    "ERR_SHAPE",
    /inputShape to be \[rows, columns, channels\], got \[2\]/,
  ],
];

const test = suite("mistakes in fluxion run train");

test("each is named, with what was expected and what came", () => assertRefused(refused));

test("what can be trained is, and the notes say what is odd about it", async () => {
  const cases: readonly (readonly [Options, string, RegExp])[] = [
    [
      inFile(
        "float.csv",
        table("a,b,label", (i) => `${i},${(i * i) % 7},${i % 2}.0`),
      ),
      "trained",
      /rows: train 48/,
    ],
    [
      inFile(
        "quoted.csv",
        table('"a","b, c",label', (i) => `"${i}",${(i * i) % 7},"${i % 2}"`),
      ),
      "trained",
      /rows: train 48/,
    ],
    [
      inFile(
        "pandas.csv",
        table("0,1,2", (i) => `${i},${(i * i) % 7},${i % 2}`),
        { label: "2" },
      ),
      "trained",
      /rows: train 48/,
    ],
    [
      inFile(
        "absent.csv",
        table("a,b,label", (i) => `${i},${(i * i) % 7},${i === 7 ? 3 : i % 2}`),
      ),
      "trained",
      /1 of 4 classes have no row in the train part: 2\n/,
    ],
    [
      inFile(
        "constant.csv",
        table("a,b,label", (i) => `${i},5,${i % 2}`),
      ),
      "trained",
      /1 of 2 features are constant in the training part: they are 0/,
    ],
    [
      inFile(
        "index.csv",
        table(',"a, m",label', (i) => `${i},${(i * i) % 7},${i % 2}`),
      ),
      "trained",
      /a column without a name is a feature/,
    ],
    [
      inFile("wide.csv", Buffer.from(`\ufeff${good.replaceAll("\n", "\r\n")}`, "utf16le")),
      "not better",
      /rows: train 48/,
    ],
    [{ data: goodFile, batch: 1000 }, "not better", /a batch of 1000 rows is more than the 48 of an epoch/],
    [{ data: goodFile, stepSize: 1e10, optimiser: "sgd" }, "not better", /at the best point by validation \(step 0\)/],
    [{ data: goodFile, stepSize: 1e300 }, "diverged", /at the best point by validation \(step 0\)/],
    [own(model("apply: (x, [w]) => tf.log(tf.sub(-1, tf.square(tf.matMul(x, w))))")), "diverged", /own, 6 parameters/],
  ];
  for (const [options, verdict, note] of cases) {
    const { findings, lines, rows } = await train({ ...small, ...options });
    assert.is(findings[0]!.verdict, verdict, JSON.stringify(options));
    assert.match(`${lines.join("\n")}\n`, note);
    if (verdict === "diverged") assert.match(findings[0]!.because!, /no finite/);
    assert.ok(rows.length > 0);
  }
});

test("a test set that does not fit is refused before the training", async () => {
  const images = (side: number, count: number, classes: number): Record<string, Uint8Array> => ({
    "images-idx3-ubyte": idx([count, side, side]),
    "labels-idx1-ubyte": idx([count], classes),
  });
  const cases: readonly (readonly [number, number, RegExp])[] = [
    [5, 10, /inputs of "mnist, test set" of the shape \[4, 4, 1\] .*got \[5, 5, 1\]/],
    [4, 12, /targets of "mnist, test set" of the shape \[10\] .*got \[12\]/],
  ];
  for (const [side, classes, message] of cases) {
    const here = emptyFolder(`idx-${side}-${classes}`);
    for (const [part, files] of Object.entries({ train: images(4, 60, 10), t10k: images(side, 24, classes) })) {
      for (const [name, bytes] of Object.entries(files)) writeFileSync(join(here, `${part}-${name}`), bytes);
    }
    const directory = join(here, "run");
    const given = { ...small, data: "mnist", folder: here, standardise: false };
    const error: unknown = await train(given, { directory, resume: false }).then(
      () => undefined,
      (failed: unknown) => failed,
    );
    assert.ok(error instanceof Error);
    checkError(error, "ERR_SHAPE", message);
    assert.not(existsSync(join(directory, "training")));
  }
});

test("the command ends with a code that says so, and a mistake on the way keeps the rows", async () => {
  const here = scratchDirectory();
  const bad = await fluxion(["run", "train", "--batch", "0"], here);
  assert.is(bad.code, 2);
  assert.match(bad.stderr, /--batch: expected a positive integer, got 0/);
  const missing = await fluxion(["run", "train", "--data", "missing.csv", "--no-serve"], here);
  assert.is(missing.code, 2);
  assert.match(missing.stderr, /cannot read missing\.csv/);
  const args = ["run", "train", "--data", goodFile, "--epochs", "2", "--no-serve", "--out", "run"];
  assert.is((await fluxion(args, here)).code, 0);
  const rows = readFileSync(join(here, "run/training/iterates-0001.arrows"));
  // A run keeps its options.
  const other = await fluxion(["resume", "run", "--batch", "5"], here);
  assert.is(other.code, 2);
  assert.match(other.stderr, /unknown option '--batch'/);
  assert.equal(readFileSync(join(here, "run/training/iterates-0001.arrows")), rows);
});

test.run();
