import {
  type LossSlice,
  type MissingLine,
  type SliceDirection,
  type SliceLine,
  type SliceRequest,
  sliceDirections,
} from "../../arrow/slices/sliceData.ts";
import { failure, isFluxionError } from "../../errors.ts";
import { lanczos } from "../../linalg/krylov/lanczos.ts";
import type { LinearMap } from "../../linalg/linearMap.ts";
import { dot, isFiniteVector, norm, squaredNorm } from "../../linalg/vector.ts";
import { checkOption, readOptions } from "../../options.ts";
import type { Problem } from "../../problems/problem.ts";
import { problemRule } from "../../problems/traced/arguments.ts";
import { randomSource } from "../../random.ts";

/** Options of {@link lossSlice}. */
export interface LossSliceOptions extends SliceRequest {
  /** Step that led to z, for the direction `step`. */
  readonly move?: Float64Array;
  /** Number of bytes that its vectors may take. Default 1 GiB. */
  readonly bytes?: number;
}

const isDirection = (value: unknown): boolean => (sliceDirections as readonly unknown[]).includes(value);
/** Rules of the options, also for those that come over the network. */
export const sliceRules = {
  along: {
    default: undefined,
    expected: `a list of ${sliceDirections.join(", ")}, each at most once`,
    is: (value: readonly unknown[]) =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.every(isDirection) &&
      new Set(value as unknown[]).size === value.length,
  },
  points: { default: 41, expected: "an odd number from 3 to 401", range: true, is: isNumberOfPoints },
  radius: { above: 0 },
  move: { expected: "a Float64Array", is: (value: unknown) => value instanceof Float64Array },
  seed: { default: 0 },
  seconds: { default: 10, above: 0, max: 3600 },
  bytes: { default: 2 ** 30, min: 0 },
} as const;

/** Number of vectors that any line needs: the point, a trial, its field, the direction. */
const leastVectors = 4;
const pointRule = {
  expected: "a list of numbers",
  is: (value: unknown) => Array.isArray(value) || value instanceof Float64Array || value instanceof Float32Array,
};

/** Greatest number of Lanczos steps, one product with the Hessian each. */
const mostSteps = 60;
/** Number of Lanczos steps below which an eigenvector of a large Hessian would be a guess. */
const leastSteps = 10;

/**
 * Computes the loss and ||F||^2 along lines through a point.
 *
 * For each direction d with ||d|| = 1 it evaluates L(z + t d) and ||F(z + t d)||^2 at equally spaced t from -radius to
 * radius. Points outside the problem's set C are evaluated as they are. Eigenvectors come from at most 60 steps of the
 * Lanczos process, so they are Ritz vectors; `residual` says how good one is. A line that cannot be computed stands in
 * `missing` with the reason.
 *
 * Cost: `points` evaluations per line, at most 60 products for eigenvectors, and memory for 3 vectors, or 63 with
 * eigenvectors.
 *
 * @example
 * const { lines } = lossSlice(quartic(), Float64Array.of(0, 0), { along: ["lowest"], points: 5, radius: 1 });
 * console.log(lines[0]!.values.map((value) => value.toFixed(3)).join(" "));
 * // 46.250 43.766 40.000 34.766 28.250
 * @param options {@link LossSliceOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN for wrong options
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range, ERR_LENGTH for a point or step of another length,
 *   ERR_NOT_FINITE for a point that is not finite
 */
export function lossSlice(problem: Problem, point: ArrayLike<number>, options: LossSliceOptions = {}): LossSlice {
  checkOption("lossSlice", "problem", problem, problemRule);
  checkOption("lossSlice", "point", point, pointRule);
  const checked = readOptions("lossSlice", options, sliceRules);
  const n = problem.dimension;
  for (const [what, vector] of [
    ["point", point],
    ["step", checked.move],
  ] as const) {
    if (vector === undefined || vector.length === n) continue;
    throw failure("ERR_LENGTH", `lossSlice: expected a ${what} of length ${n}, got one of length ${vector.length}`);
  }
  const along = checked.along ?? directionsOf(problem, checked.move);
  const needed = 8 * n * leastVectors;
  if (needed > checked.bytes) {
    const why = `lines through a point of ${n} numbers need ${inWords(needed)}, and ${inWords(checked.bytes)} are allowed`;
    return { lines: [], missing: along.map((each) => ({ along: each, why })), evaluations: 0, products: 0, seconds: 0 };
  }
  const z = Float64Array.from(point);
  if (!isFiniteVector(z)) throw failure("ERR_NOT_FINITE", "lossSlice: expected a finite point, got NaN or an infinity");
  return new Slicing(problem, z, checked).all(along);
}

/** The directions that a problem has. */
function directionsOf({ symmetric }: Problem, move: Float64Array | undefined): readonly SliceDirection[] {
  return sliceDirections.filter((along) =>
    along === "step" ? move !== undefined : symmetric || (along !== "lowest" && along !== "highest"),
  );
}

function isNumberOfPoints(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) % 2 === 1 && (value as number) >= 3 && (value as number) <= 401;
}

function inWords(bytes: number): string {
  return bytes < 2 ** 30 ? `${(bytes / 2 ** 20).toPrecision(2)} MiB` : `${(bytes / 2 ** 30).toPrecision(2)} GiB`;
}

/** Reason why a line is missing. */
class Missing extends Error {}

interface Direction {
  readonly vector: Float64Array;
  readonly facts: Pick<SliceLine, "length" | "curvature" | "residual">;
}

class Slicing {
  #evaluations = 0;
  #products = 0;
  readonly #began = performance.now();
  readonly #field: Float64Array;
  readonly #trial: Float64Array;
  #ends: ReturnType<typeof lanczos> | undefined;

  constructor(
    private readonly problem: Problem,
    private readonly z: Float64Array,
    private readonly options: ReturnType<typeof readOptions<LossSliceOptions, typeof sliceRules>>,
  ) {
    this.#field = new Float64Array(z.length);
    this.#trial = new Float64Array(z.length);
  }

  all(directions: readonly SliceDirection[]): LossSlice {
    const lines: SliceLine[] = [];
    const missing: MissingLine[] = [];
    for (const along of directions) {
      try {
        lines.push(this.#line(along));
      } catch (error) {
        if (!(error instanceof Missing || (isFluxionError(error) && error.code === "ERR_NOT_FINITE"))) throw error;
        missing.push({
          along,
          why: error instanceof Missing ? error.message : "products with the Hessian are not finite",
        });
      }
    }
    const seconds = (performance.now() - this.#began) / 1000;
    return { lines, missing, evaluations: this.#evaluations, products: this.#products, seconds };
  }

  #line(along: SliceDirection): SliceLine {
    this.#checkTime();
    const { vector, facts } = this.#direction(along);
    const { points } = this.options;
    const radius = this.options.radius ?? (along === "step" ? 2 * facts.length! : this.#natural());
    const middle = (points - 1) / 2;
    const values: number[] = [];
    const squaredFieldNorms: number[] = [];
    for (let i = 0; i < points; i++) {
      this.#checkTime();
      const t = (radius * (i - middle)) / middle;
      const { z } = this;
      for (let k = 0; k < z.length; k++) this.#trial[k] = z[k]! + t * vector[k]!;
      this.#evaluations++;
      values.push(this.problem.evaluate(this.#trial, this.#field));
      squaredFieldNorms.push(squaredNorm(this.#field));
    }
    return { along, radius, ...facts, values, squaredFieldNorms };
  }

  #natural(): number {
    const size = norm(this.z) / 10;
    return size > 0 && Number.isFinite(size) ? size : 1;
  }

  #direction(along: SliceDirection): Direction {
    switch (along) {
      case "step": {
        const { move } = this.options;
        if (move === undefined) throw new Missing("the step that led to this point is not known");
        return this.#unit(move.slice(), "the step that led to this point");
      }
      case "gradient": {
        const down = this.#fieldHere().map((entry) => -entry);
        return this.#unit(down, "F");
      }
      case "random": {
        const random = randomSource(this.options.seed, "lossSlice");
        return this.#unit(
          Float64Array.from(this.z, () => random.normal()),
          "the random direction",
        );
      }
      default:
        return this.#eigenvector(along);
    }
  }

  #unit(vector: Float64Array, what: string): Direction {
    const length = norm(vector);
    if (length === 0) throw new Missing(`${what} is zero here`);
    if (!Number.isFinite(length)) throw new Missing(`${what} is not finite here`);
    // Entry by entry, since 1 / length may overflow.
    for (let k = 0; k < vector.length; k++) vector[k] = vector[k]! / length;
    return { vector, facts: { length } };
  }

  #eigenvector(along: "lowest" | "highest"): Direction {
    if (!this.problem.symmetric)
      throw new Missing("the Jacobian of this problem is not symmetric, so it has no such eigenvector");
    this.#ends ??= this.#lanczos();
    const { values, residuals } = this.#ends;
    const place = along === "lowest" ? 0 : values.length - 1;
    const vector = this.#ends.vectors([place])[0]!;
    // An eigenvector has no sign of its own; t > 0 is the way down, as on the line of the gradient.
    if (dot(vector, this.#fieldHere()) > 0) for (let k = 0; k < vector.length; k++) vector[k] = -vector[k]!;
    return { vector, facts: { curvature: values[place]!, residual: residuals[place]! } };
  }

  /** Writes F at the point into the memory of fields. */
  #fieldHere(): Float64Array {
    this.#evaluations++;
    this.problem.evaluate(this.z, this.#field);
    return this.#field;
  }

  #lanczos(): ReturnType<typeof lanczos> {
    const n = this.z.length;
    const steps = Math.min(n, mostSteps, Math.floor(this.options.bytes / (8 * n)) - leastVectors);
    if (steps < Math.min(n, leastSteps)) {
      const needed = 8 * n * (leastSteps + leastVectors);
      throw new Missing(
        `eigenvectors for ${n} parameters need ${inWords(needed)}, and ${inWords(this.options.bytes)} are allowed`,
      );
    }
    return lanczos(this.#timed(this.problem.linearize(this.z)), {
      steps,
      seed: this.options.seed,
      exhausted: "restart",
    });
  }

  /** The map that counts its products, and gives up when the time is over. */
  #timed(map: LinearMap): LinearMap {
    const { rows, columns, symmetric } = map;
    const before = (count: number): void => {
      this.#checkTime();
      this.#products += count;
    };
    return {
      rows,
      columns,
      symmetric,
      apply: (v, out) => {
        before(1);
        map.apply(v, out);
      },
      applyTranspose: (u, out) => {
        before(1);
        map.applyTranspose(u, out);
      },
      applyMany: (vectors, count, out) => {
        before(count);
        map.applyMany(vectors, count, out);
      },
    };
  }

  #checkTime(): void {
    const seconds = (performance.now() - this.#began) / 1000;
    if (seconds <= this.options.seconds) return;
    throw new Missing(
      `the ${this.options.seconds} s were over after ${this.#evaluations} evaluations and ${this.#products} products; ask for fewer points or lines`,
    );
  }
}
