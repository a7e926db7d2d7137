/** How threads divide blocks: words of shared memory, with the same rules on both sides. */

/** Places of the words. */
export const word = {
  /** Number of the present task. It changes when there is something to do; threads sleep on it. */
  task: 0,
  /** The task's number and the next block that nobody has taken, as one word, so that a late thread takes none. */
  claim: 1,
  /** Number of blocks that are done; the main thread sleeps on it. */
  done: 2,
  job: 3,
  kind: 4,
  count: 5,
  stamp: 6,
  blocks: 7,
  /** Numbers per block. */
  length: 8,
  /** Number that changes with the point. */
  point: 9,
  /** Messages that a thread must have read before it works. */
  messages: 10,
  /** Number of threads that may help. */
  helpers: 11,
  /** From here on: for each block the task for which it is done. */
  finished: 16,
} as const;

const blockBits = 10;
/** Most blocks of a task. */
const mostBlocks = (1 << blockBits) - 1;
/** Number of words. */
export const words = word.finished + mostBlocks + 1;
/** Task numbers begin again after this one, so that they fit the claim. */
export const mostTasks = (1 << (31 - blockBits)) - 1;

/** Milliseconds for which a thread looks for work before it sleeps. Waking it takes about as long. */
const spinTime = 0.1;

const told = ["job", "helpers", "kind", "count", "stamp", "blocks", "length", "point"] as const;
/** What a task tells the threads. */
export type TaskWords = Readonly<Record<(typeof told)[number], number>>;

function claimWord(task: number, block: number): number {
  return (task << blockBits) | block;
}

/**
 * Says what to write, in this order, to begin a task.
 *
 * The claim comes first, with no block left: a late thread that still has the task before reads words of this one, and
 * with its greater number of blocks would take one that the task before never had.
 */
export function beginning(task: number, given: TaskWords): readonly (readonly [place: number, value: number])[] {
  return [
    [word.claim, claimWord(task, mostBlocks)],
    ...told.map((name) => [word[name], given[name]] as const),
    [word.done, 0],
    [word.claim, claimWord(task, 0)],
    [word.task, task],
  ];
}

/** Takes the next block of a task; undefined if all are taken or the task is over. */
export function takeBlock(control: Int32Array, task: number, blocks: number): number | undefined {
  for (;;) {
    const claim = Atomics.load(control, word.claim);
    const block = claim & mostBlocks;
    if (claim >> blockBits !== task || block >= blocks) return undefined;
    if (Atomics.compareExchange(control, word.claim, claim, claim + 1) === claim) return block;
  }
}

/** What stands at a block before it is done, beside its task's number, which is smaller. */
const [begun, takenBack] = [1 << 29, 1 << 30];

/**
 * Says that a thread now writes a block where all can see it, and that this will end.
 *
 * @returns false if the main thread has taken the block back
 */
export function beginBlock(control: Int32Array, task: number, block: number): boolean {
  const place = word.finished + block;
  const before = Atomics.load(control, place);
  return before !== (task | takenBack) && Atomics.compareExchange(control, place, before, task | begun) === before;
}

/** Takes back a block that is not done. Waits for its end if a thread has begun to write it. */
export function takeBack(control: Int32Array, task: number, block: number): void {
  const place = word.finished + block;
  for (;;) {
    const now = Atomics.load(control, place);
    if (now === task) return;
    if (now === (task | begun)) Atomics.wait(control, place, now, 1);
    else if (Atomics.compareExchange(control, place, now, task | takenBack) === now) return;
  }
}

/** Says that a block is done. */
export function finishBlock(control: Int32Array, task: number, block: number): void {
  Atomics.store(control, word.finished + block, task);
  Atomics.add(control, word.done, 1);
  Atomics.notify(control, word.done);
}

/** Waits until a word differs from a value, at most so many milliseconds: at first awake, then asleep. */
export function waitWhile(control: Int32Array, place: number, value: number, milliseconds?: number): void {
  const end = performance.now() + spinTime;
  do {
    for (let i = 0; i < 50; i++) if (Atomics.load(control, place) !== value) return;
  } while (performance.now() < end);
  Atomics.wait(control, place, value, milliseconds);
}
