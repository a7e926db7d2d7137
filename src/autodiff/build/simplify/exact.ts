import type { Op } from "../../graph/graph.ts";
import type { BinaryOp } from "../../graph/operations.ts";

/** Operations that never round: they move, compare or choose numbers. */
const unrounded: ReadonlySet<Op> = new Set<Op>([
  "neg",
  "abs",
  "sign",
  "floor",
  "ceil",
  "round",
  "not",
  "max",
  "min",
  "less",
  "lessEqual",
  "equal",
  "select",
  "reduceMax",
  "argMax",
  "reshape",
  "broadcast",
  "transpose",
  "take",
]);

/** Whether the result of an operation on float64 numbers is always its exact value. */
export function neverRounds(op: Op): boolean {
  return unrounded.has(op);
}

/** Outside this range, the errors below would underflow or overflow themselves. */
const [smallest, largest] = [1e-140, 1e140];

function isModerate(x: number): boolean {
  const size = Math.abs(x);
  return x === 0 || (size > smallest && size < largest);
}

/** Whether float64 computes an operation on two numbers without rounding. It may say no where the answer is yes. */
export function isExact(op: BinaryOp, a: number, b: number): boolean {
  if (neverRounds(op)) return true;
  if (!isModerate(a) || !isModerate(b)) return false;
  switch (op) {
    case "add":
      return sumError(a, b) === 0;
    case "sub":
      return sumError(a, -b) === 0;
    case "mul":
      return productError(a, b) === 0;
    case "div":
      return b !== 0 && isModerate(a / b) && (a / b) * b === a && productError(a / b, b) === 0;
    default:
      return false;
  }
}

/** What is lost when a + b is rounded. */
function sumError(a: number, b: number): number {
  const sum = a + b;
  const part = sum - a;
  return a - (sum - part) + (b - part);
}

/** What is lost when a b is rounded. */
function productError(a: number, b: number): number {
  const product = a * b;
  const [aHigh, bHigh] = [upperHalf(a), upperHalf(b)];
  const [aLow, bLow] = [a - aHigh, b - bHigh];
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

function upperHalf(x: number): number {
  const large = x * (2 ** 27 + 1);
  return large - (large - x);
}
