/** A straight line through points, and how well its slope is known. */

interface FittedLine {
  readonly slope: number;
  /** Half the width of an interval of 95 % for the slope, by Student's t, errors taken as independent. */
  readonly half: number;
  /** Root mean square of what the line leaves. */
  readonly residual: number;
}

/** 97.5 % points of Student's t for 1, 2, ... degrees of freedom; 1.96 and a little beyond. */
const quantiles = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];

/** By least squares; undefined of fewer than three points or of points above each other. */
export function fitLine(points: readonly (readonly [x: number, y: number])[]): FittedLine | undefined {
  const n = points.length;
  if (n < 3) return undefined;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / n;
  let xx = 0;
  let xy = 0;
  for (const [x, y] of points) {
    xx += (x - meanX) ** 2;
    xy += (x - meanX) * (y - meanY);
  }
  if (!(xx > 0)) return undefined;
  const slope = xy / xx;
  const left = points.reduce((sum, [x, y]) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
  const freedom = n - 2;
  const t = quantiles[freedom - 1] ?? 1.96 + 2.7 / freedom;
  return { slope, half: t * Math.sqrt(left / freedom / xx), residual: Math.sqrt(left / n) };
}
