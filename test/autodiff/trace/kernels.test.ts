import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { supportedOpsPage } from "../../../scripts/supportedOps.ts";
import type { Lowering } from "../../../src/autodiff/trace/kernelCall.ts";
import { lowerings } from "../../../src/autodiff/trace/lowerings/table.ts";
import { refusals } from "../../../src/autodiff/trace/refusals.ts";
import { kernelLosses } from "../../support/losses/kernels.ts";
import { traceCase } from "../../support/lossLaws.ts";
import { lossSuite } from "../../support/lossSuite.ts";

const cases = Object.entries(kernelLosses).map(([name, loss]) => ({ name, ...loss }));
const table = suite("the table of kernels");

table("has a loss for every entry, and that loss really calls it", () => {
  assert.equal(Object.keys(kernelLosses), [...lowerings.keys()]);
  const counting = lowerings as Map<string, Lowering>;
  const uncalled: string[] = [];
  for (const loss of cases) {
    const lowering = counting.get(loss.name)!;
    let calls = 0;
    counting.set(loss.name, (call) => {
      calls++;
      return lowering(call);
    });
    traceCase(loss);
    counting.set(loss.name, lowering);
    if (calls === 0) uncalled.push(loss.name);
  }
  assert.equal(uncalled, []);
});

table("is documented in docs/supported-ops.md, with the refusals", () => {
  assert.is(readFileSync(new URL("../../../docs/supported-ops.md", import.meta.url), "utf8"), supportedOpsPage());
});

table("and the refusals have no kernel in common, and know every kernel of TensorFlow.js", () => {
  const refused = Object.keys(refusals);
  assert.equal(
    refused.filter((kernel) => lowerings.has(kernel)),
    [],
  );
  // Never called by a function of TensorFlow.js 4.22 itself, or no kernel.
  const unused = new Set(["BroadcastTo", "LogSoftmax", "LogicalXor", "Pool", "MatrixBandPart", "__op"]);
  const names = Object.values<unknown>(tf).filter(
    (value): value is string => typeof value === "string" && /^[A-Z_]/.test(value),
  );
  assert.equal(
    names.filter((name) => !lowerings.has(name) && !refused.includes(name) && !unused.has(name)),
    [],
  );
});

table.run();
lossSuite("kernels of TensorFlow.js", cases);
