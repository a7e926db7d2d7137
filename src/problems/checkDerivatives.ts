import { failure } from "../errors.ts";
import { readOptions } from "../options.ts";
import { randomSource } from "../random.ts";
import type { Problem } from "./problem.ts";
import { richardson } from "./richardson.ts";
import { positive, positiveInteger, seed } from "./rules.ts";

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
  /** Least difference that the finite differences can resolve here, on the same scale; 0 for exact identities. */
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
 * In random directions u and v it compares
 * - `gradient`: F . v with d/dt L(z + t v), if there is a potential;
 * - `product`: J v with d/dt F(z + t v);
 * - `symmetry`: u . J v with v . J u, if J is symmetric;
 * - `transpose`: J^T u . v with u . J v;
 * - `linearity`: J (2 v - 3 u) with 2 J v - 3 J u.
 *
 * The differences are extrapolated by Ridders' scheme, which estimates their error. If that error exceeds the
 * tolerance, the verdict is `unresolved`; this happens, for example, when the value is so large that its changes drown
 * in rounding. At a kink the verdict is `differs`, because central differences do not give the one-sided slope. The
 * arrays for results hold NaN before each call, so that a field or a product that leaves entries out, or adds to them,
 * differs.
 *
 * Cost: about 50 evaluations and 6 products per direction; three times as many evaluations near a kink.
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
  const n = problem.dimension;
  if (point.length !== n) {
    throw failure("ERR_LENGTH", `checkDerivatives: expected a point of length ${n}, got ${point.length}`);
  }
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
  const scale = Math.max(1, norm(point));
  const along = (v: Float64Array, t: number): Float64Array => point.map((z, i) => z + t * v[i]!);

  const found: DerivativeCheck[] = [];
  for (let k = 0; k < directions; k++) {
    const v = unitVector(n, seed, 2 * k);
    const u = unitVector(n, seed, 2 * k + 1);
    const jv = apply(v);
    const ju = apply(u);
    if (problem.symmetric && !Number.isNaN(here.value)) {
      const size = { own: norm(here.field), around: Math.abs(here.value) / scale };
      const slope = Float64Array.of(dot(here.field, v));
      found.push(
        compare("gradient", (t) => Float64Array.of(evaluate(along(v, t)).value), slope, size, scale, tolerance),
      );
    }
    const size = { own: norm(jv), around: norm(here.field) / scale };
    found.push(compare("product", (t) => evaluate(along(v, t)).field, jv, size, scale, tolerance));
    if (problem.symmetric) found.push(identity("symmetry", dot(u, jv), dot(v, ju), norm(jv) + norm(ju), tolerance));
    const transposed = unwritten(n);
    jacobian.applyTranspose(u, transposed);
    found.push(identity("transpose", dot(u, jv), dot(transposed, v), norm(jv) + norm(transposed), tolerance));
    const combined = apply(v.map((x, i) => 2 * x - 3 * u[i]!));
    const residual = norm(combined.map((x, i) => x - 2 * jv[i]! + 3 * ju[i]!));
    found.push(identity("linearity", residual, 0, norm(jv) + norm(ju), tolerance));
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
 * First steps of the differences, relative to the point. Large steps resolve most, but across a kink, such as that of
 * relu, their extrapolation is wrong without any sign of it. So a smaller step that agrees acquits the derivative.
 */
const steps = [0.1, 0.003, 1e-4];

function compare(
  quantity: DerivativeCheck["quantity"],
  f: (t: number) => Float64Array,
  analytic: Float64Array,
  size: Size,
  scale: number,
  tolerance: number,
): DerivativeCheck {
  const found: DerivativeCheck[] = [];
  for (const step of steps) {
    const check = against(richardson(f, step * scale), quantity, analytic, size, tolerance);
    if (check.verdict === "agrees") return check;
    found.push(check);
  }
  return found.find(({ verdict }) => verdict === "unresolved") ?? found[0]!;
}

interface Size {
  /** Size of the derivative. */
  readonly own: number;
  /** Size of the function divided by the size of the point. */
  readonly around: number;
}

function against(
  numeric: { readonly derivative: Float64Array; readonly error: number },
  quantity: DerivativeCheck["quantity"],
  analytic: Float64Array,
  size: Size,
  tolerance: number,
): DerivativeCheck {
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
  return { quantity, difference, resolution, verdict: Number.isNaN(difference) ? "differs" : verdict };
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
