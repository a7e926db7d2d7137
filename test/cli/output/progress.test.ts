import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makeProgress } from "../../../src/cli/output/progress.ts";
import type { FromWorker, RowSummary } from "../../../src/experiments/threads/protocol.ts";
import { makeRun } from "../../support/rows.ts";

const row: RowSummary = {
  run: "search",
  step: 7,
  value: 0.5,
  squaredFieldNorm: 1e-3,
  evaluations: 8,
  products: 0,
  stepSize: 1,
  seconds: 1,
  status: "running",
  columns: {},
};
const batch = (last: RowSummary): FromWorker => ({
  kind: "batch",
  run: last.run,
  bytes: new Uint8Array(0),
  firstStep: 0,
  lastStep: last.step,
  rows: 1,
  last,
});

/** What is written for a running row, the last one, and the end of the run. */
function written(stream: { readonly isTTY?: boolean; readonly columns?: number }): string {
  let text = "";
  const progress = makeProgress({ ...stream, write: (part) => (text += part) });
  progress.take(batch(row));
  progress.take(batch({ ...row, step: 8, status: "converged" }));
  progress.take({ kind: "closed", run: "search" });
  progress.end();
  return text;
}

const last = "search: step 8  value 0.50000  |F|^2 0.0010000  1.0 s  converged\n";
const progress = suite("makeProgress");

progress("says how a run ended once, without a terminal", () => assert.is(written({}), last));

progress("changes one line on a terminal, cut to its width", () => {
  assert.is(written({ isTTY: true, columns: 20 }), `\r\x1b[Ksearch: step 7  val\r\x1b[K${last}`);
});

progress("takes a terminal that cannot go back for none", () => {
  const before = process.env.TERM;
  process.env.TERM = "dumb";
  try {
    assert.is(written({ isTTY: true, columns: 80 }), last);
  } finally {
    if (before === undefined) delete process.env.TERM;
    else process.env.TERM = before;
  }
});

progress("says how many steps and how much time are left, where the run says how long it is", () => {
  let text = "";
  const shown = makeProgress({ isTTY: true, columns: 80, write: (part) => (text += part) });
  const run = { ...makeRun({ name: "search" }), description: { stepsMost: 70 } };
  shown.take({ kind: "opened", run, header: new Uint8Array(0), directory: "search" });
  // 7 steps took 1 s, so 63 take 9 s.
  shown.take(batch(row));
  assert.match(text, /search: step 7 of at most 70 {2}9 s left {2}value/);
  shown.end();
});

progress.run();
