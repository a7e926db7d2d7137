import { type Blas, findBlas } from "../blas/blas.ts";

/** Argument of a routine: an array, a letter, or an integer. */
type Operand = Float64Array | Integers | string | number;
/** Integers of the library's width. */
type Integers = Int32Array | BigInt64Array;

/** A routine of LAPACK, called with values where Fortran takes references. */
interface LapackRoutine {
  /** Calls the routine and returns its `info`, which the call appends as the last argument. */
  readonly call: (...operands: readonly Operand[]) => number;
  /** Makes an array of integers for the routine to work in. */
  readonly integers: (length: number) => Integers;
}

/** Routines that were looked up, by library: a prototype may be declared once. */
const known = new WeakMap<Blas, Map<string, LapackRoutine | undefined>>();

/**
 * Finds a routine of the machine's LAPACK, such as `dgesdd`. It checks nothing, so sizes must be right.
 *
 * @param count number of its arguments, with `info`
 * @returns undefined if the machine has no LAPACK, or if this thread computes portably
 */
export function lapackRoutine(name: string, count: number): LapackRoutine | undefined {
  const blas = findBlas();
  if (blas === undefined) return undefined;
  const routines = known.get(blas) ?? new Map<string, LapackRoutine | undefined>();
  known.set(blas, routines);
  if (!routines.has(name)) routines.set(name, routineOf(blas, name, count));
  return routines.get(name);
}

function routineOf({ lapack, wide }: Blas, name: string, count: number): LapackRoutine | undefined {
  const routine = lapack(name, count);
  if (routine === undefined) return undefined;
  const integers = (length: number): Integers => (wide ? new BigInt64Array(length) : new Int32Array(length));
  const reference = (operand: Operand): unknown => {
    if (typeof operand === "string") return Uint8Array.of(operand.charCodeAt(0));
    if (typeof operand === "number") return wide ? BigInt64Array.of(BigInt(operand)) : Int32Array.of(operand);
    return operand;
  };
  return {
    integers,
    call(...operands) {
      const info = integers(1);
      routine(...operands.map(reference), info);
      return Number(info[0]);
    },
  };
}
