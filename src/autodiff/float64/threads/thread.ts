/** A thread that computes blocks of tiles, for as long as the process lives. */
import { builtin } from "../../../host.ts";
import { describeBlas, findBlas } from "../../../linalg/blas/blas.ts";
import { findNative } from "../native/library.ts";
import { Stash } from "../tiles/stash.ts";
import { type Task, TileWork } from "../tiles/work.ts";
import { beginBlock, finishBlock, takeBlock, waitWhile, word } from "./control.ts";
import { blockOf, multiply, readProduct } from "./product.ts";
import type { JobData, ToThread } from "./protocol.ts";
import { kinds, state, type ThreadData } from "./threadData.ts";

const { receiveMessageOnPort, workerData } = builtin("node:worker_threads", "thread");
const { index, control, states, port, product, blas } = workerData as ThreadData;

/** A job as this thread has compiled it. */
interface Job {
  readonly data: JobData;
  readonly work: TileWork;
  readonly stash: Stash;
  /** Number of the point that the programs have. */
  point: number;
}
const jobs = new Map<number, Job>();
let messages = 0;

function receive(message: ToThread): void {
  if (message.kind === "job") {
    const { graphs, options, stash } = message.data;
    jobs.set(message.job, {
      data: message.data,
      work: new TileWork(graphs, options),
      stash: new Stash(stash.numbers, stash.stamps, stash.size),
      point: 0,
    });
  } else if (message.kind === "data") {
    jobs.get(message.job)?.work.load(message.data);
  } else {
    jobs.delete(message.job);
  }
}

function taskOf({ data }: Job): Task {
  const kind = kinds[control[word.kind]!]!;
  if (kind === "product") throw new Error("internal: thread: a product belongs to no job");
  if (kind !== "multiply") return { kind };
  return { kind, vectors: data.vectors.subarray(), count: control[word.count]! };
}

/** Computes what is left of a product. */
function helpMultiply(task: number): void {
  const by = { blas: findBlas(blas.library ?? "off"), native: findNative() };
  const blocks = control[word.blocks]!;
  for (;;) {
    const block = takeBlock(control, task, blocks);
    if (block === undefined) return;
    // Whoever has a block knows that the words are those of its task.
    if (!beginBlock(control, task, block)) continue;
    multiply(by, blockOf(readProduct(product), blocks, block));
    finishBlock(control, task, block);
  }
}

/** Does what is left of a task. */
function help(task: number): void {
  if (kinds[control[word.kind]!] === "product") {
    if (index < control[word.helpers]!) helpMultiply(task);
    return;
  }
  // Words of a later task do no harm: then no block of this one is left.
  while (messages < control[word.messages]!) {
    const received = receiveMessageOnPort(port);
    if (received === undefined) return;
    receive(received.message as ToThread);
    messages++;
  }
  const job = jobs.get(control[word.job]!);
  if (job === undefined) return;
  const [blocks, length, stamp, point] = [word.blocks, word.length, word.stamp, word.point].map(
    (place) => control[place]!,
  ) as [number, number, number, number];
  if (index >= control[word.helpers]!) return;
  const doing = taskOf(job);
  for (;;) {
    const block = takeBlock(control, task, blocks);
    if (block === undefined) return;
    if (job.point !== point) {
      job.work.move(job.data.point);
      job.point = point;
    }
    job.work.run(
      doing,
      block,
      { stash: job.stash, stamp },
      job.data.sums.subarray(block * length, (block + 1) * length),
    );
    finishBlock(control, task, block);
  }
}

const own = describeBlas(blas.library ?? "off");
if (own.library !== blas.library || own.core !== blas.core) {
  port.postMessage(`it has ${own.library ?? "no BLAS"} (${own.core ?? own.warning ?? ""}) in place of ${blas.library}`);
  Atomics.store(states, index, state.unfit);
} else {
  Atomics.store(states, index, state.ready);
  for (let task = 0; ; ) {
    waitWhile(control, word.task, task);
    task = Atomics.load(control, word.task);
    help(task);
  }
}
