import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

const work = `
const { parentPort } = require("node:worker_threads");
parentPort.on("message", () => {
  const start = performance.now();
  let x = 0.5;
  for (let i = 0; i < 3_000_000; i++) x = 3.7 * x * (1 - x);
  parentPort.postMessage(performance.now() - start + (x > 1 ? 1 : 0));
});`;
let threads: readonly Worker[] | undefined;

/**
 * Measures how long the same arithmetic takes on each core, all at once: the wall time of the last one, in milliseconds.
 * Where other programs are at work it is longer.
 */
export async function freeCores(): Promise<number> {
  threads ??= Array.from({ length: availableParallelism() }, () => {
    const thread = new Worker(work, { eval: true });
    thread.unref();
    return thread;
  });
  const times = await Promise.all(
    threads.map(
      (thread) =>
        new Promise<number>((resolve) => {
          thread.once("message", resolve);
          thread.postMessage(0);
        }),
    ),
  );
  return Math.max(...times);
}
