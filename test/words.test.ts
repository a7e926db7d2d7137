/** English as people write it: patterns that were found in comments, messages and pages, and are not to come back. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const root = fileURLToPath(new URL("../", import.meta.url));

interface Pattern {
  readonly what: string;
  readonly found: RegExp;
}

const patterns: readonly Pattern[] = [
  {
    what: '"is no function": write "is not a function"',
    found:
      /(?<![Tt]here )\b(?:is|are|was|were|be) no (?!longer|more|less|one\b|other|matter|smaller|larger|greater|wider|better|worse|need|such|way|limit|different|faster|slower|farther|further|reason|point in|doubt|use\b)[a-z]+/,
  },
  { what: '"that is none": say what it is not', found: /\b(?:that|which|what) (?:is|are) none\b/ },
  {
    what: '"one product a step": write "per step"',
    found:
      /\b(?:evaluations?|products?|operations?|multiplications?|iterations?|bytes?|us|ms|numbers?|times?|calls?) an? (?:step|row|iterate|iteration|trial|call|point|product|number|second|minute|run|sample|day|vector|player|batch|evaluation)\b/,
  },
  { what: 'a comment begins with "Of": begin with the noun', found: /\/\*\* Of [`a-zA-Z]/ },
  { what: '"lets it be": a riddle', found: /\bwhat (?:is|it) (?:none|nothing)\b/ },
  { what: '"as a rule of ... it": write "its"', found: /\bthe same (?:as|like) it\b/ },
];

/** Comments, strings and pages: what people read. Code is left out. */
function readable(file: string, text: string): readonly { readonly line: number; readonly text: string }[] {
  const lines = text.split("\n");
  if (!file.endsWith(".ts")) return lines.map((line, i) => ({ line: i + 1, text: line }));
  return lines
    .map((line, i) => ({ line: i + 1, text: line }))
    .filter(({ text: line }) => /^\s*(?:\/\*\*?|\*|\/\/)/.test(line) || /["'`].*\s.*["'`]/.test(line));
}

const folders = ["src", "examples", "docs", "bench"];
const pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/README.md"];
const files = [
  ...folders.flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" })
      .filter((file) => /\.(ts|md|html)$/.test(file) && !file.includes("node_modules"))
      .map((file) => `${folder}/${file}`),
  ),
  ...pages,
];

const words = suite("words");

for (const { what, found } of patterns) {
  words(what, () => {
    const places = files.flatMap((file) =>
      readable(file, readFileSync(`${root}${file}`, "utf8"))
        .filter(({ text }) => found.test(text))
        .map(({ line, text }) => `${file}:${line}: ${text.trim()}`),
    );
    assert.equal(places, []);
  });
}

words("the patterns find what they are for, and nothing that is right", () => {
  const wrong = [
    "the step is no function",
    "refuses what is none",
    "one product a step",
    "/** Of `lanczos`: of the start */",
  ];
  const right = [
    "there is no longer a file",
    "is not a function",
    "one product per step",
    "a product of a step",
    "no more than",
  ];
  const hits = (text: string): boolean => patterns.some(({ found }) => found.test(text));
  for (const text of wrong) assert.ok(hits(text), text);
  for (const text of right) assert.not.ok(hits(text), text);
});

words.run();
