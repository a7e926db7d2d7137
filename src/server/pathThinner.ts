/**
 * Chooses the points of a long path that are worth drawing, by its shape. The file has no imports because the page uses
 * it too.
 *
 * Points are eliminated one by one, those first that lie closest to the line between their neighbours (Visvalingam and
 * Whyatt, "Line generalisation by repeated elimination of points", 1993, with the distance in the place of the triangle's
 * area, which vanishes for a spike), in any dimension, so that the path is good in every plane of two coordinates. It is
 * a streaming form of that method: points are collected up to a bound; then those below the median distance go, no two
 * neighbours at once, until half of them are left. Points that lie closer to the one kept last than a fraction of the
 * path's extent, too small to be seen, are passed over at once.
 *
 * @see Libraries that simplify lines (simplify-js, topojson-simplify) take a whole path in memory, and two dimensions.
 */

interface PathThinner {
  /** Takes the next point: `dimension` entries of `values` from `at` on. Points that are not finite are passed over. */
  offer(ordinal: number, values: ArrayLike<number>, at: number): void;
  /** Returns the ordinals of the points to keep, in order: the first and the last one, and at most `points` between them. */
  chosen(): number[];
}

/** Part of the path's extent within which a point is not told from the one before: a fraction of a pixel. */
const invisible = 1 / 4096;

/** Makes a thinner. Cost: some tens of nanoseconds per point and a few per coordinate; memory for 2 `points` points. */
export function makePathThinner(points: number, dimension: number): PathThinner {
  const most = Math.max(8, 2 * points);
  let ordinals = new Float64Array(most);
  let path = new Float64Array(most * dimension);
  let count = 0;
  const low = new Float64Array(dimension).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(dimension).fill(Number.NEGATIVE_INFINITY);
  /** 1 over the extent of the path, so that distances neither overflow nor vanish; 0 while there is no extent. */
  let scale = 0;
  /** The newest point, whether it is kept or not. */
  const newest = new Float64Array(dimension);
  let newestOrdinal = -1;

  function isFar(values: ArrayLike<number>, at: number): boolean {
    let sum = 0;
    const last = (count - 1) * dimension;
    for (let i = 0; i < dimension; i++) sum += (scale * (values[at + i]! - path[last + i]!)) ** 2;
    return sum > invisible ** 2;
  }
  /** Takes note of the extent. Returns false for a point that is not finite. */
  function measure(values: ArrayLike<number>, at: number): boolean {
    for (let i = 0; i < dimension; i++) if (!Number.isFinite(values[at + i]!)) return false;
    let grown = false;
    for (let i = 0; i < dimension; i++) {
      const value = values[at + i]!;
      if (value < low[i]!) [low[i], grown] = [value, true];
      if (value > high[i]!) [high[i], grown] = [value, true];
    }
    if (grown) {
      let extent = 0;
      for (let i = 0; i < dimension; i++) extent = Math.max(extent, high[i]! - low[i]!);
      scale = extent > 1e-300 ? 1 / extent : 0;
    }
    return true;
  }
  function keep(ordinal: number, values: ArrayLike<number>, at: number): void {
    if (count === most) halve();
    ordinals[count] = ordinal;
    for (let i = 0; i < dimension; i++) path[count * dimension + i] = values[at + i]!;
    count++;
  }
  /** Squared distance of a point from the line between its neighbours, for an extent of 1. */
  function distance(middle: number): number {
    const [a, b, c] = [(middle - 1) * dimension, middle * dimension, (middle + 1) * dimension];
    let [uu, uv, vv] = [0, 0, 0];
    for (let i = 0; i < dimension; i++) {
      const u = scale * (path[b + i]! - path[a + i]!);
      const v = scale * (path[c + i]! - path[a + i]!);
      uu += u * u;
      uv += u * v;
      vv += v * v;
    }
    const along = vv > 0 ? Math.min(1, Math.max(0, uv / vv)) : 0;
    return Math.max(0, uu - 2 * along * uv + along * along * vv);
  }
  function halve(): void {
    while (count > Math.max(4, most / 2)) {
      const distances = new Float64Array(count - 2);
      for (let middle = 1; middle < count - 1; middle++) distances[middle - 1] = distance(middle);
      const surplus = count - Math.max(4, most / 2);
      const bound = distances.slice().sort()[Math.min(distances.length - 1, Math.max(surplus, distances.length >> 1))]!;
      const [nextOrdinals, next] = [new Float64Array(most), new Float64Array(most * dimension)];
      let kept = 0;
      let left = surplus;
      let wasDropped = false;
      for (let point = 0; point < count; point++) {
        const isEnd = point === 0 || point === count - 1;
        wasDropped = !isEnd && !wasDropped && left > 0 && distances[point - 1]! <= bound;
        if (wasDropped) {
          left--;
          continue;
        }
        nextOrdinals[kept] = ordinals[point]!;
        for (let i = 0; i < dimension; i++) next[kept * dimension + i] = path[point * dimension + i]!;
        kept++;
      }
      [ordinals, path, count] = [nextOrdinals, next, kept];
    }
  }
  return {
    offer(ordinal, values, at) {
      if (!measure(values, at)) return;
      if (count === 0 || isFar(values, at)) keep(ordinal, values, at);
      newestOrdinal = ordinal;
      for (let i = 0; i < dimension; i++) newest[i] = values[at + i]!;
    },
    chosen() {
      if (count > 0 && ordinals[count - 1] !== newestOrdinal) keep(newestOrdinal, newest, 0);
      if (count > points + 2) halve();
      return Array.from(ordinals.subarray(0, count));
    },
  };
}
