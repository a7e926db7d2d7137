/** The @example of every operator and measure runs and prints the lines that stand below it. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format } from "node:util";
import { transform } from "esbuild";
import * as rxjs from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as authoring from "../../src/authoring/index.ts";
import * as fluxion from "../../src/index.ts";
import * as linalg from "../../src/linalg/index.ts";
import * as operators from "../../src/operators/index.ts";
import * as games from "../../src/problems/games/index.ts";
import * as problems from "../../src/problems/index.ts";
import * as sets from "../../src/problems/sets/index.ts";
import * as streams from "../../src/streams/index.ts";

/** What an example may use without an import. The first room that exports a name gives it. */
const rooms = [fluxion, operators, authoring, problems, games, sets, linalg, streams, rxjs];
const names: Readonly<Record<string, unknown>> = Object.assign({}, ...[...rooms].reverse());

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

const source = fileURLToPath(new URL("../../src/", import.meta.url));

/** Exported function -> the lines of its doc comment, for all files of a room. */
function docComments(room: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  const files = readdirSync(`${source}${room}`, { recursive: true, encoding: "utf8" });
  for (const file of files.filter((name) => name.endsWith(".ts"))) {
    const text = readFileSync(`${source}${room}/${file}`, "utf8");
    for (const [, comment, name] of text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport function (\w+)/g)) {
      found.set(
        name!,
        comment!.split("\n").map((line) => line.replace(/^\s*\* ?/, "").trimEnd()),
      );
    }
  }
  return found;
}

interface Example {
  readonly code: string;
  /** The lines that it prints. */
  readonly output: readonly string[];
}

/** The example of a doc comment; undefined where it does not have one. */
function exampleOf(comment: readonly string[]): Example | undefined {
  const first = comment.findIndex((line) => line.startsWith("@example"));
  if (first < 0) return undefined;
  const rest = comment.slice(first + 1);
  const end = rest.findIndex((line) => line.startsWith("@"));
  const lines = [comment[first]!.slice("@example".length).trim(), ...(end < 0 ? rest : rest.slice(0, end))];
  return {
    code: lines
      .filter((line) => !line.startsWith("//"))
      .join("\n")
      .trim(),
    output: lines.filter((line) => line.startsWith("// ")).map((line) => line.slice("// ".length)),
  };
}

type AsyncFunction = new (...parametersAndBody: string[]) => (...values: unknown[]) => Promise<void>;
const asyncFunction = (async () => {}).constructor as AsyncFunction;

/** Milliseconds that an example may take once its statements are done. */
const patience = 2000;
/** Milliseconds in which lines too many show themselves. */
const afterwards = 20;

/** What an example prints. */
async function printed({ code, output }: Example): Promise<readonly string[]> {
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

const comments = { operators: docComments("operators"), streams: docComments("streams") };
const wanted = [
  ...Object.entries(operators)
    .filter(([, exported]) => typeof exported === "function")
    .map(([name]) => ({ name, comment: comments.operators.get(name) })),
  ...ofStreams.map((name) => ({ name, comment: comments.streams.get(name) })),
];

for (const { name, comment } of wanted) {
  test(name, async () => {
    assert.ok(comment !== undefined, `${name} has no doc comment`);
    const example = exampleOf(comment);
    assert.ok(example !== undefined, `${name} has no @example`);
    assert.ok(example.output.length > 0, `the @example of ${name} does not show what it prints`);
    assert.equal(await printed(example), example.output);
  });
}

test("an example is split into code and output", () => {
  const comment = ["Does it.", "@example", "a();", "b(); // why", "// 1", "// 2", "@throws never"];
  assert.equal(exampleOf(comment), { code: "a();\nb(); // why", output: ["1", "2"] });
  assert.equal(exampleOf(["@example a();", "// 1"]), { code: "a();", output: ["1"] });
  assert.is(exampleOf(["Does it.", "@throws never"]), undefined);
});

test.run();
