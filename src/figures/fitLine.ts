/** Fits a straight line to points, with an interval for its slope. */

interface FittedLine {
  /** Slope of the line. */
  readonly slope: number;
  /** Half the width of the 95 % interval of the slope, by Student's t for independent errors. */
  readonly half: number;
  /** Root mean square of the residuals. */
  readonly residual: number;
}

/** 97.5 % points of Student's t for 1, 2, ... 10 degrees of freedom. For more, 1.96 + 2.7 / freedom is close enough. */
const quantiles = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];

/** Fits a line by least squares; undefined for fewer than three points, or if all points have the same x. */
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
