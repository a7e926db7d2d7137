/** Slope of log y over log x by least squares: -1 for y ~ 1 / x. */
export function logLogSlope(points: readonly (readonly [number, number])[]): number {
  const x = points.map(([at]) => Math.log(at));
  const y = points.map(([, value]) => Math.log(value));
  const meanX = x.reduce((sum, value) => sum + value, 0) / x.length;
  const meanY = y.reduce((sum, value) => sum + value, 0) / y.length;
  let above = 0;
  let below = 0;
  x.forEach((value, i) => {
    above += (value - meanX) * (y[i]! - meanY);
    below += (value - meanX) ** 2;
  });
  return above / below;
}
