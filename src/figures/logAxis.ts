/** Makes logarithmic axes whose ticks are powers of ten. Plot's own ticks between them overlap in small panels. */
import type { ScaleOptions } from "@observablehq/plot";

/** Writes a tick with one digit: `1e-10`, `1`. */
function powerOfTen(value: number): string {
  return value === 1 ? "1" : value.toExponential(0).replace("+", "");
}

/**
 * Makes the options of a logarithmic scale of Observable Plot from `low` to `high`, both positive, with at most `most`
 * ticks at powers of ten. If the domain holds fewer than two powers of ten, the ticks are at 1, 2 and 5 of each decade.
 *
 * @example
 * console.log(logAxis("loss", 1e-4, 1, 3).ticks);
 * // [ 0.0001, 0.01, 1 ]
 * @param label text beside the axis
 * @param most largest number of ticks; default 5
 */
export function logAxis(label: string, low: number, high: number, most = 5): ScaleOptions {
  const scale = { type: "log", label, domain: [low, high], grid: true } as const;
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  if (last - first < 1) {
    const near = [first - 1, first, first + 1].flatMap((e) => [1, 2, 5].map((m) => Number(`${m}e${e}`)));
    return { ...scale, ticks: near.filter((tick) => tick >= low && tick <= high), tickFormat: powerOfTen };
  }
  const every = Math.ceil((last - first + 1) / most);
  // The exponents are multiples of `every`, so that 1 is among the ticks if it is in the domain.
  const exponents = Array.from({ length: last - first + 1 }, (_, i) => first + i).filter((e) => e % every === 0);
  return { ...scale, ticks: exponents.map((e) => Number(`1e${e}`)), tickFormat: powerOfTen };
}
