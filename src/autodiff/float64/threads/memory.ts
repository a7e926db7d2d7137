/** Makes memory that threads share; undefined if there is none. */
export function shared(bytes: number): SharedArrayBuffer | undefined {
  try {
    return new SharedArrayBuffer(bytes);
  } catch {
    return undefined;
  }
}
