import type { LoopStep, LoopValue } from "../lower/steps.ts";
import type { ElementOp } from "../lower/values.ts";
import { type NativeOperation, nativeOperations } from "./operations.ts";

/** One operation over a block. What it reads and makes has the index of a value of the loop, or a later number. */
export interface Instruction {
  readonly op: NativeOperation;
  readonly operands: readonly number[];
  readonly result: number;
  /** Second result of `tanhSlope`. */
  readonly slope?: number;
}

/** Functions of x that are computed from e^-|x|, with whether they need x too. */
const fromDecay: Readonly<Partial<Record<ElementOp, { readonly op: NativeOperation; readonly both: boolean }>>> = {
  sigmoid: { op: "sigmoidOf", both: true },
  logisticDensity: { op: "densityOf", both: false },
  softplus: { op: "softplusOf", both: true },
};

const direct = new Map<string, NativeOperation>(nativeOperations.map((op) => [op, op]));

/** Whether the library has all operations of a loop. */
export function isNativeLoop({ values }: LoopStep): boolean {
  return values.every((value) => value.kind !== "operation" || isNative(value.op));
}

/** Whether the library has a function. */
export function isNative(op: ElementOp): boolean {
  return direct.has(op) || fromDecay[op] !== undefined;
}

/**
 * Turns the values of a loop into instructions; all of its operations must be native. Functions of the same x share
 * e^-|x|, and tanh x is computed together with its slope, which is a function of 2 x. What nobody reads is left out.
 */
export function instructionsOf(step: LoopStep): readonly Instruction[] {
  const { values } = step;
  const instructions: Instruction[] = [];
  const decays = new Map<number, number>();
  const slopes = slopesOf(values);
  const made = new Set<number>();
  let next = values.length;
  const decayOf = (x: number): number => {
    let known = decays.get(x);
    if (known === undefined) {
      known = next++;
      decays.set(x, known);
      instructions.push({ op: "decay", operands: [x], result: known });
    }
    return known;
  };
  for (const [result, value] of values.entries()) {
    if (value.kind !== "operation" || made.has(result)) continue;
    const { op, operands } = value;
    const [x] = operands as [number];
    const { op: of, both } = fromDecay[op] ?? {};
    const slope = slopes.get(result);
    if (slope !== undefined) {
      instructions.push({ op: "tanhSlope", operands, result, slope });
      made.add(slope);
    } else if (of !== undefined) {
      const decay = decayOf(x);
      instructions.push({ op: of, operands: both ? [x, decay] : [decay], result });
    } else instructions.push({ op: direct.get(op)!, operands, result });
  }
  return read(step, instructions);
}

/** Pairs tanh x with a later logisticDensity(2 x), by their indices. */
function slopesOf(values: readonly LoopValue[]): ReadonlyMap<number, number> {
  const pairs = new Map<number, number>();
  const isTwo = (i: number): boolean => {
    const value = values[i]!;
    return value.kind === "number" && value.value === 2;
  };
  for (const [i, value] of values.entries()) {
    if (value.kind !== "operation" || value.op !== "logisticDensity") continue;
    const doubled = values[value.operands[0]!]!;
    if (doubled.kind !== "operation" || doubled.op !== "mul" || !doubled.operands.some(isTwo)) continue;
    const x = doubled.operands.find((operand) => !isTwo(operand));
    const tanh = values.findIndex(
      (other, at) => at < i && other.kind === "operation" && other.op === "tanh" && other.operands[0] === x,
    );
    if (tanh >= 0) pairs.set(tanh, i);
  }
  return pairs;
}

/** Leaves out instructions whose results nobody reads. */
function read({ stores, sums }: LoopStep, instructions: readonly Instruction[]): readonly Instruction[] {
  const needed = new Set([...stores, ...sums].map(({ value }) => value));
  const kept: Instruction[] = [];
  for (const instruction of instructions.toReversed()) {
    const { operands, result, slope } = instruction;
    if (!needed.has(result) && (slope === undefined || !needed.has(slope))) continue;
    for (const operand of operands) needed.add(operand);
    kept.unshift(instruction);
  }
  return kept;
}
