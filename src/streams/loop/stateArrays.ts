/** Replaces the arrays in an operator's state, which is plain data that structuredClone copies. */

/**
 * Gives a copy of a state in which `replace` has exchanged each Float64Array. Objects that
 * are not plain are passed on as they are. Arrays that occur several times stay one array.
 */
export function withArrays(state: unknown, replace: (array: Float64Array) => Float64Array): unknown {
  const known = new Map<object, unknown>();
  const copied = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (known.has(value)) return known.get(value);
    if (value instanceof Float64Array) {
      const other = replace(value);
      known.set(value, other);
      return other;
    }
    return copiedParts(value);
  };
  const copiedParts = (value: object): unknown => {
    if (Array.isArray(value)) {
      const copy: unknown[] = [];
      known.set(value, copy);
      for (const entry of value) copy.push(copied(entry));
      return copy;
    }
    if (value instanceof Map) {
      const copy = new Map<unknown, unknown>();
      known.set(value, copy);
      for (const [key, entry] of value) copy.set(copied(key), copied(entry));
      return copy;
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return value;
    const copy: Record<string, unknown> = {};
    known.set(value, copy);
    for (const [key, entry] of Object.entries(value)) {
      // An assignment to a key such as __proto__ would not make a property.
      Object.defineProperty(copy, key, { value: copied(entry), writable: true, enumerable: true, configurable: true });
    }
    return copy;
  };
  return copied(state);
}

/** The numbers of an array in memory of their own: a clone of a part of a large memory would copy all of it. */
export function ownArray(array: Float64Array): Float64Array {
  return array.byteLength === array.buffer.byteLength ? array : array.slice();
}
