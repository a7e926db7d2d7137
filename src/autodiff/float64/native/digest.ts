/** FNV-1a over the bits of numbers, in which every NaN counts as the same. */
export function digest(values: Float64Array): string {
  const words = new Uint32Array(values.map((value) => (Number.isNaN(value) ? Number.NaN : value)).buffer);
  let [low, high] = [0x811c9dc5, 0x2545f491];
  for (const word of words) {
    low = Math.imul(low ^ word, 0x01000193);
    high = Math.imul(high ^ (word >>> 16) ^ low, 0x01000193);
  }
  return [high, low].map((part) => (part >>> 0).toString(16).padStart(8, "0")).join("");
}
