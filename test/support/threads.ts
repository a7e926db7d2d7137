/** Runs with a number of threads, and what was said meanwhile. */
import { processPool } from "../../src/autodiff/float64/threads/pool.ts";

/** Sets the number of threads while something runs, and ends those that it has started. */
export async function withThreads<T>(count: number, act: () => T | Promise<T>): Promise<T> {
  const before = process.env.FLUXION_THREADS;
  process.env.FLUXION_THREADS = String(count);
  try {
    return await act();
  } finally {
    processPool.current?.close();
    processPool.current = undefined;
    if (before === undefined) delete process.env.FLUXION_THREADS;
    else process.env.FLUXION_THREADS = before;
  }
}

/** Collects the warnings of the process. */
export async function warningsOf(act: () => void | Promise<void>): Promise<readonly string[]> {
  const warnings: string[] = [];
  const listener = ({ message }: Error): void => void warnings.push(message);
  process.on("warning", listener);
  try {
    await act();
    await new Promise((resolve) => setTimeout(resolve, 200));
  } finally {
    process.off("warning", listener);
  }
  return warnings;
}
