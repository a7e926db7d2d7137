/**
 * Fills a vector with small integers without a pattern, of both signs, so that hardly any problem has a direction that
 * is orthogonal to it. It is the same at each call.
 */
export function unpatterned(out: Float64Array): Float64Array {
  for (let i = 0; i < out.length; i++) {
    const hash = Math.imul(i + 1, 0x9e3779b1) >>> 16;
    out[i] = (hash & 1 ? 1 : -1) * (1 + ((hash >>> 1) & 3));
  }
  return out;
}
