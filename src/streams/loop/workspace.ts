/** Vectors that a run uses again and again: `reuse` in {@link IterateOptions}. */
import { vectorMemory } from "../../linalg/vectorMemory.ts";
import { vectorToFill } from "./memory.ts";

/** Point, field, direction and what operators borrow; what states hold for good comes on top and may lie elsewhere. */
const together = 8;

export class Workspace {
  #free: Float64Array[] | undefined;
  #lent: Float64Array[] = [];

  /** What operators remember is theirs as long as they do. */
  constructor(private readonly slots: () => Iterable<{ readonly state: unknown }>) {}

  /** A vector of any numbers, until it is reclaimed. */
  take(n: number): Float64Array {
    this.#free ??= [...(vectorMemory(n, together) ?? [])];
    const known = this.#free.pop();
    const vector = known?.length === n ? known : vectorToFill(n);
    this.#lent.push(vector);
    return vector;
  }

  /** A vector that was taken stays with who took it. */
  keep(vector: Float64Array): void {
    this.#lent.splice(this.#lent.indexOf(vector), 1);
  }

  /** All that was lent may be overwritten, but for `kept` and what an operator's state holds. */
  reclaim(...kept: readonly Float64Array[]): void {
    const lent = this.#lent;
    this.#lent = [];
    const held: ArrayBufferView[] = [...kept];
    const seen = new Set<object>();
    for (const { state } of this.slots()) addArrays(state, held, seen);
    for (const vector of lent) {
      if (held.some((other) => overlap(vector, other))) this.#lent.push(vector);
      else this.#free?.push(vector);
    }
  }
}

function overlap(a: ArrayBufferView, b: ArrayBufferView): boolean {
  return (
    a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength
  );
}

/** All typed arrays in a state, which is plain data: what structuredClone copies. */
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
