import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { threadCount } from "../../../../src/autodiff/float64/threads/count.ts";
import { Pool, processPool } from "../../../../src/autodiff/float64/threads/pool.ts";
import { data } from "../../../../src/autodiff/trace/constant.ts";
import { objective } from "../../../../src/problems/objective.ts";
import type { TracedProblem } from "../../../../src/problems/problem.ts";
import { assertError } from "../../../support/assert.ts";
import { normalVector } from "../../../support/random.ts";
import { scratchPath } from "../../../support/scratch.ts";
import { warningsOf, withThreads } from "../../../support/threads.ts";

await tf.setBackend("cpu");

const tests = suite("threads");

/** Samples enough for tiles, the last of which is smaller. */
const samples = 60_011;
const features = 16;

function rows(count: number, seed: number): Record<string, Float64Array> {
  return { x: normalVector(features * count, seed), y: Float64Array.from({ length: count }, (_, i) => (i * seed) % 5) };
}

function classifier(): TracedProblem {
  const { x, y } = rows(samples, 1);
  return objective([[features, 12], [12], [12, 5]], (w, b, v) => {
    const h = tf.tanh(tf.add(tf.matMul(data("x", x!, [samples, features]) as tf.Tensor2D, w), b));
    const labels = tf.oneHot(data("y", y!, [samples], "int32") as tf.Tensor1D, 5);
    return tf.losses.softmaxCrossEntropy(labels, tf.matMul(h as tf.Tensor2D, v));
  });
}

function everything(problem: TracedProblem): readonly number[] {
  const n = problem.dimension;
  const numbers: number[] = [];
  for (const seed of [10, 11]) {
    const point = normalVector(n, seed).map((x) => 0.3 * x);
    const field = new Float64Array(n);
    numbers.push(problem.evaluate(point, field), ...field);
    const map = problem.linearize(point);
    map.apply(normalVector(n, 3), field);
    numbers.push(...field);
    const many = new Float64Array(3 * n);
    map.applyMany!(normalVector(3 * n, 5), 3, many);
    numbers.push(...many);
  }
  return numbers;
}

/** Works until other threads help. */
function workUntil(pool: Pool, problem: TracedProblem, helped: number): void {
  const field = new Float64Array(problem.dimension);
  for (let i = 0, start = Date.now(); pool.helped < helped && Date.now() < start + 60_000; i++) {
    problem.evaluate(normalVector(problem.dimension, i), field);
  }
  assert.ok(pool.helped >= helped, "other threads have computed blocks");
}

tests("1, 2 and 3 threads give the same bits, also on other data and other numbers of rows", async () => {
  const all = (problem: TracedProblem): readonly (readonly number[])[] =>
    [problem, problem.with(rows(samples, 2)), problem.with(rows(samples - 7, 3)), problem].map(everything);
  const expected = await withThreads(1, () => all(classifier()));
  for (const count of [2, 3]) {
    await withThreads(count, () => {
      const pool = new Pool(count - 1);
      processPool.current = pool;
      const problem = classifier();
      workUntil(pool, problem, 20);
      const before = pool.helped;
      assert.equal(all(problem), expected, `${count} threads`);
      assert.ok(pool.helped > before);
    });
  }
});

/** A thread that takes blocks and does not finish them: it ends, or goes on for ever. */
function badThread(end: string): URL {
  const file = scratchPath("thread.mjs");
  writeFileSync(
    file,
    `import { workerData } from "node:worker_threads";
     const { index, control, states } = workerData;
     Atomics.store(states, index, 1);
     for (;;) {
       Atomics.wait(control, 0, 0, 5);
       const claim = Atomics.load(control, 1);
       const free = claim !== 0 && (claim & 1023) < Atomics.load(control, 7);
       if (free && Atomics.compareExchange(control, 1, claim, claim + 1) === claim) break;
     }
     ${end}`,
  );
  return pathToFileURL(file);
}

for (const [what, end] of [
  ["ends", "process.exit(3);"],
  ["never finishes", "for (;;) Atomics.wait(control, 12, 0, 1000);"],
] as const) {
  tests(`a thread that ${what} amid its work is named, and its blocks are computed here`, async () => {
    const expected = await withThreads(1, () => everything(classifier()));
    await withThreads(2, async () => {
      const pool = new Pool(1, badThread(end));
      processPool.current = pool;
      const problem = classifier();
      const warnings = await warningsOf(() => {
        workUntil(pool, problem, 1);
        assert.equal(everything(problem), expected);
      });
      assert.ok(pool.closed);
      assert.match(warnings.join("\n"), /not finished by other threads.*computes alone/);
    });
  });
}

tests("a thread that never starts is named, and the rest goes on", async () => {
  const expected = await withThreads(1, () => everything(classifier()));
  await withThreads(2, async () => {
    const file = scratchPath("thread.mjs");
    writeFileSync(file, `throw new Error("no memory for a thread");`);
    const pool = new Pool(1, pathToFileURL(file));
    processPool.current = pool;
    const problem = classifier();
    const warnings = await warningsOf(async () => {
      assert.equal(everything(problem), expected);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      assert.equal(everything(problem), expected);
    });
    assert.match(warnings.join("\n"), /thread 1 of 1 does not help: no memory for a thread/);
  });
});

tests("idle threads do not keep the process alive", () => {
  const code = `
    import { Pool } from "${new URL("../../../../src/autodiff/float64/threads/pool.ts", import.meta.url)}";
    const pool = new Pool(2);
    const wait = () => (pool.ready < 2 ? setTimeout(wait, 20) : console.log("ready"));
    wait();`;
  const args = ["--conditions=fluxion-source", "--import", "tsx", "--input-type=module", "-e", code];
  const { stdout, status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 60_000 });
  assert.is(stdout, "ready\n", stderr);
  assert.is(status, 0);
});

tests("FLUXION_THREADS says how many there are", async () => {
  assert.is(await withThreads(1, () => threadCount()), 1);
  assert.is(await withThreads(3, () => threadCount()), 3);
  assert.is(await withThreads(3, () => threadCount(2)), 2);
  assertError(() => threadCount(0), "ERR_OPTION_RANGE", /threads: expected a number of threads, 1 or more, got 0/);
  await withThreads(0.5, () =>
    assertError(() => threadCount(), "ERR_OPTION_RANGE", /FLUXION_THREADS: expected a number of threads/),
  );
});

tests.run();
