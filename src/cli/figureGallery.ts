import { Worker } from "node:worker_threads";
import type { FigureGallery } from "../server/options.ts";
import type { DrawnFigure } from "./drawFigures.ts";

/**
 * Makes the gallery of the page: the figures that a directory's runs allow, drawn in a thread of their own, which ends
 * at once when nobody wants them any more.
 *
 * @param directory gives the directory of an experiment or a run; undefined while there is none yet
 */
export function figureGallery(directory: () => string | undefined): FigureGallery {
  let drawn: readonly DrawnFigure[] = [];
  return {
    async list(signal) {
      const from = directory();
      if (from === undefined) return [];
      drawn = await drawInThread(from, signal);
      return drawn.map(({ name, summary }) => ({ name, summary }));
    },
    svg: (name) => drawn.find((figure) => figure.name === name)?.svg,
  };
}

function drawInThread(directory: string, signal: AbortSignal): Promise<readonly DrawnFigure[]> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Error("nobody wants the figures any more"));
    const worker = new Worker(workerEntry(), { workerData: directory });
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
