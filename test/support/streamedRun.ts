/**
 * A process that trains on a file of data and tells how much memory that took:
 *
 *     tsx test/support/streamedRun.ts PATH STEPS
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { arrowRows } from "../../src/arrow/index.ts";
import { data } from "../../src/autodiff/index.ts";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../src/operators/steps/momentum.ts";
import { dataHash } from "../../src/problems/data/dataHash.ts";
import { minibatches, objective } from "../../src/problems/index.ts";
import { chain } from "../../src/streams/chain.ts";
import { iterate } from "../../src/streams/iterate.ts";

/** Numbers per row of the file's columns. */
const streamedWidths = { x: 784, y: 10 } as const;

/** A network of one hidden layer and its mean cross-entropy over the samples. */
function streamedProblem(hidden: number) {
  const { x: inputs, y: classes } = streamedWidths;
  return objective([[inputs, hidden], [hidden], [hidden, classes]], (v, b, w) => {
    const x = data("x", new Float64Array(inputs), [1, inputs]) as tf.Tensor2D;
    const y = data("y", new Float64Array(classes), [1, classes]);
    const logits = tf.matMul(tf.tanh(tf.add(tf.matMul(x, v), b)) as tf.Tensor2D, w);
    return tf.neg(tf.mean(tf.sum(tf.mul(y, tf.logSoftmax(logits)), -1)));
  });
}

/** What the process tells. */
export interface StreamedReport {
  /** Greatest resident memory in bytes, before the data were opened and at the end. */
  readonly before: number;
  readonly peak: number;
  /** Hashes of the gradient over all rows and of the last point. */
  readonly gradient: string;
  readonly point: string;
  /** Seconds of opening and checking, of the gradient, and per step. */
  readonly seconds: Readonly<Record<"check" | "gradient" | "step", number>>;
}

/** Trains on a file in a process of its own, since memory that was used once counts for ever. */
export function trainApart(file: string, count: number): StreamedReport {
  const args = ["--import", "tsx", fileURLToPath(import.meta.url), file, String(count)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as StreamedReport;
}

const [path, steps] = process.argv.slice(2);
if (process.argv[1]?.endsWith("streamedRun.ts") && path !== undefined) {
  const peak = (): number => 1024 * process.resourceUsage().maxRSS;
  const problem = streamedProblem(32);
  const start = Float64Array.from({ length: problem.dimension }, (_, i) => 0.05 * Math.sin(i));
  const field = new Float64Array(problem.dimension);
  problem.with({ x: new Float64Array(784 * 64), y: new Float64Array(640) }).evaluate(start, field);
  const before = peak();
  const time = (work: () => void): number => {
    const began = performance.now();
    work();
    return (performance.now() - began) / 1000;
  };
  const rows = arrowRows(path, { x: "x", y: "y" });
  let batches = problem as unknown as ReturnType<typeof minibatches>;
  const check = time(() => {
    batches = minibatches(problem, rows, { size: 64, seed: 1 });
  });
  const gradient = time(() => problem.with(rows).evaluate(start, field));
  let point = start;
  const all = time(() => {
    iterate(batches, start, chain(untilStep(Number(steps)), momentum(), gradientStep(0.01)), {
      reuse: true,
      slice: Number.POSITIVE_INFINITY,
    }).subscribe((it) => {
      if (it.status !== "running") point = it.point.slice();
    });
  });
  const report: StreamedReport = {
    before,
    peak: peak(),
    gradient: dataHash([field.length], field),
    point: dataHash([point.length], point),
    seconds: { check, gradient, step: all / Number(steps) },
  };
  console.log(JSON.stringify(report));
}
