/** Chooses where an axis has ticks. */

/**
 * Returns powers of ten at least `least` pixels apart, with 2 and 5 between them where there is room; within less than
 * a decade, even steps.
 */
export function logTicks(min: number, max: number, pixels: number, least: number): number[] {
  const [low, high] = [Math.log10(min), Math.log10(max)];
  const perDecade = pixels / Math.max(high - low, 1e-9);
  if (high - low < 0.8) return evenTicks(min, max, Math.max(2, Math.floor(pixels / least)));
  const needed = least / perDecade;
  const every = [1, 2, 3, 5, 10, 20, 50, 100].find((decades) => decades >= needed) ?? 200;
  const factors = perDecade > 4 * least ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let power = Math.ceil(Math.floor(low) / every) * every; power <= high; power += every) {
    for (const factor of factors) ticks.push(Number(`${factor}e${power}`));
  }
  return ticks.filter((tick) => tick >= min * (1 - 1e-9) && tick <= max * (1 + 1e-9));
}

/** Returns about `count` multiples of 1, 2 or 5 times a power of ten. */
export function evenTicks(min: number, max: number, count: number): number[] {
  const rough = (max - min) / Math.max(1, count);
  if (!(rough > 0)) return [min];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? 10 * power;
  const ticks: number[] = [];
  for (let index = Math.ceil(min / step - 1e-9); index * step <= max + 1e-9 * step; index++) {
    ticks.push(Number((index * step).toPrecision(12)));
  }
  return ticks;
}

/** Adds room around the data, so that no curve lies on the frame. */
export function padded(min: number, max: number, log: boolean): [number, number] {
  if (log) {
    const decades = Math.max(Math.log10(max / min), 0.1);
    const pad = 10 ** (0.06 * decades);
    return min === max ? [min / 2, max * 2] : [min / pad, max * pad];
  }
  const pad = min === max ? Math.abs(min) * 0.1 || 1 : 0.06 * (max - min);
  return [min - pad, max + pad];
}
