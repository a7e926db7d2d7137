/** The main thread's end of a thread that runs searches of a campaign. */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { Worker } from "node:worker_threads";
import { workerModule } from "../../host.ts";
import { findBlas, isPortable } from "../../linalg/blas/blas.ts";
import type { WorkerData } from "../threads/protocol.ts";
import { WorkerFailure } from "../threads/searchThread.ts";
import type { Assignment, CampaignThreadData, FromCampaignThread, ToCampaignThread } from "./messages.ts";

type Prepared = Extract<FromCampaignThread, { kind: "prepared" }>;
export type Worked = Extract<FromCampaignThread, { kind: "worked" }>;

/** A thread that runs searches. It does one thing at a time. */
export interface CampaignThread {
  /** Resolves when the experiment has come to its campaign. */
  readonly prepared: Promise<Prepared>;
  /** Says where the searches are kept. */
  assign(assignment: Assignment): void;
  /** Runs searches. It rejects if the thread ends meanwhile. */
  work(indices: string): Promise<Worked>;
  /** Lets no further search begin. A run that lasts longer than 5 s saves a checkpoint and ends. */
  stop(): void;
  /** Ends the thread, whatever it is doing. */
  close(): Promise<void>;
}

/** Milliseconds after which a run under way is ended, and after which its step is. */
const patience = [5000, 8000] as const;

/** Makes a name for a worker that no other one has: its machine, its process, and four digits. */
export function workerName(): string {
  const host = hostname().replace(/[^A-Za-z0-9-]/g, "-") || "host";
  return `${host}-${process.pid}-${randomBytes(3).toString("hex")}`;
}

/** Starts a thread. @param portable whether it computes portably; default: what `FLUXION_EXECUTOR` says */
export function startCampaignThread(
  about: Omit<CampaignThreadData, "stop"> & { readonly experiment: WorkerData["experiment"] },
  portable?: boolean,
): CampaignThread {
  const stop = new SharedArrayBuffer(4);
  const flag = new Int32Array(stop);
  // The main thread alone can choose the kernels of a BLAS.
  if (!(portable ?? isPortable())) findBlas();
  const { FLUXION_EXECUTOR: own = "" } = process.env;
  const executor = portable === undefined ? own : portable ? "portable" : own === "portable" ? "" : own;
  const worker = new Worker(workerModule(import.meta.url, "thread"), {
    workerData: { ...about, stop } satisfies CampaignThreadData,
    env: { ...process.env, FLUXION_EXECUTOR: executor, FLUXION_BLAS_TOLD: "1" },
  });
  const timers: NodeJS.Timeout[] = [];
  let waiting: { resolve: (message: FromCampaignThread) => void; reject: (error: unknown) => void } | undefined;
  let ended: WorkerFailure | undefined;
  const next = <K extends FromCampaignThread["kind"]>(): Promise<Extract<FromCampaignThread, { kind: K }>> =>
    new Promise((resolve, reject) => {
      if (ended !== undefined) reject(ended);
      else waiting = { resolve: (message) => resolve(message as Extract<FromCampaignThread, { kind: K }>), reject };
    });
  const fail = (error: WorkerFailure): void => {
    ended ??= error;
    waiting?.reject(ended);
    waiting = undefined;
  };
  worker.on("message", (message: FromCampaignThread) => {
    if (message.kind === "failed") {
      fail(new WorkerFailure(message.error.message, message.error.code, message.error.stack));
      return;
    }
    const listener = waiting;
    waiting = undefined;
    listener?.resolve(message);
  });
  worker.on("error", (error: unknown) => {
    const { message, code, stack } = error as NodeJS.ErrnoException;
    fail(new WorkerFailure(message ?? String(error), code, stack));
  });
  worker.on("exit", (code) =>
    fail(new WorkerFailure(`the thread of the searches ended early, with exit code ${code}`, undefined, undefined)),
  );
  const prepared = next<"prepared">();
  // Whoever closes the thread before it is prepared does not wait for it.
  prepared.catch(() => {});
  const post = (message: ToCampaignThread): void => worker.postMessage(message);
  return {
    prepared,
    assign: (assignment) => post({ kind: "assign", assignment }),
    work(indices) {
      const worked = next<"worked">();
      post({ kind: "work", indices });
      return worked;
    },
    stop() {
      Atomics.compareExchange(flag, 0, 0, 1);
      timers.push(setTimeout(() => post({ kind: "stop" }), patience[0]).unref());
      timers.push(setTimeout(() => Atomics.store(flag, 0, 2), patience[1]).unref());
    },
    async close() {
      for (const timer of timers) clearTimeout(timer);
      await worker.terminate();
    },
  };
}
