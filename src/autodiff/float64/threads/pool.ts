import { builtin, thisHost, warn, workerModule } from "../../../host.ts";
import { describeBlas } from "../../../linalg/blas/blas.ts";
import {
  beginning,
  finishBlock,
  mostTasks,
  type TaskWords,
  takeBack,
  takeBlock,
  waitWhile,
  word,
  words,
} from "./control.ts";
import { type Product, productWords, writeProduct } from "./product.ts";
import { state, type ThreadData } from "./threadData.ts";

type Worker = import("node:worker_threads").Worker;
type MessagePort = import("node:worker_threads").MessagePort;

interface Thread {
  readonly worker: Worker;
  readonly port: MessagePort;
}

/** Milliseconds after which a thread that has not begun to work is given up. */
const startTime = 60_000;
/** Milliseconds without progress after which a block is given up, beside 50 times what a block takes here. */
const blockTime = 4000;
/** Milliseconds after which the main thread looks whether it has waited too long. */
const lookTime = 100;

/**
 * Threads that compute blocks beside the main thread. They sleep when there is nothing to do, and they do not keep the
 * process alive. Who computes a block does not matter for its bits.
 */
export class Pool {
  readonly #control = new Int32Array(new SharedArrayBuffer(4 * words));
  readonly #states: Int32Array;
  readonly #product = new Float64Array(new SharedArrayBuffer(8 * productWords));
  readonly #threads: readonly Thread[];
  readonly #started = performance.now();
  /** Number of blocks that other threads have taken. */
  helped = 0;
  #task = 0;
  #messages = 0;
  #jobs = 0;
  #closed = false;
  /** Threads of which it was said that they do not work. */
  readonly #named = new Set<number>();

  /**
   * @param threads number of threads beside the main one
   * @param entry module that they run
   */
  constructor(threads: number, entry: URL = workerModule(import.meta.url, "thread")) {
    this.#states = new Int32Array(new SharedArrayBuffer(4 * threads));
    this.#threads = Array.from({ length: threads }, (_, index) => this.#start(index, entry));
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Number of threads that are ready to work. */
  get ready(): number {
    return this.#states.reduce((count, each) => count + Number(each === state.ready), 0);
  }

  /** Gives a new job its number. */
  newJob(): number {
    return this.#jobs++;
  }

  /** Sends a message to all threads. They read it before their next task. */
  send(message: object): void {
    if (this.#closed) return;
    for (const { port } of this.#threads) port.postMessage(message);
    Atomics.store(this.#control, word.messages, ++this.#messages);
  }

  /**
   * Computes all blocks of a task; this thread computes as many as it comes to.
   *
   * @param own computes a block in this thread, at its place in the shared memory
   * @param again computes a block whose thread has not finished it, into memory of this thread
   */
  run(task: TaskWords, own: (block: number) => void, again: (block: number) => void): void {
    const control = this.#control;
    this.#lookAfter();
    this.#task = (this.#task % mostTasks) + 1;
    for (const [place, value] of beginning(this.#task, task)) Atomics.store(control, place, value);
    Atomics.notify(control, word.task);
    let [longest, mine] = [0, 0];
    for (;;) {
      const block = takeBlock(control, this.#task, task.blocks);
      if (block === undefined) break;
      const start = performance.now();
      own(block);
      longest = Math.max(longest, performance.now() - start);
      finishBlock(control, this.#task, block);
      mine++;
    }
    this.helped += task.blocks - mine;
    const late = this.#wait(task.blocks, longest === 0 ? 3 * blockTime : blockTime + 50 * longest);
    if (late !== undefined) {
      for (let block = 0; block < task.blocks; block++) takeBack(control, this.#task, block);
      // Only now, since a thread that is ended does not say that it has done its block.
      this.close(late);
      for (let block = 0; block < task.blocks; block++) {
        if (Atomics.load(control, word.finished + block) !== this.#task) again(block);
      }
    }
  }

  /** Computes all blocks of a product, each where it belongs. */
  multiply(product: Product, task: TaskWords, own: (block: number) => void): void {
    writeProduct(product, this.#product);
    this.run(task, own, own);
  }

  /** Ends all threads. What they had begun is computed by the main thread. */
  close(why?: string): void {
    if (this.#closed) return;
    this.#closed = true;
    if (why !== undefined) warn(`fluxion: ${why}; this thread computes alone from now on`);
    for (const { worker } of this.#threads) void worker.terminate();
  }

  /** Waits until all blocks are done. Says what is not done if there is no progress for too long. */
  #wait(blocks: number, limit: number): string | undefined {
    const control = this.#control;
    let progress = performance.now();
    for (let known = -1; ; ) {
      const done = Atomics.load(control, word.done);
      if (done >= blocks) return undefined;
      if (done !== known) progress = performance.now();
      known = done;
      if (performance.now() - progress > limit) {
        return `${blocks - done} blocks were not finished by other threads after ${Math.round(limit)} ms`;
      }
      waitWhile(control, word.done, done, lookTime);
    }
  }

  /** Names the threads that do not work. */
  #lookAfter(): void {
    const late = performance.now() - this.#started > startTime;
    for (const [index, { port }] of this.#threads.entries()) {
      const own = this.#states[index];
      if (own === state.ready) continue;
      if (own === state.unfit) {
        const received = builtin("node:worker_threads", "threads").receiveMessageOnPort(port);
        this.#name(index, String(received?.message ?? "it cannot work"));
      } else if (late) {
        this.#name(index, `it was not ready after ${startTime / 1000} s`);
      }
    }
  }

  #name(index: number, why: string): void {
    if (this.#named.has(index) || this.#closed) return;
    this.#named.add(index);
    warn(`fluxion: thread ${index + 1} of ${this.#threads.length} does not help: ${why}`);
  }

  #start(index: number, entry: URL): Thread {
    const { MessageChannel, Worker } = builtin("node:worker_threads", "threads");
    const { port1, port2 } = new MessageChannel();
    const { library, core } = describeBlas();
    const blas = { ...(library === undefined ? {} : { library }), ...(core === undefined ? {} : { core }) };
    const data: ThreadData = {
      index,
      control: this.#control,
      states: this.#states,
      port: port2,
      product: this.#product,
      blas,
    };
    const worker = new Worker(entry, {
      workerData: data,
      transferList: [port2],
      env: { ...thisHost("threads").env, FLUXION_THREADS: "1" },
    });
    worker.unref();
    port1.unref();
    const lost = (why: string): void => {
      Atomics.store(this.#states, index, state.starting);
      this.#name(index, why);
    };
    worker.on("error", (error: unknown) => lost(error instanceof Error ? error.message : String(error)));
    worker.on("exit", (code) => lost(`it ended, with exit code ${code}`));
    return { worker, port: port1 };
  }
}

/** The threads of this process, once they were needed. */
export const processPool: { current?: Pool | undefined } = {};
