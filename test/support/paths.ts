/** Paths of points, and how far what is left of one lies from it. */

export type Point = readonly number[];

/** Greatest distance of a point from the line through the chosen ones that stand before and after it. */
export function pathError(points: readonly Point[], chosen: readonly number[]): number {
  let most = 0;
  for (let k = 0; k + 1 < chosen.length; k++) {
    const [a, b] = [points[chosen[k]!]!, points[chosen[k + 1]!]!];
    const length = a.reduce((sum, x, i) => sum + (b[i]! - x) ** 2, 0);
    for (let row = chosen[k]!; row <= chosen[k + 1]!; row++) {
      const point = points[row]!;
      const along = length === 0 ? 0 : a.reduce((sum, x, i) => sum + (point[i]! - x) * (b[i]! - x), 0) / length;
      const share = Math.min(1, Math.max(0, along));
      const distance = a.reduce((sum, x, i) => sum + (point[i]! - x - share * (b[i]! - x)) ** 2, 0);
      most = Math.max(most, Math.sqrt(distance));
    }
  }
  return most;
}

/** Ordinals of `count` points, every k-th. */
export const everyOf = (points: readonly Point[], count: number): number[] =>
  Array.from({ length: count }, (_, k) => Math.round((k * (points.length - 1)) / (count - 1)));

/** A spiral into the origin, whose turns take longer and longer as the steps shrink. */
export const spiral = Array.from({ length: 60_000 }, (_, step): Point => {
  const angle = 10 * Math.log1p(step / 10);
  const radius = Math.exp(-angle / 30);
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
});
