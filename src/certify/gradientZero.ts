import type { Enclosure } from "../autodiff/index.ts";
import { norm2Bound, orthonormalityBound, vectorNormBound, verifiedProduct } from "../linalg/index.ts";
import type { AffineGenerator } from "../problems/symmetries/symmetry.ts";
import { type Attempt, type Enclosures, show, type Zero } from "./attempt.ts";
import { type Curvatures, kernelGuesses } from "./curvatures.ts";
import { down, magnitudes, roundoff, up } from "./rounding.ts";
import { generatorsAt, regularityBound, type Tangents, tangentsAlong, transposed } from "./tangents.ts";

/** Largest ||I - Q Q^T|| of eigenvectors that are used. */
const orthonormalWithin = 1e-8;

/** Number of kernel dimensions that are tried. */
const guesses = 3;

/** First radius, relative to the largest entry of the point: much above rounding, much below any structure. */
const firstRadius = 2 ** -30;

/** Factor by which the radius of uniqueness first tries to grow, and number of Hessians that it may take. */
const [firstGrowth, growths] = [1e8, 14];

/** From here on h says no more than that it is too large: the ball reaches to where derivatives overflow. */
const tellingH = 1e9;

/** What is known on one ball. */
interface OnBall {
  readonly radius: number;
  readonly contraction: number;
  readonly inertia: number;
}

/**
 * Proves that there is a critical point near z, by Newton and Kantorovich on the slice z + range Q^T.
 *
 * With the n - m largest curvatures Lambda and their vectors, the rows of Q, G(y) = Q g(z + Q^T y). On the ball |y| <= rho,
 * Q H Q^T lies in M. Let Y >= ||Lambda^-1 Q g(z)|| and Z >= ||Lambda^-1 (M - Lambda)||. If Z < 1 and Y + Z rho < rho, then
 * y -> y - Lambda^-1 G(y) contracts the ball into itself: G has exactly one zero there, within Y / (1 - Z). If also
 * ||Lambda^-1/2 (M - Lambda) Lambda^-1/2|| < 1, with |Lambda|, then Q H Q^T has the signs of Lambda on the whole ball.
 *
 * At the zero, Q g = 0 and <t_j, g> = 0 for the m tangents t_j of its orbit. If the rows of Q and the tangents there are a
 * regular matrix, g = 0. Then H t_j = 0 as well, so that the index is the number of negative Lambda, and the kernel has
 * dimension m.
 */
export function zeroOfGradient(
  enclosures: Enclosures,
  z: Float64Array,
  curvatures: Curvatures,
  generators: readonly AffineGenerator[],
  grow: boolean,
): Attempt {
  const n = z.length;
  const { values, vectors } = curvatures;
  if (values[0] === 0) return { why: "the Hessian is 0" };
  const orthonormal = orthonormalityBound(vectors, n, n);
  if (!(orthonormal < orthonormalWithin)) return { why: "the eigenvectors of the Hessian are not orthonormal" };
  const gradient = enclosures.gradient(z);
  if (!gradient.rad.every(Number.isFinite)) return { why: "the gradient has no finite bound" };
  const slice: Slice = {
    enclosures,
    z,
    curvatures,
    orthonormal,
    along: magnitudes(verifiedProduct(vectors, gradient, n, n, 1)),
    known: new Map(),
  };
  const at = generatorsAt(generators, z, vectors);
  const candidates = kernelGuesses(values, Math.min(generators.length, n - 1), n)
    .map((m) => tangentsAlong(at, n, m))
    .filter((tangents) => tangents !== undefined)
    .slice(0, guesses);
  // Of the reasons that of the most plausible kernel is told.
  let nearest: Attempt = { why: "the generators do not span the kernel of the Hessian" };
  for (const tangents of candidates) {
    const found = onSlice(slice, tangents, generators, grow);
    if ("zero" in found) return found;
    const { excess = Number.MAX_VALUE } = found;
    if (excess < (nearest.excess ?? Number.POSITIVE_INFINITY)) nearest = { why: found.why, excess };
  }
  return nearest;
}

interface Refusal {
  readonly why: string;
  readonly excess?: number;
}

interface Slice {
  readonly enclosures: Enclosures;
  readonly z: Float64Array;
  readonly curvatures: Curvatures;
  /** Bound of ||I - Q Q^T||, for all rows and so for each part of them. */
  readonly orthonormal: number;
  /** Bounds of |Q g(z)|, entry by entry. */
  readonly along: Float64Array;
  /** Enclosures of Q H Q^T by radius, which different m share. */
  readonly known: Map<number, Enclosure | string>;
}

function onSlice(slice: Slice, tangents: Tangents, generators: readonly AffineGenerator[], grow: boolean): Attempt {
  const { z, curvatures, orthonormal, along } = slice;
  const n = z.length;
  const q = n - tangents.count;
  const lambda = curvatures.values.subarray(0, q);
  const newtonStep = vectorNormBound(along.subarray(0, q).map((c, i) => up(c / Math.abs(lambda[i]!))));
  if (!Number.isFinite(newtonStep))
    return { why: `${n - q + 1} curvatures are 0, of which the symmetry explains ${n - q}` };
  const fits = ({ radius, contraction, inertia }: OnBall): boolean =>
    contraction < 1 && inertia < 1 && up(newtonStep + contraction * radius, 3) < radius;
  const first = firstBall(slice, q, newtonStep, fits);
  if ("why" in first) return first;
  const largest = grow ? grown(slice, q, first, fits) : first;
  const length = (y: number): number => up(y * (1 + orthonormal), 2);
  const smallest = Math.min(...[first, largest].map(({ contraction }) => existence(newtonStep, contraction)));
  const exists = length(smallest);
  const basis = curvatures.vectors.slice(0, q * n);
  const regularity = regularityBound(basis, tangents, generators, z, exists);
  if (!(regularity < 1)) {
    return {
      why: `the tangents of the orbit may vanish within ${show(exists)} of the point (${show(regularity)} >= 1)`,
    };
  }
  const value = slice.enclosures.value(z);
  // L(z) - L(x*) = y^T Q H Q^T y / 2 with |y| <= r0, since the gradient is 0 at x*. The root of the curvature comes first,
  // since r0^2 alone may underflow where the change of the loss does not.
  const side = up(smallest * up(Math.sqrt(Math.abs(lambda[0]!))));
  const change = up((up(side * side) * (1 + first.inertia)) / 2 + value.rad[0]!, 8);
  const zero: Zero = {
    exists,
    unique: down(largest.radius * (1 - orthonormal), 2),
    loss: { low: below(value.mid[0]! - change), high: above(value.mid[0]! + change) },
    morseIndex: lambda.reduce((count, value) => count + (value < 0 ? 1 : 0), 0),
    kernelDimension: tangents.count,
    proof: {
      basis,
      curvatures: lambda.slice(),
      generators: tangents.count === 0 ? [] : generators,
      combinations: tangents.combinations,
      radius: largest.radius,
      newtonStep,
      contraction: largest.contraction,
      inertia: largest.inertia,
      regularity,
    },
  };
  return { zero };
}

/** r0 = Y / (1 - Z), rounded upwards. */
export function existence(newtonStep: number, contraction: number): number {
  return up(newtonStep / down(1 - contraction), 2);
}

/** The next number below, and above, a rounded one. */
const below = (x: number): number => x - 2 * roundoff * Math.abs(x) - Number.MIN_VALUE;
const above = (x: number): number => x + 2 * roundoff * Math.abs(x) + Number.MIN_VALUE;

/** A ball that fits, or why there is none. */
function firstBall(slice: Slice, q: number, newtonStep: number, fits: (ball: OnBall) => boolean): OnBall | Refusal {
  const { z } = slice;
  const size = z.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const wide = Math.max(4 * newtonStep, firstRadius * (size || 1));
  const ball = onBall(slice, q, wide);
  if (typeof ball !== "string" && fits(ball)) return ball;
  // Z is about Z0 + c rho; what c says decides which smaller radius is worth a Hessian.
  const steepness = typeof ball === "string" ? Number.NaN : ball.contraction / wide;
  const narrow = Number.isFinite(steepness) ? Math.min(0.5 / steepness, wide / 4) : 4 * newtonStep;
  if (!(narrow > 2 * newtonStep) || narrow === wide) {
    return typeof ball === "string" ? { why: ball } : tooFar(slice, q, newtonStep, ball);
  }
  const second = onBall(slice, q, Math.max(narrow, 4 * newtonStep));
  if (typeof second === "string") return { why: second };
  return fits(second) ? second : tooFar(slice, q, newtonStep, second);
}

/** Says whether rounding or the distance of the zero is in the way. */
function tooFar(slice: Slice, q: number, newtonStep: number, { radius, contraction }: OnBall): Refusal {
  const { values } = slice.curvatures;
  const smallest = Math.abs(values[q - 1]!);
  const alone = onBall(slice, q, 0);
  const rounded = typeof alone === "string" ? Number.POSITIVE_INFINITY : alone.contraction;
  if (!(rounded < 0.5)) {
    const kernel = values.length - q;
    const why =
      `the smallest curvature beside a kernel of dimension ${kernel}, ${show(smallest)}, is not above the rounding of ` +
      `the Hessian (Z0 = ${show(rounded)}): either the zero is degenerate and no given symmetry explains why, or it ` +
      "cannot be told in float64";
    return { why, excess: rounded };
  }
  const h = 4 * ((contraction - rounded) / radius) * newtonStep;
  const step = `Newton's step, ${show(newtonStep)}, is too long for the change of the Hessian`;
  // The number says how far Newton has to go on, unless the Hessian has hardly a bound on the ball.
  const share = h > 1 && h < tellingH ? `h = ${show(h)} > 1: ${step}` : step;
  return { why: `${share}; go on with Newton`, excess: Number.isFinite(h) ? h : Number.MAX_VALUE };
}

/** Z and its symmetric form on the ball |y| <= radius; a text where the Hessian has no bound there. */
function onBall(slice: Slice, q: number, radius: number): OnBall | string {
  const { curvatures, z } = slice;
  const n = z.length;
  const known = slice.known.get(radius) ?? congruence(slice, radius);
  slice.known.set(radius, known);
  if (typeof known === "string") return known;
  const off = new Float64Array(q * q);
  const balanced = new Float64Array(q * q);
  for (let i = 0; i < q; i++) {
    const size = Math.abs(curvatures.values[i]!);
    for (let j = 0; j < q; j++) {
      const at = i * n + j;
      const difference = known.mid[at]! - (i === j ? curvatures.values[i]! : 0);
      const error = up(up(Math.abs(difference)) + known.rad[at]!);
      off[i * q + j] = up(error / size);
      balanced[i * q + j] = up(error / Math.sqrt(size) / Math.sqrt(Math.abs(curvatures.values[j]!)), 4);
    }
  }
  return { radius, contraction: norm2Bound(off, q, q), inertia: norm2Bound(balanced, q, q) };
}

/** Encloses V H V^T for all eigenvectors, the rows of V, on the ball. */
function congruence({ enclosures, curvatures, orthonormal, z }: Slice, radius: number): Enclosure | string {
  const n = z.length;
  const jacobian = enclosures.jacobian(z, up(radius * (1 + orthonormal), 2));
  if (typeof jacobian === "string") return jacobian;
  const left = verifiedProduct(curvatures.vectors, jacobian, n, n, n);
  return verifiedProduct(left, transposed(curvatures.vectors, n, n), n, n, n);
}

/** Enlarges the radius of uniqueness as far as the condition holds. */
function grown(slice: Slice, q: number, start: OnBall, fits: (ball: OnBall) => boolean): OnBall {
  let best = start;
  let factor = firstGrowth;
  for (let k = 0; k < growths && factor > 1.2; k++) {
    const ball = onBall(slice, q, best.radius * factor);
    // What no other radius needs is not kept.
    slice.known.clear();
    if (typeof ball !== "string" && fits(ball)) best = ball;
    else factor = Math.sqrt(factor);
  }
  return best;
}
