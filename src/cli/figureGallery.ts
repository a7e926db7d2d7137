import { Worker } from "node:worker_threads";
import type { FigureGallery } from "../server/options.ts";
import type { DrawnFigure } from "./drawFigures.ts";

/**
 * Makes the gallery of the page: the figures that the runs of some directories allow, drawn in a thread of their own, which ends
 * at once when nobody wants them any more.
 *
 * @param directories gives the directories of experiments or runs; empty while there is none yet
 */
export function figureGallery(directories: () => readonly string[]): FigureGallery {
  let drawn: readonly DrawnFigure[] = [];
  return {
    async list(signal) {
      const from = directories();
      if (from.length === 0) return [];
      drawn = await drawInThread(from, signal);
      return drawn.map(({ name, summary }) => ({ name, summary }));
    },
    svg: (name) => drawn.find((figure) => figure.name === name)?.svg,
  };
}

function drawInThread(directories: readonly string[], signal: AbortSignal): Promise<readonly DrawnFigure[]> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Error("nobody wants the figures any more"));
    const worker = new Worker(workerEntry(), { workerData: directories });
    signal.addEventListener("abort", () => void worker.terminate(), { once: true });
    worker.on("message", resolve);
    worker.on("error", reject);
    worker.on("exit", () => reject(new Error("the figures were not drawn to the end")));
  });
}

function workerEntry(): URL {
  const entry = import.meta.url.replace(/figureGallery(\.[jt]s)$/, "figureWorker$1");
  if (!entry.endsWith(".ts")) return new URL(entry);
  // Node passes `--import tsx` on to workers, but tsx registers itself in the main thread only.
  const code = `import { register } from ${JSON.stringify(import.meta.resolve("tsx/esm/api"))}; register(); await import(${JSON.stringify(entry)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}
