import { suite } from "uvu";
import * as assert from "uvu/assert";
import { summaryLines } from "../../src/cli/summary.ts";
import type { RowSummary } from "../../src/experiments/threads/protocol.ts";

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

summary("leaves files out where the terminal is too narrow for them", () => {
  const [heading, line] = summaryLines("runs/x-1", ["a"], [finding], new Map(), 30);
  assert.is(heading, "run  verdict            loss");
  assert.is(line, "a    critical point  0.25000");
});

summary.run();
