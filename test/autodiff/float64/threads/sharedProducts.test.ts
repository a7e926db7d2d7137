/** Large products on several threads, whatever becomes of these. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findNative } from "../../../../src/autodiff/float64/native/library.ts";
import { Pool, processPool } from "../../../../src/autodiff/float64/threads/pool.ts";
import { workerModule } from "../../../../src/host.ts";
import { findBlas } from "../../../../src/linalg/blas/blas.ts";
import { objective } from "../../../../src/problems/objective.ts";
import type { TracedProblem } from "../../../../src/problems/problem.ts";
import { normalVector } from "../../../support/random.ts";
import { scratchPath } from "../../../support/scratch.ts";
import { warningsOf, withThreads } from "../../../support/threads.ts";

await tf.setBackend("cpu");

const isCut = findBlas() !== undefined || findNative() !== undefined;
if (!isCut) console.log("neither BLAS nor native kernels here: products are WebAssembly's, which are not cut");
const tests = suite("large products on threads");
const size = 400;

/** A loss without samples, whose derivatives are products of 400 x 400 matrices. */
function problem(): TracedProblem {
  return objective(
    [
      [size, size],
      [size, size],
    ],
    (v, w) => tf.mean(tf.square(tf.matMul(v as tf.Tensor2D, w))),
  );
}

function everything(given: TracedProblem): readonly Float64Array[] {
  const n = given.dimension;
  return [1, 2].flatMap((seed) => {
    const point = normalVector(n, seed);
    const [field, product] = [new Float64Array(n), new Float64Array(n)];
    const value = given.evaluate(point, field);
    given.linearize(point).apply(normalVector(n, 3), product);
    return [Float64Array.of(value), field, product];
  });
}

function workUntil(pool: Pool, given: TracedProblem, helped: number): void {
  const field = new Float64Array(given.dimension);
  for (let i = 0, start = Date.now(); pool.helped < helped && Date.now() < start + 20_000; i++) {
    given.evaluate(normalVector(given.dimension, i), field);
  }
  assert.ok(pool.helped >= helped, "other threads have computed blocks");
}

tests("1, 2 and 3 threads give the same bits", async () => {
  if (!isCut) return;
  const expected = await withThreads(1, () => everything(problem()));
  for (const count of [2, 3]) {
    await withThreads(count, () => {
      const pool = new Pool(count - 1);
      processPool.current = pool;
      const given = problem();
      workUntil(pool, given, 10);
      const before = pool.helped;
      assert.equal(everything(given), expected, `${count} threads`);
      assert.ok(pool.helped > before);
    });
  }
});

tests("threads that are needed come by themselves", async () => {
  if (!isCut) return;
  await withThreads(2, () => {
    const given = problem();
    const field = new Float64Array(given.dimension);
    for (let i = 0, start = Date.now(); processPool.current === undefined && Date.now() < start + 60_000; i++) {
      given.evaluate(normalVector(given.dimension, i), field);
    }
    assert.is.not(processPool.current, undefined);
  });
});

/** A thread that takes one block of a product, and what it does with it. */
function threadThat(does: string): URL {
  const control = new URL("../../../../src/autodiff/float64/threads/control.ts", import.meta.url);
  const product = new URL("../../../../src/autodiff/float64/threads/product.ts", import.meta.url);
  const library = new URL("../../../../src/linalg/blas/blas.ts", import.meta.url);
  const native = new URL("../../../../src/autodiff/float64/native/library.ts", import.meta.url);
  const folder = scratchPath();
  mkdirSync(folder);
  const file = join(folder, "thread.ts");
  writeFileSync(
    file,
    `import { workerData } from "node:worker_threads";
     import { beginBlock, finishBlock, takeBlock, word } from ${JSON.stringify(control)};
     import { blockOf, multiply, readProduct } from ${JSON.stringify(product)};
     import { findBlas } from ${JSON.stringify(library)};
     import { findNative } from ${JSON.stringify(native)};
     const { index, control, states, product, blas } = workerData;
     const by = { blas: findBlas(blas.library ?? "off"), native: findNative() };
     const sleep = (ms: number) => Atomics.wait(control, 13, 0, ms);
     Atomics.store(states, index, 1);
     let block: number | undefined;
     let task = 0;
     while (block === undefined) {
       task = Atomics.load(control, word.task);
       block = task === 0 ? undefined : takeBlock(control, task, control[word.blocks]);
     }
     ${does}`,
  );
  writeFileSync(join(folder, "package.json"), `{ "type": "module" }`);
  return workerModule(pathToFileURL(file).href, "thread");
}

const fates = [
  ["ends with a block that it has not begun", "process.exit(3);"],
  ["comes to its block too late", "sleep(9000); if (beginBlock(control, task, block)) process.abort(); sleep(1e6);"],
  [
    "is slow, and not given up while it writes",
    `if (!beginBlock(control, task, block)) process.abort();
     sleep(9000);
     multiply(by, blockOf(readProduct(product), control[word.blocks], block));
     finishBlock(control, task, block);
     sleep(1e6);`,
  ],
] as const;

for (const [what, does] of fates) {
  tests(`the product is right if a thread ${what}`, async () => {
    if (!isCut) return;
    const expected = await withThreads(1, () => everything(problem()));
    await withThreads(2, async () => {
      const pool = new Pool(1, threadThat(does));
      processPool.current = pool;
      const given = problem();
      const warnings = await warningsOf(() => {
        workUntil(pool, given, 1);
        assert.equal(everything(given), expected);
      });
      assert.ok(pool.closed);
      assert.match(warnings.join("\n"), /not finished by other threads.*computes alone/);
    });
  });
}

tests.run();
