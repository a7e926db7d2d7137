/** Reads the paths of runs in the plane, and those of their averages. */
import type { Row } from "../arrow/row.ts";
import { median } from "../experiments/protocols/statistics.ts";
import type { FigureSource } from "./figure.ts";
import { coursesOf, thinned } from "./runs.ts";

/** A point of a path. */
export interface PlanePoint {
  readonly run: string;
  readonly x: number;
  readonly y: number;
}

/** The path of one run in the plane. */
export interface PlanePath {
  readonly name: string;
  readonly points: readonly PlanePoint[];
  /** Points of the column `average`; empty if the run does not have it. */
  readonly average: readonly PlanePoint[];
  /** Number of steps of the run. If it exceeds `points.length - 1`, the path is thinned. */
  readonly steps: number;
}

/** The part of the plane that is shown. */
export interface Box {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

const pointsOfLine = 1500;

/** Reads the paths of those runs whose points have two coordinates, in the order of the source. */
export async function planePaths(source: FigureSource): Promise<PlanePath[]> {
  const paths: PlanePath[] = [];
  for (const run of source.runs) {
    const pair = (at: Float64Array | undefined): PlanePoint | undefined => {
      if (at?.length !== 2 || !at.every(Number.isFinite)) return undefined;
      return { run: run.name, x: at[0]!, y: at[1]! };
    };
    const course = await coursesOf(run, ({ point, vectors }: Row) => {
      const here = pair(point);
      return here === undefined ? undefined : { here, mean: pair(vectors.average) };
    });
    if (course.points.length === 0) continue;
    const kept = thinned(course.points, pointsOfLine);
    paths.push({
      name: run.name,
      points: kept.map(({ here }) => here),
      average: kept.flatMap(({ mean }) => mean ?? []),
      steps: course.points.length - 1,
    });
  }
  return paths;
}

/**
 * Chooses a square that shows most runs. The paths of runs that diverge leave it.
 *
 * The square includes all points that are at most 1.5 m from their start, where m is the median over the runs of the
 * largest distance from the start.
 */
export function squareAround(paths: readonly PlanePath[]): Box {
  const reach = paths.map(({ points: [first, ...rest] }) =>
    rest.reduce((far, { x, y }) => Math.max(far, Math.hypot(x - first!.x, y - first!.y)), 0),
  );
  const most = 1.5 * median(reach);
  const [low, high] = [
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ] as [[number, number], [number, number]];
  for (const { points } of paths) {
    const [first] = points;
    for (const point of points) {
      if (Math.hypot(point.x - first!.x, point.y - first!.y) > most) continue;
      for (const [axis, value] of [point.x, point.y].entries()) {
        low[axis] = Math.min(low[axis]!, value);
        high[axis] = Math.max(high[axis]!, value);
      }
    }
  }
  const half = (1.1 * Math.max(high[0] - low[0], high[1] - low[1], 1e-12)) / 2;
  const [x, y] = [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2];
  return { x: [x - half, x + half], y: [y - half, y + half] };
}
