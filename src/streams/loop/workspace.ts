/** Keeps vectors that a run uses again and again, for `reuse` in {@link IterateOptions}. */
import { type VectorLender, vectorsOfProgram } from "../../linalg/programMemory.ts";
import { vectorMemory } from "../../linalg/vectorMemory.ts";
import { large, vectorToFill } from "./memory.ts";
import { withArrays } from "./stateArrays.ts";

/**
 * Number of vectors that lie in one memory: point and field of two steps, direction, and those that operators borrow.
 * Further ones lie elsewhere.
 */
const together = 12;

export class Workspace {
  #free: Float64Array[] | undefined;
  #lent: Float64Array[] = [];

  /** @param slots gives the operators, whose states may hold vectors that were lent */
  constructor(private readonly slots: () => Iterable<{ readonly state: unknown }>) {}

  /**
   * Lends a vector of arbitrary numbers until it is reclaimed. The first ones that it lends are the places of point and
   * field in the memory of `lender`, if that lends them.
   */
  take(n: number, lender?: VectorLender): Float64Array {
    this.#free ??= [...(lender?.[vectorsOfProgram]?.(together) ?? vectorMemory(n, together) ?? [])];
    const known = this.#free.pop();
    const vector = known?.length === n ? known : vectorToFill(n);
    this.#lent.push(vector);
    return vector;
  }

  /**
   * Moves the vectors of a restored state into the memory of the others, where loops over them are as fast as in the
   * run that saved it.
   */
  adopt(state: unknown, n: number): unknown {
    if (n < large) return state;
    return withArrays(state, (array) => {
      if (array.length !== n) return array;
      const vector = this.take(n);
      vector.set(array);
      return vector;
    });
  }

  /** Leaves a vector that was lent to its borrower for good. */
  keep(vector: Float64Array): void {
    this.#lent.splice(this.#lent.indexOf(vector), 1);
  }

  /** Whether a vector is one that was lent and no operator's state holds it, once its row is over. */
  mayOverwrite(vector: Float64Array): boolean {
    return this.#lent.includes(vector) && this.#holders(vector) === 0;
  }

  /** Whether a vector is one that was lent and a single place in the operators' states holds it. */
  isHeldOnce(vector: Float64Array): boolean {
    return this.#lent.includes(vector) && this.#holders(vector) === 1;
  }

  #holders(vector: Float64Array): number {
    const held = this.#held();
    let holders = 0;
    for (const other of held) if (overlap(vector, other)) holders++;
    return holders;
  }

  /** The arrays in the operators' states, each as often as different states hold it. */
  #held(): ArrayBufferView[] {
    const held: ArrayBufferView[] = [];
    for (const { state } of this.slots()) addArrays(state, held, new Set());
    return held;
  }

  /** Takes back all vectors that were lent, except `kept` and those that an operator's state holds. */
  reclaim(...kept: readonly Float64Array[]): void {
    // Backwards, so that what was lent first is the next to be lent: the field then stays where it is.
    const lent = this.#lent.reverse();
    this.#lent = [];
    const held = [...kept, ...this.#held()];
    for (const vector of lent) {
      if (held.some((other) => overlap(vector, other))) this.#lent.push(vector);
      else this.#free?.push(vector);
    }
  }
}

/** Whether two arrays share memory. */
function overlap(a: ArrayBufferView, b: ArrayBufferView): boolean {
  return (
    a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength
  );
}

/** Collects all typed arrays in a state, which is plain data that structuredClone copies. */
function addArrays(value: unknown, found: ArrayBufferView[], seen: Set<object>): void {
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  if (ArrayBuffer.isView(value)) {
    found.push(value);
    return;
  }
  seen.add(value);
  const entries =
    value instanceof Map ? [...value.keys(), ...value.values()] : value instanceof Set ? value : Object.values(value);
  for (const entry of entries) addArrays(entry, found, seen);
}
