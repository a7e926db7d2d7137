/** Plain data that JSON can hold. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/** Number of levels to which values from files may be nested. */
export const mostLevels = 100;

/** Whether a value is nested deeper than {@link mostLevels}. */
export function isTooDeep(value: JsonValue): boolean {
  let level: readonly JsonValue[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= mostLevels) return true;
    level = level.flatMap((entry) => (typeof entry === "object" && entry !== null ? childrenOf(entry) : []));
  }
  return false;
}

function childrenOf(value: readonly JsonValue[] | { readonly [key: string]: JsonValue | undefined }): JsonValue[] {
  return Object.values(value).filter((entry): entry is JsonValue => typeof entry === "object" && entry !== null);
}
