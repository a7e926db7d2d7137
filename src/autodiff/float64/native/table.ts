/** Describes a fused loop to the C library, as a table of 32-bit words. `native/loops.c` reads it. */
import type { LoopShape, Walk } from "../emit/loopShape.ts";
import type { LoopStep } from "../lower/steps.ts";
import { type Instruction, instructionsOf, isNativeLoop } from "./instructions.ts";
import { nativeOperations, nativeSizes } from "./operations.ts";

/** A loop cut into blocks of at most `nativeSizes.block` numbers. */
interface Blocks {
  /** Numbers of passes of the loops around the rows. */
  readonly outer: readonly number[];
  readonly rows: number;
  readonly columns: number;
  /** Rows and columns of a block: several rows if they are short, else a part of one. */
  readonly blockRows: number;
  readonly blockColumns: number;
}

export function blocksOf({ outer, run }: LoopShape): Blocks {
  const { block } = nativeSizes;
  const rows = outer.at(-1) ?? 1;
  return {
    outer: outer.slice(0, -1),
    rows,
    columns: run,
    blockRows: run > block ? 1 : Math.min(rows, Math.floor(block / run)),
    blockColumns: Math.min(run, block),
  };
}

/** Returns how far an access moves along each outer loop, in bytes. */
function distances({ advances }: Walk, outer: readonly number[]): readonly number[] {
  const found: number[] = [];
  for (let level = outer.length - 1; level >= 0; level--) {
    const inner = level + 1 < outer.length ? found[0]! * outer[level + 1]! : 0;
    found.unshift(advances[level]! + inner);
  }
  return found;
}

/**
 * Writes the table of a loop whose buffers have places. The sums that it adds to must be 0 before.
 *
 * @returns undefined if the library cannot run it: an operation is missing, it needs too many registers, or its arrays are
 *   too far apart
 */
export function nativeTable(step: LoopStep, shape: LoopShape): Int32Array | undefined {
  const { values } = step;
  if (!isNativeLoop(step) || shape.outer.length > nativeSizes.levels) return undefined;
  const { outer, rows, columns, blockRows, blockColumns } = blocksOf(shape);
  const dense = (walk: Walk): boolean =>
    walk.step === 8 && (blockRows === 1 || distances(walk, shape.outer).at(-1) === 8 * columns);
  const wordsOf = (walk: Walk, slot: number): readonly number[] => {
    const all = distances(walk, shape.outer);
    return [slot, placeOf(walk), walk.step, all.at(-1) ?? 0, ...all.slice(0, -1)];
  };
  if (!shape.stores.every(dense)) return undefined;
  const walks = [...shape.loads, ...shape.stores, ...shape.sums];
  const longest = (walk: Walk): number => Math.max(...[walk.step, ...distances(walk, shape.outer)].map(Math.abs));
  if (walks.some((walk) => longest(walk) >= 2 ** 31)) return undefined;

  const instructions = instructionsOf(step);
  const uses = usesOf(step, instructions);
  // An operation writes its first store where it goes; everything else is copied at the end of each block.
  const written = new Map<number, number>();
  for (const [i, { value }] of step.stores.entries()) {
    if (values[value]!.kind === "operation" && !written.has(value)) written.set(value, i);
  }
  const isCopied = (i: number): boolean => written.get(step.stores[i]!.value) !== i;

  const loads = new Map<number, Walk>();
  for (const [i, value] of values.entries()) if (value.kind === "load") loads.set(i, shape.loads[loads.size]!);
  /** Whether something is written over an array before its last reader. */
  const isOverwritten = (value: number, walk: Walk): boolean =>
    shape.stores.some((store, i) => {
      if (!overlap(store, walk)) return false;
      const { value: made } = step.stores[i]!;
      const writer = instructions.findIndex(({ result, slope }) => result === made || slope === made);
      return (uses.get(value) ?? -1) > (isCopied(i) ? instructions.length - 1 : writer);
    });
  const read = [...loads].filter(([value, walk]) => dense(walk) && !isOverwritten(value, walk));
  const directly = new Set(read.map(([value]) => value));
  const filled = [...loads].filter(([value]) => !directly.has(value));
  const numbers = [...values.entries()].filter(([, value]) => value.kind === "number");

  const lasting = [...numbers, ...filled].map(([value]) => value);
  const slots = registersOf(instructions, uses, lasting, new Set([...directly, ...written.keys()]));
  if (slots === undefined) return undefined;
  let next: number = nativeSizes.registers;
  for (const value of [...directly, ...written.keys()]) slots.set(value, next++);
  if (next > nativeSizes.slots) return undefined;
  const slot = (value: number): number => slots.get(value)!;

  const operations = instructions.flatMap(({ op, operands, result, slope }) => {
    const [a = 0, b = 0, c = 0] = operands.map(slot);
    return [nativeOperations.indexOf(op), slot(result), a, b, slope === undefined ? c : slot(slope)];
  });
  const lists = {
    filled: filled.map(([value, walk]) => wordsOf(walk, slot(value))),
    read: read.map(([value, walk]) => wordsOf(walk, slot(value))),
    written: [...written].map(([value, i]) => wordsOf(shape.stores[i]!, slot(value))),
    copied: step.stores.flatMap(({ value }, i) => (isCopied(i) ? [wordsOf(shape.stores[i]!, slot(value))] : [])),
    sums: step.sums.map(({ value }, i) => wordsOf(shape.sums[i]!, slot(value))),
  };
  return Int32Array.from([
    ...[outer.length, rows, columns, blockRows, blockColumns],
    ...[numbers.length, lists.filled.length, lists.read.length, operations.length / 5],
    ...[lists.written.length, lists.copied.length, lists.sums.length],
    ...outer,
    ...numbers.flatMap(([i, value]) => [slot(i), 0, ...wordsOfNumber((value as { readonly value: number }).value)]),
    ...Object.values(lists).flat(2),
    ...operations,
  ]);
}

/**
 * Returns the number of the last instruction that reads each value: the number of instructions if a sum or a copy at the
 * end of the block may read it.
 */
function usesOf({ stores, sums }: LoopStep, instructions: readonly Instruction[]): ReadonlyMap<number, number> {
  const uses = new Map<number, number>();
  for (const [i, { operands }] of instructions.entries()) for (const operand of operands) uses.set(operand, i);
  for (const { value } of [...stores, ...sums]) uses.set(value, instructions.length);
  return uses;
}

/** Gives a register to what is not `elsewhere`; undefined if there are too few. */
function registersOf(
  instructions: readonly Instruction[],
  uses: ReadonlyMap<number, number>,
  lasting: readonly number[],
  elsewhere: ReadonlySet<number>,
): Map<number, number> | undefined {
  if (lasting.length > nativeSizes.registers) return undefined;
  const slots = new Map(lasting.map((value, i) => [value, i] as const));
  const kept = new Set([...lasting, ...elsewhere]);
  const free: number[] = [];
  for (let register = nativeSizes.registers - 1; register >= lasting.length; register--) free.push(register);
  const take = (value: number): boolean => {
    const register = free.pop();
    if (register !== undefined) slots.set(value, register);
    return register !== undefined;
  };
  for (const [i, { operands, result, slope }] of instructions.entries()) {
    for (const operand of new Set(operands)) {
      if (!kept.has(operand) && uses.get(operand) === i) free.push(slots.get(operand)!);
    }
    const made = slope === undefined ? [result] : [result, slope];
    for (const value of made) if (!elsewhere.has(value) && !take(value)) return undefined;
    // What nobody reads needs its register only here.
    for (const value of made) if (!kept.has(value) && !uses.has(value)) free.push(slots.get(value)!);
  }
  return slots;
}

function placeOf({ access: { buffer, offset } }: Walk): number {
  if (buffer.place === undefined) throw new Error("internal: native: a buffer without a place");
  return buffer.place + 8 * offset;
}

function overlap({ access: { buffer: a } }: Walk, { access: { buffer: b } }: Walk): boolean {
  return a.place! < b.place! + 8 * b.size && b.place! < a.place! + 8 * a.size;
}

const number = new DataView(new ArrayBuffer(8));
function wordsOfNumber(value: number): readonly [low: number, high: number] {
  number.setFloat64(0, value, true);
  return [number.getInt32(0, true), number.getInt32(4, true)];
}
