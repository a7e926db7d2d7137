import { denseOf, isFiniteVector, luFactor, norm2Bound, vectorNormBound, verifiedProduct } from "../linalg/index.ts";
import { type Attempt, type Enclosures, show } from "./attempt.ts";
import { existence } from "./gradientZero.ts";
import { up } from "./rounding.ts";

/** First radius, relative to the largest entry of the point. */
const firstRadius = 2 ** -30;

/**
 * Proves that a field that is not a gradient has a zero near z, by Newton and Kantorovich: with A near J(z)^-1,
 * Y >= ||A F(z)|| and Z >= ||I - A J(x)|| on the ball |x - z| <= rho, Y + Z rho < rho and Z < 1 prove exactly one zero in
 * it, within Y / (1 - Z). J is regular there.
 */
export function zeroOfField(enclosures: Enclosures, z: Float64Array, grow: boolean): Attempt {
  const n = z.length;
  const matrix = denseOf(enclosures.problem.linearize(z));
  if (!isFiniteVector(matrix)) return { why: "the Jacobian is not finite" };
  const inverse = inverseOf(matrix, n);
  if (inverse === undefined) return { why: "the Jacobian is singular" };
  const field = enclosures.gradient(z);
  if (!field.rad.every(Number.isFinite)) return { why: "the field has no finite bound" };
  const newtonStep = vectorNormBound(verifiedProduct(inverse, field, n, n, 1));
  const contractionOn = (radius: number): number | string => {
    const jacobian = enclosures.jacobian(z, radius);
    if (typeof jacobian === "string") return jacobian;
    const product = verifiedProduct(inverse, jacobian, n, n, n);
    const off = product.mid.map((x, at) => {
      return up(up(Math.abs(x - (at % (n + 1) === 0 ? 1 : 0))) + product.rad[at]!);
    });
    return norm2Bound(off, n, n);
  };
  const fits = (radius: number, contraction: number | string): contraction is number =>
    typeof contraction === "number" && contraction < 1 && up(newtonStep + contraction * radius, 3) < radius;
  const size = z.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  let radius = Math.max(4 * newtonStep, firstRadius * (size || 1));
  let contraction = contractionOn(radius);
  if (!fits(radius, contraction) && typeof contraction === "number") {
    const narrow = Math.min(0.5 * (radius / contraction), radius / 4);
    if (narrow > 2 * newtonStep) {
      radius = Math.max(narrow, 4 * newtonStep);
      contraction = contractionOn(radius);
    }
  }
  if (typeof contraction === "string") return { why: contraction };
  if (!fits(radius, contraction)) {
    return {
      why:
        `Z = ${show(contraction)}: Newton's step, ${show(newtonStep)}, is too long for the change of the Jacobian, or ` +
        "the zero is degenerate; go on with Newton",
    };
  }
  let exists = existence(newtonStep, contraction);
  for (let factor = grow ? 1e8 : 1, k = 0; k < 14 && factor > 1.2; k++) {
    const wider = contractionOn(radius * factor);
    if (fits(radius * factor, wider)) {
      radius *= factor;
      contraction = wider;
      exists = Math.min(exists, existence(newtonStep, wider));
    } else factor = Math.sqrt(factor);
  }
  return {
    zero: {
      exists,
      unique: radius,
      loss: undefined,
      morseIndex: undefined,
      kernelDimension: 0,
      proof: {
        basis: undefined,
        curvatures: undefined,
        generators: [],
        combinations: new Float64Array(0),
        radius,
        newtonStep,
        contraction,
        inertia: undefined,
        regularity: 0,
      },
    },
  };
}

/** The inverse in float64; undefined for a singular matrix. */
function inverseOf(matrix: Float64Array, n: number): Float64Array | undefined {
  const factor = luFactor(matrix);
  const inverse = new Float64Array(n * n);
  const unit = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    unit.fill(0);
    unit[j] = 1;
    const column = factor.solve(unit);
    if (column === undefined || !isFiniteVector(column)) return undefined;
    for (let i = 0; i < n; i++) inverse[i * n + j] = column[i]!;
  }
  return inverse;
}
