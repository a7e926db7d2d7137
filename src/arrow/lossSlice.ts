/** The loss along lines through a point of a run: what a command `slice` records in the run's rows. */

/** Directions along which a slice can be taken. */
export const sliceDirections = ["step", "gradient", "lowest", "highest", "random"] as const;

/**
 * Direction of a line through the point. `step`: that of the step that led there; `gradient`: -F, the way down;
 * `lowest`, `highest`: eigenvectors of the Hessian with its least and its greatest eigenvalue; `random`: normal numbers.
 */
export type SliceDirection = (typeof sliceDirections)[number];

/** What a slice is asked for: plain data, since viewers ask over the network. */
export interface SliceRequest {
  /** Directions of the lines. Default: all that the problem has. */
  readonly along?: readonly SliceDirection[];
  /** Number of points on each line, odd, so that z is the middle one. Default 41. */
  readonly points?: number;
  /**
   * Distance of the ends of each line from z, in units of the parameters. Default: twice the length of the step for
   * `step`, and ||z|| / 10 (1 at z = 0) for the others.
   */
  readonly radius?: number;
  /** Seed of the random direction and of the first Lanczos vector. Default 0. */
  readonly seed?: number;
  /** Seconds after which no further point is computed. Default 10. */
  readonly seconds?: number;
}

/** Loss and ||F||^2 at points of one line: z + t d with ||d|| = 1 and t in equal steps from -radius to radius. */
export interface SliceLine {
  readonly along: SliceDirection;
  /** Distance of the first and the last point of the line from z, in units of the parameters. */
  readonly radius: number;
  /** Length of the direction before it was scaled to 1, such as that of the step, or ||F||. Absent for eigenvectors. */
  readonly length?: number;
  /** Of eigenvectors: d^T J d, the Ritz value. */
  readonly curvature?: number;
  /** Of eigenvectors: ||J d - curvature d||; an eigenvalue lies within this distance of `curvature`. */
  readonly residual?: number;
  /** Loss L at the points, the middle one of which is z. NaN: it is not defined there, or there is no potential. */
  readonly values: readonly number[];
  /** ||F||^2 at the points. */
  readonly squaredFieldNorms: readonly number[];
}

/** A line that is not in a slice although it was asked for. */
export interface MissingLine {
  readonly along: SliceDirection;
  readonly why: string;
}

/** Slice of the loss along lines through a point z. */
export interface LossSlice {
  readonly lines: readonly SliceLine[];
  readonly missing: readonly MissingLine[];
  /** Number of evaluations that it took. The run's own counts leave them out. */
  readonly evaluations: number;
  /** Number of products with the Jacobian that it took. The run's own counts leave them out. */
  readonly products: number;
  /** Wall time that it took. */
  readonly seconds: number;
}

/** Places t of a line's points. */
export function placesOf({ radius, values }: Pick<SliceLine, "radius" | "values">): number[] {
  const middle = (values.length - 1) / 2;
  return values.map((_, i) => (radius * (i - middle)) / middle);
}

/** Reads a slice back from JSON, in which numbers that are not finite are texts; undefined if the data hold none. */
export function sliceFrom(data: unknown, number: (value: unknown) => number): LossSlice | undefined {
  if (!isRecord(data) || !Array.isArray(data.lines)) return undefined;
  const lines = data.lines.flatMap((line: unknown): SliceLine[] => {
    if (!isRecord(line) || !isDirection(line.along)) return [];
    if (!Array.isArray(line.values) || !Array.isArray(line.squaredFieldNorms)) return [];
    const optional = (["length", "curvature", "residual"] as const).filter((name) => line[name] !== undefined);
    return [
      {
        along: line.along,
        radius: number(line.radius),
        ...Object.fromEntries(optional.map((name) => [name, number(line[name])])),
        values: line.values.map(number),
        squaredFieldNorms: line.squaredFieldNorms.map(number),
      },
    ];
  });
  const missing = (Array.isArray(data.missing) ? data.missing : []).flatMap((entry: unknown): MissingLine[] =>
    isRecord(entry) && isDirection(entry.along) ? [{ along: entry.along, why: String(entry.why) }] : [],
  );
  const { evaluations, products, seconds } = data;
  return {
    lines,
    missing,
    evaluations: number(evaluations),
    products: number(products),
    seconds: number(seconds),
  };
}

function isDirection(value: unknown): value is SliceDirection {
  return (sliceDirections as readonly unknown[]).includes(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
