import type { Attributes, AxisMap, Op } from "./graph.ts";

/**
 * Returns a text that is equal for equal attributes. Constants share a text if their hashes agree, so compare their
 * numbers too.
 */
export function attributesKey<K extends Op>(attributes: Attributes[K]): string {
  let key = "";
  for (const [name, value] of Object.entries<unknown>({ ...attributes })) key += `${name}=${valueKey(value)};`;
  return key;
}

function valueKey(value: unknown): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (value instanceof Float64Array) return `#${hash(value)}`;
  if (Array.isArray(value)) return `[${value.map((item) => (isMap(item) ? mapKey(item) : String(item))).join()}]`;
  return String(value);
}

function mapKey({ offset, strides, table }: AxisMap): string {
  return `${offset}:${strides.join()}${table === undefined ? "" : `@${table.join()}`}|`;
}

function isMap(item: unknown): item is AxisMap {
  return typeof item === "object" && item !== null && "strides" in item;
}

/** FNV-1a hash of the bits. */
function hash(values: Float64Array): number {
  let h = 0x811c9dc5;
  for (const word of new Uint32Array(values.buffer, values.byteOffset, 2 * values.length)) {
    h = Math.imul(h ^ word, 0x01000193);
  }
  return h >>> 0;
}

/** Whether two arrays are equal, with NaN equal to itself and 0 different from -0. */
export function sameValues(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}
