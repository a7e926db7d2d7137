import { checkOption, readOptions } from "../options.ts";
import { randomSource } from "../random.ts";
import type { Problem } from "./problem.ts";
import { richardson } from "./richardson.ts";
import { float64Array, positive, positiveInteger, seed } from "./rules.ts";
import { checkPoint } from "./traced/arguments.ts";

export interface CheckDerivativesOptions {
  /** Number of random directions for each quantity. Default 3. */
  readonly directions?: number;
  /** Seed of the directions. Default 1. */
  readonly seed?: number;
  /** Relative disagreement from which a derivative counts as wrong if the differences resolve it. Default 1e-7. */
  readonly tolerance?: number;
}

const rules = {
  directions: { ...positiveInteger, default: 3 },
  seed,
  tolerance: { ...positive, default: 1e-7 },
} as const;

/** The result of one comparison. */
export interface DerivativeCheck {
  readonly quantity: "gradient" | "product" | "symmetry" | "transpose" | "linearity";
  /** Largest disagreement, relative to the size of the quantity. */
  readonly difference: number;
  /**
   * Least difference that the finite differences can resolve here, as they estimate it themselves, on the same scale; 0
   * for exact identities.
   */
  readonly resolution: number;
  readonly verdict: "agrees" | "differs" | "unresolved";
}

export interface DerivativeReport {
  /** Worst verdict: `differs` if one check differs, `unresolved` if none differs but one is not resolved. */
  readonly verdict: DerivativeCheck["verdict"];
  readonly checks: readonly DerivativeCheck[];
  /** The checks as lines of text. */
  readonly table: string;
}

/**
 * Compares a problem's derivatives at a point with extrapolated central differences, and its Jacobian with itself.
 *
 * In random directions u and v, whose entries are random numbers times the sizes |z_i| of the parameters (1 where z_i
 * is 0), it compares
 * - `gradient`: F . v with d/dt L(z + t v), if there is a potential;
 * - `product`: J v with d/dt F(z + t v);
 * - `symmetry`: u . J v with v . J u, if J is symmetric;
 * - `transpose`: J^T u . v with u . J v;
 * - `linearity`: J (2 v - 3 u) with 2 J v - 3 J u.
 *
 * Each entry of F is multiplied by the size of its parameter if J is symmetric, so that all of them are in units of L.
 *
 * The differences are extrapolated by Ridders' scheme from four first steps, 0.1 to 1e-6 of the parameters. Each
 * estimates its error, but such an estimate can be far too small: across a pole or a kink, values fit a polynomial by
 * chance. So a derivative is accused (`differs`) only if two step sizes that disagree with it agree with each other ten
 * times better. The `resolution` then is their disagreement. Where no two step sizes agree, or where the error exceeds
 * the tolerance, the verdict is `unresolved`, which says nothing about the derivative; this happens, for example, when
 * the value is so large that its changes drown in rounding. At a kink the verdict is `differs`, because central
 * differences do not give the one-sided slope. The arrays for results hold NaN before each call, so that a field or a
 * product that leaves entries out, or adds to them, differs.
 *
 * Cost: about 50 evaluations and 6 products per direction; up to four times as many evaluations near a kink or a pole.
 *
 * @example console.log(checkDerivatives(quartic(), Float64Array.of(1, 2)).table);
 * @param options {@link CheckDerivativesOptions}
 * @throws {RangeError} ERR_LENGTH if the length of the point is not the problem's dimension; ERR_OPTION_RANGE for
 *   options out of range
 * @see Ridders, "Accurate computation of F'(x) and F'(x)F''(x)", 1982, doi:10.1016/S0141-1195(82)80057-0
 */
export function checkDerivatives(
  problem: Problem,
  point: Float64Array,
  options: CheckDerivativesOptions = {},
): DerivativeReport {
  const { directions, seed, tolerance } = readOptions("checkDerivatives", options, rules);
  checkPoint("checkDerivatives", problem, point);
  checkOption("checkDerivatives", "point", point, float64Array);
  const n = problem.dimension;
  const evaluate = (z: Float64Array): { value: number; field: Float64Array } => {
    const field = unwritten(n);
    return { value: problem.evaluate(z, field), field };
  };
  const here = evaluate(point);
  const jacobian = problem.linearize(point);
  const apply = (v: Float64Array): Float64Array => {
    const out = unwritten(n);
    jacobian.apply(v, out);
    return out;
  };
  // An entry 0 has no size of its own.
  const sizes = point.map((z) => Math.abs(z) || 1);
  const scaled = (v: Float64Array): Float64Array => v.map((x, i) => x * sizes[i]!);
  // In units of L; the entries of a field that is not a gradient have no units that its parameters know.
  const inUnits = (field: Float64Array): Float64Array => (problem.symmetric ? scaled(field) : field);
  const along = (v: Float64Array, t: number): Float64Array => point.map((z, i) => z + t * v[i]!);

  const found: DerivativeCheck[] = [];
  for (let k = 0; k < directions; k++) {
    const v = scaled(unitVector(n, seed, 2 * k));
    const unit = unitVector(n, seed, 2 * k + 1);
    const u = scaled(unit);
    const jv = apply(v);
    const ju = apply(u);
    const product = inUnits(jv);
    const other = inUnits(ju);
    const lengths = norm(product) + norm(other);
    if (problem.symmetric && !Number.isNaN(here.value)) {
      const size = { own: norm(scaled(here.field)), around: Math.abs(here.value) };
      const slope = Float64Array.of(dot(here.field, v));
      found.push(compare("gradient", (t) => Float64Array.of(evaluate(along(v, t)).value), slope, size, tolerance));
    }
    const size = { own: norm(product), around: norm(inUnits(here.field)) };
    found.push(compare("product", (t) => inUnits(evaluate(along(v, t)).field), product, size, tolerance));
    if (problem.symmetric) found.push(identity("symmetry", dot(u, jv), dot(v, ju), lengths, tolerance));
    const transposed = unwritten(n);
    const left = problem.symmetric ? u : unit;
    jacobian.applyTranspose(left, transposed);
    const lengthsOfBoth = norm(product) + norm(scaled(transposed));
    found.push(identity("transpose", dot(left, jv), dot(transposed, v), lengthsOfBoth, tolerance));
    const combined = apply(v.map((x, i) => 2 * x - 3 * u[i]!));
    const residual = norm(inUnits(combined.map((x, i) => x - 2 * jv[i]! + 3 * ju[i]!)));
    found.push(identity("linearity", residual, 0, lengths, tolerance));
  }
  const checks = worstOfEach(found);
  const verdict = checks.some((c) => c.verdict === "differs")
    ? "differs"
    : checks.some((c) => c.verdict === "unresolved")
      ? "unresolved"
      : "agrees";
  return { verdict, checks, table: tableOf(problem.name, checks) };
}

/**
 * First steps of the differences, relative to the parameters. Large steps resolve most, but across a kink, such as that
 * of relu, or a pole their extrapolation is wrong without any sign of it. So a smaller step that agrees acquits the
 * derivative.
 */
const steps = [0.1, 0.003, 1e-4, 1e-6];
/** Share of a difference up to which two step sizes may disagree with each other to accuse the derivative. */
const agreement = 0.1;

function compare(
  quantity: DerivativeCheck["quantity"],
  f: (t: number) => Float64Array,
  analytic: Float64Array,
  size: Size,
  tolerance: number,
): DerivativeCheck {
  const against: Against[] = [];
  for (const step of steps) {
    const one = comparison(richardson(f, step), quantity, analytic, size, tolerance);
    if (one.verdict === "agrees") return plain(one, one.resolution, "agrees");
    against.push(one);
  }
  return accusation(against) ?? unresolvedOf(against);
}

/** A comparison with the differences of one first step. */
interface Against extends DerivativeCheck {
  readonly derivative: Float64Array;
  /** What the differences are relative to. */
  readonly unit: number;
}

/** The accusation of two step sizes that agree with each other; undefined where no two do. */
function accusation(against: readonly Against[]): DerivativeCheck | undefined {
  const wrong = against.filter(({ verdict }) => verdict === "differs");
  for (const one of wrong) {
    // NaN is no matter of resolution.
    if (Number.isNaN(one.difference)) return plain(one, one.resolution, "differs");
    for (const other of wrong) {
      if (other === one) continue;
      const apart = norm(one.derivative.map((x, i) => x - other.derivative[i]!)) / one.unit;
      if (apart <= agreement * Math.min(one.difference, other.difference)) {
        return plain(one, Math.max(one.resolution, apart), "differs");
      }
    }
  }
  return undefined;
}

/** The comparison that comes nearest; it resolves no more than it differs, or than the next step size is away. */
function unresolvedOf(against: readonly Against[]): DerivativeCheck {
  const nearest = against.reduce((best, one) => (one.difference < best.difference ? one : best));
  const apart = against
    .filter((one) => one !== nearest)
    .map(({ derivative }) => norm(nearest.derivative.map((x, i) => x - derivative[i]!)) / nearest.unit);
  return plain(nearest, Math.max(nearest.resolution, nearest.difference, Math.min(...apart)), "unresolved");
}

function plain(
  { quantity, difference }: DerivativeCheck,
  resolution: number,
  verdict: DerivativeCheck["verdict"],
): DerivativeCheck {
  return { quantity, difference, resolution, verdict };
}

interface Size {
  /** Size of the derivative. */
  readonly own: number;
  /** Size of the function, which is that of its change over the size of the parameters. */
  readonly around: number;
}

function comparison(
  numeric: { readonly derivative: Float64Array; readonly error: number },
  quantity: DerivativeCheck["quantity"],
  analytic: Float64Array,
  size: Size,
  tolerance: number,
): Against {
  const slope = norm(numeric.derivative);
  // A derivative of 0, such as the Hessian of a linear loss, has no size; that of the function takes its place.
  const none = size.own === 0 && slope <= 10 * numeric.error;
  const unit = Math.max(none ? size.around : Math.max(size.own, slope), Number.MIN_VALUE);
  const difference = norm(analytic.map((x, i) => x - numeric.derivative[i]!)) / unit;
  const resolution = numeric.error / unit;
  const limit = Math.max(tolerance, 10 * resolution);
  const agrees = difference <= limit;
  // Agreement with a coarse difference proves little; disagreement beyond its own error proves much.
  const verdict = agrees ? (resolution > 1e3 * tolerance ? "unresolved" : "agrees") : "differs";
  return {
    quantity,
    difference,
    resolution,
    verdict: Number.isNaN(difference) ? "differs" : verdict,
    derivative: numeric.derivative,
    unit,
  };
}

function identity(
  quantity: DerivativeCheck["quantity"],
  a: number,
  b: number,
  size: number,
  tolerance: number,
): DerivativeCheck {
  const difference = a === b ? 0 : Math.abs(a - b) / Math.max(size, Number.MIN_VALUE);
  return { quantity, difference, resolution: 0, verdict: difference <= tolerance ? "agrees" : "differs" };
}

/** Picks for each quantity the check with the worst verdict; among equal verdicts, the largest difference. */
function worstOfEach(found: readonly DerivativeCheck[]): readonly DerivativeCheck[] {
  const rank = { agrees: 0, unresolved: 1, differs: 2 } as const;
  const worst = new Map<string, DerivativeCheck>();
  for (const check of found) {
    const known = worst.get(check.quantity);
    const worse =
      known === undefined || rank[check.verdict] - rank[known.verdict] || check.difference - known.difference;
    if (worse === true || worse > 0) worst.set(check.quantity, check);
  }
  return [...worst.values()];
}

function tableOf(name: string, checks: readonly DerivativeCheck[]): string {
  const line = (a: string, b: string, c: string, d: string): string =>
    `${a.padEnd(12)}${b.padStart(12)}${c.padStart(12)}  ${d}`;
  return [
    `derivatives of ${name}`,
    line("quantity", "difference", "resolution", "verdict"),
    ...checks.map((c) => line(c.quantity, c.difference.toExponential(1), c.resolution.toExponential(1), c.verdict)),
  ].join("\n");
}

/** Makes an array of NaN: in a run arrays hold anything before, so entries that are left out or added to must show. */
function unwritten(n: number): Float64Array {
  return new Float64Array(n).fill(Number.NaN);
}

function unitVector(n: number, seed: number, index: number): Float64Array {
  const random = randomSource(seed, "checkDerivatives", index);
  const v = Float64Array.from({ length: n }, () => random.normal());
  const length = norm(v);
  return v.map((x) => x / length);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}
