/** The main thread's end of the worker in which an experiment runs. */
import { Worker } from "node:worker_threads";
import { workerModule } from "../../host.ts";
import { findBlas, isPortable } from "../../linalg/blas/blas.ts";
import type { FromWorker, ToWorker, WorkerData } from "./protocol.ts";

/** A worker in which an experiment runs, as the main thread sees it. */
export interface SearchThread {
  /** Sends a message to the worker. */
  post(message: ToWorker): void;
  /**
   * Asks the search to stop, which it does before its next step, with a checkpoint. If the step lasts longer than 5 s,
   * it is ended at its next evaluation or product, without a checkpoint, and `late` is called.
   */
  stop(late?: () => void): void;
  /** Waits for the next message of one of these kinds. It rejects if the experiment fails or the thread ends. */
  next<K extends FromWorker["kind"]>(...kinds: readonly K[]): Promise<Extract<FromWorker, { kind: K }>>;
  /** Calls the listener with every message, in order, including those that `next` gives. */
  onMessage(listener: (message: FromWorker) => void): void;
  /** Ends the thread, whatever it is doing. */
  close(): Promise<void>;
}

/** An error that the worker has reported, with the code and the stack that it had in the worker. */
export class WorkerFailure extends Error {
  override readonly name = "WorkerFailure";
  constructor(
    message: string,
    readonly code: string | undefined,
    readonly workerStack: string | undefined,
  ) {
    super(message);
  }
}

/** Milliseconds for which a stop waits for the step under way. */
const mostPatience = 5000;

/** Options of {@link startSearchThread}. */
interface ThreadOptions {
  /** Flag that asks to stop. Threads may share it. Default: one of the thread's own. */
  readonly stop?: SharedArrayBuffer;
  /** Whether the thread computes portably, whatever `FLUXION_EXECUTOR` says. Default: what that variable says. */
  readonly portable?: boolean | undefined;
}

/** Starts the worker, by tsx if this file is TypeScript, otherwise from `dist`. */
export function startSearchThread(experiment: WorkerData["experiment"], options: ThreadOptions = {}): SearchThread {
  const { stop = new SharedArrayBuffer(4), portable } = options;
  const flag = new Int32Array(stop);
  const workerData: WorkerData = { experiment, stop };
  // The main thread alone can choose the kernels of a BLAS.
  if (!(portable ?? isPortable())) findBlas();
  // Standard output of the worker belongs to users' modules; the worker itself sends messages.
  const worker = new Worker(workerModule(import.meta.url, "worker"), {
    workerData,
    // A module may compile its problem when it is loaded, so the thread has to know before that.
    env: {
      ...process.env,
      ...(portable === undefined ? {} : { FLUXION_EXECUTOR: executorFor(portable) }),
      // What is to be said of the BLAS has been said here, once for all threads.
      FLUXION_BLAS_TOLD: "1",
    },
  });
  const listeners = new Set<(message: FromWorker) => void>();
  const waiting = new Set<{
    kinds: readonly string[];
    resolve: (m: FromWorker) => void;
    reject: (e: unknown) => void;
  }>();
  let ended: WorkerFailure | undefined;
  let patience: NodeJS.Timeout | undefined;

  const fail = (error: WorkerFailure): void => {
    clearTimeout(patience);
    ended ??= error;
    for (const each of waiting) each.reject(ended);
    waiting.clear();
  };
  worker.on("message", (message: FromWorker) => {
    for (const listener of listeners) listener(message);
    if (message.kind === "failed") {
      fail(new WorkerFailure(message.error.message, message.error.code, message.error.stack));
      return;
    }
    for (const each of waiting) {
      if (!each.kinds.includes(message.kind)) continue;
      waiting.delete(each);
      each.resolve(message);
    }
  });
  worker.on("error", (error: unknown) => {
    const { message, code, stack } = error as NodeJS.ErrnoException;
    const text =
      code === "ERR_WORKER_OUT_OF_MEMORY"
        ? "the search ran out of memory; give Node more with NODE_OPTIONS=--max-old-space-size=8192, or use fewer samples"
        : (message ?? String(error));
    fail(new WorkerFailure(text, code, stack));
  });
  worker.on("exit", (code) =>
    fail(new WorkerFailure(`the thread of the search ended early, with exit code ${code}`, undefined, undefined)),
  );

  return {
    post: (message) => worker.postMessage(message),
    stop(late) {
      Atomics.compareExchange(flag, 0, 0, 1);
      worker.postMessage({ kind: "stop" } satisfies ToWorker);
      patience ??= setTimeout(() => {
        Atomics.store(flag, 0, 2);
        late?.();
      }, mostPatience);
    },
    next<K extends FromWorker["kind"]>(...kinds: readonly K[]) {
      return new Promise<Extract<FromWorker, { kind: K }>>((resolve, reject) => {
        if (ended !== undefined) reject(ended);
        else waiting.add({ kinds, resolve: (message) => resolve(message as Extract<FromWorker, { kind: K }>), reject });
      });
    },
    onMessage: (listener) => void listeners.add(listener),
    async close() {
      clearTimeout(patience);
      await worker.terminate();
    },
  };
}

/** The value of `FLUXION_EXECUTOR` for a thread that has to be portable, or has not to be. */
function executorFor(portable: boolean): string {
  const { FLUXION_EXECUTOR: own = "" } = process.env;
  return portable ? "portable" : own === "portable" ? "" : own;
}
