import type { LoopStep, LoopValue } from "../lower/steps.ts";
import type { ElementOp } from "../lower/values.ts";
import { type NativeOperation, nativeOperations } from "./operations.ts";

/** One operation over a block. What it reads and makes has the index of a value of the loop, or a later number. */
export interface Instruction {
  readonly op: NativeOperation;
  readonly operands: readonly number[];
  readonly result: number;
  /** Second result of `tanhDecay`. */
  readonly decay?: number;
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
 * e^-|x|, as tanh x and functions of 2 x do.
 */
export function instructionsOf({ values }: LoopStep): readonly Instruction[] {
  const instructions: Instruction[] = [];
  const decays = new Map<number, number>();
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
    if (value.kind !== "operation") continue;
    const { op, operands } = value;
    const [x] = operands as [number];
    const { op: of, both } = fromDecay[op] ?? {};
    const doubled = op === "tanh" ? doubleOf(values, x) : undefined;
    if (of !== undefined) {
      const decay = decayOf(x);
      instructions.push({ op: of, operands: both ? [x, decay] : [decay], result });
    } else if (doubled !== undefined && !decays.has(doubled)) {
      decays.set(doubled, next);
      instructions.push({ op: "tanhDecay", operands, result, decay: next++ });
    } else instructions.push({ op: direct.get(op)!, operands, result });
  }
  return instructions;
}

/** Finds 2 x among the values of a loop, if a function of it is computed from e^-2|x|. */
function doubleOf(values: readonly LoopValue[], x: number): number | undefined {
  const isTwo = (i: number): boolean => {
    const value = values[i]!;
    return value.kind === "number" && value.value === 2;
  };
  const found = values.findIndex(
    (value) =>
      value.kind === "operation" &&
      value.op === "mul" &&
      value.operands.includes(x) &&
      value.operands.some((operand) => isTwo(operand)),
  );
  const used = values.some(
    (value) => value.kind === "operation" && fromDecay[value.op] !== undefined && value.operands[0] === found,
  );
  return found >= 0 && used ? found : undefined;
}
