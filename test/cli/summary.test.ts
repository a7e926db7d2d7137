import { spawnSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { summaryLines } from "../../src/cli/summary.ts";
import type { RowSummary } from "../../src/experiments/threads/protocol.ts";
import { shellWord } from "../../src/shellWord.ts";

const row = (fields: Partial<RowSummary>): RowSummary => ({
  run: "search",
  step: 9,
  seconds: 0.5,
  status: "converged",
  evaluations: 10,
  products: 20,
  value: 0.25,
  squaredFieldNorm: 0.5,
  stepSize: 1,
  columns: {},
  ...fields,
});

const summary = suite("summaryLines");

summary("shows how runs without a finding ended; one whose last row goes on was interrupted", () => {
  const last = new Map([
    ["a", row({ run: "a" })],
    ["b", row({ run: "b", status: "running", value: Number.NaN })],
  ]);
  assert.equal(summaryLines("runs/x-1", ["a", "b"], [], last), [
    "run  ended        step    value    |F|^2  seconds  file",
    "a    converged       9  0.25000  0.50000  0.50000  runs/x-1/a",
    "b    interrupted     9           0.50000  0.50000  runs/x-1/b",
  ]);
});

const finding = { run: "a", verdict: "critical point", because: "|grad|^2 is small", numbers: { loss: 0.25 } };

summary("shows findings with their reasons", () => {
  assert.equal(summaryLines("runs/x-1", ["a"], [finding], new Map()), [
    "run  verdict            loss  file",
    "a    critical point  0.25000  runs/x-1/a",
    "",
    "a: critical point, because |grad|^2 is small",
  ]);
});

summary("says what each kind of ending means, and which command to type next", () => {
  const again = { experiment: "dlae", builtIn: true, seed: 3, options: { samples: 100, reduce: false } };
  const end = (run: string, verdict: string, steps: number) => ({
    run,
    verdict,
    meaning: `All about ${verdict}.`,
    numbers: { steps },
  });
  const findings = [end("a", "unfinished", 20), end("b", "critical point", 5), end("c", "unfinished", 25)];
  const lines = summaryLines("runs/x-1", ["a", "b", "c"], findings, new Map(), 100, again);
  assert.equal(lines.slice(-6), [
    "",
    "unfinished (2 of 3): All about unfinished.",
    "  next: npx fluxion run dlae --samples 100 --no-reduce --iterations 100 --seed 3   go on for longer",
    "",
    "critical point (1 of 3): All about critical point.",
    "  next: npx fluxion figure loss-index runs/x-1   draw loss against Morse index",
  ]);
  const [stagnated] = summaryLines("runs/x-1", ["a"], [end("a", "stagnated", 9)], new Map(), 100, {
    ...again,
    options: { start: [-2, 1], name: "it's" },
  }).slice(-1);
  assert.is(
    stagnated,
    "  next: npx fluxion run dlae --start=-2,1 --name='it'\\''s' --seed 4   search from another start",
  );
});

summary("tells why a run without a finding ended, where its row does", () => {
  const last = new Map([["a", row({ run: "a", status: "diverged", because: "log(-1) gives NaN" })]]);
  assert.equal(summaryLines("runs/x-1", ["a"], [], last).slice(-2), ["", "a: log(-1) gives NaN"]);
});

summary("leaves files out where the terminal is too narrow for them", () => {
  const [heading, line] = summaryLines("runs/x-1", ["a"], [finding], new Map(), 30);
  assert.is(heading, "run  verdict            loss");
  assert.is(line, "a    critical point  0.25000");
});

summary("writes commands that a shell reads as they are meant, whatever the names", () => {
  const wordsOf = (command: string): string[] => {
    const { stdout } = spawnSync("sh", ["-c", `for word in ${command}; do printf '%s\\0' "$word"; done`], {
      encoding: "utf8",
    });
    return stdout.split("\0").slice(0, -1);
  };
  for (const name of [
    "plain/run-1",
    "a b",
    "x; touch y",
    "$(touch y)",
    "`y`",
    "it's",
    "-rf",
    "é😀",
    "a\nb",
    "*",
    "~",
    "",
  ]) {
    assert.equal(wordsOf(shellWord(name)), [name]);
  }
  const lines = summaryLines("runs/a b", ["a"], [{ run: "a", verdict: "diverged", meaning: "It is." }], new Map());
  assert.ok(lines.at(-1)!.includes("npx fluxion replay 'runs/a b'"), lines.at(-1));
});

summary.run();
