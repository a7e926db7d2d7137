import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Pool, replacePool } from "../../../../src/autodiff/float64/threads/pool.ts";
import { data } from "../../../../src/autodiff/trace/constant.ts";
import { game } from "../../../../src/problems/game.ts";
import { objective } from "../../../../src/problems/objective.ts";
import type { Problem } from "../../../../src/problems/problem.ts";
import { normalVector } from "../../../support/random.ts";

await tf.setBackend("cpu");

const tests = suite("threads");

/** Samples enough for tiles, the last of which is smaller. */
const samples = 50_011;
const classifier = (count = samples): Problem =>
  objective([[20, 12], [12], [12, 5]], (w, b, v) => {
    const x = data("x", normalVector(20 * count, 1), [count, 20]) as tf.Tensor2D;
    const labels = data("y", Float64Array.from({ length: count }, (_, i) => i % 5), [count], "int32") as tf.Tensor1D;
    const h = tf.tanh(tf.add(tf.matMul(x, w), b));
    return tf.losses.softmaxCrossEntropy(tf.oneHot(labels, 5), tf.matMul(h as tf.Tensor2D, v));
  });

function everything(problem: Problem, rounds = 2): readonly number[] {
  const n = problem.dimension;
  const numbers: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const point = normalVector(n, 10 + round).map((x) => 0.3 * x);
    const field = new Float64Array(n);
    numbers.push(problem.evaluate(point, field), ...field);
    const map = problem.linearize(point);
    const product = new Float64Array(n);
    map.apply(normalVector(n, 3), product);
    numbers.push(...product);
    map.applyTranspose(normalVector(n, 4), product);
    numbers.push(...product);
    const many = new Float64Array(3 * n);
    map.applyMany(normalVector(3 * n, 5), 3, many);
    numbers.push(...many);
  }
  return numbers;
}

async function withThreads<T>(count: number, act: () => T | Promise<T>): Promise<T> {
  const before = process.env.FLUXION_THREADS;
  process.env.FLUXION_THREADS = String(count);
  try {
    return await act();
  } finally {
    replacePool();
    if (before === undefined) delete process.env.FLUXION_THREADS;
    else process.env.FLUXION_THREADS = before;
  }
}

tests("1, 2 and 3 threads give the same bits", async () => {
  const expected = await withThreads(1, () => everything(classifier()));
  for (const count of [2, 3]) {
    await withThreads(count, async () => {
      const pool = new Pool(count - 1);
      replacePool(pool);
      const problem = classifier();
      const start = Date.now();
      // Until the others are ready and have had time to help.
      while (pool.ready < count - 1 && Date.now() < start + 60_000) everything(problem, 1);
      assert.is(pool.ready, count - 1);
      for (let i = 0; i < 5; i++) assert.equal(everything(problem), expected);
      console.log(pool.helped);
    });
  }
});

tests.run();
