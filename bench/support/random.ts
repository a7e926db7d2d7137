/**
 * Standard normal numbers from a seed, by a linear congruential generator in 32 bits and Box and Muller's formula,
 * which are easy to repeat in other languages.
 */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
