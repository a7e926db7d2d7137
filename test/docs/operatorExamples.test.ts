/** The @example of every operator and measure runs and prints the lines that stand below it. */
import { format } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { transform } from "esbuild";
import * as rxjs from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as arrow from "../../src/arrow/index.ts";
import * as authoring from "../../src/authoring/index.ts";
import * as autodiff from "../../src/autodiff/index.ts";
import * as fluxion from "../../src/index.ts";
import * as linalg from "../../src/linalg/index.ts";
import * as operators from "../../src/operators/index.ts";
import * as games from "../../src/problems/games/index.ts";
import * as problems from "../../src/problems/index.ts";
import * as sets from "../../src/problems/sets/index.ts";
import * as streams from "../../src/streams/index.ts";
import { type DocExample, docExamples, examplesOf } from "../support/docExamples.ts";

/** What an example may use without an import. The first room that exports a name gives it. */
const rooms = [fluxion, operators, authoring, problems, games, sets, linalg, streams, arrow, rxjs, autodiff];
const names: Readonly<Record<string, unknown>> = Object.assign({ tf }, ...[...rooms].reverse());

/** The functions of src/streams whose examples run too. */
const ofStreams = [
  "iterate",
  "chain",
  "choose",
  "switchMethod",
  "restartable",
  "defineUpdate",
  "defineMeasure",
  "defineRowMeasure",
  "firstRows",
];

/** The functions of src/problems/whitening. */
const ofWhitening = ["degreesOfFreedom", "kernelAlignment", "moments", "sampleMoment", "whitening"];

type AsyncFunction = new (...parametersAndBody: string[]) => (...values: unknown[]) => Promise<void>;
const asyncFunction = (async () => {}).constructor as AsyncFunction;

/** Milliseconds that an example may take once its statements are done. */
const patience = 2000;
/** Milliseconds in which lines too many show themselves. */
const afterwards = 20;

/** What an example prints. */
async function printed({ code, output }: DocExample): Promise<readonly string[]> {
  const { code: plain } = await transform(code, { loader: "ts", target: "esnext" });
  const used = Object.keys(names).filter((name) => new RegExp(`\\b${name}\\b`).test(plain));
  const lines: string[] = [];
  const console = { log: (...values: unknown[]) => void lines.push(format(...values)) };
  // The block lets an example declare a name that a room exports too.
  const example = new asyncFunction("console", ...used, `{\n${plain}\n}`);
  await example(console, ...used.map((name) => names[name]));
  const until = performance.now() + patience;
  while (lines.length < output.length && performance.now() < until) await new Promise((done) => setTimeout(done, 2));
  await new Promise((done) => setTimeout(done, afterwards));
  return lines;
}

const test = suite("the examples of operators");

const wanted = [
  ...Object.entries(operators)
    .filter(([, exported]) => typeof exported === "function")
    .map(([name]) => name),
  ...ofStreams,
  ...ofWhitening,
];
const examples = [...docExamples("operators"), ...docExamples("streams"), ...docExamples("problems/whitening")];

for (const name of wanted) {
  test(name, async () => {
    const example = examples.find((other) => other.name === name);
    assert.ok(example !== undefined, `${name} has no @example`);
    assert.ok(example.output.length > 0, `the @example of ${name} does not show what it prints`);
    assert.equal(await printed(example), example.output);
  });
}

test("an example is split into code and output", () => {
  const comment = ["Does it.", "@example", "a();", "// 1", "b(); // why", "// 2", "@throws never"];
  assert.equal(examplesOf(comment), [{ at: 2, code: "a();\n\nb(); // why", output: ["1", "2"] }]);
  assert.equal(examplesOf(["@example a();", "// 1"]), [{ at: 0, code: "a();", output: ["1"] }]);
  assert.equal(examplesOf(["Does it.", "@throws never"]), []);
});

test.run();
