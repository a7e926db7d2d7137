import { exp, log1p } from "../../../elementary/index.ts";
import { failure } from "../../../errors.ts";
import { plainField } from "../../plainField.ts";
import type { SolvedProblem } from "../certified.ts";

export interface DiracGanOptions {
  /** f: "logistic" (default), -log(1 + e^-t); "wasserstein", t. */
  readonly loss?: "logistic" | "wasserstein";
  /** gamma >= 0 of a penalty gamma psi^2 / 2 on the discriminator's slope; default 0. */
  readonly penalty?: number;
}

/**
 * The Dirac-GAN: a generator that puts all its mass at theta, a linear discriminator psi x, data at 0.
 *
 * min over theta, max over psi of f(psi theta) + f(0) - gamma psi^2 / 2; F = (f'(psi theta) psi,
 * -f'(psi theta) theta + gamma psi), equilibrium (0, 0). There J has the eigenvalues (gamma +- sqrt(gamma^2 - 4 f'(0)^2)) / 2:
 * purely imaginary without a penalty, where descent-ascent does not converge. The logistic one is not monotone elsewhere.
 *
 * @example diracGan({ penalty: 0.3 })
 * @throws {RangeError} ERR_OPTION_RANGE for another loss or a penalty below 0
 * @see Mescheder, Geiger and Nowozin, "Which training methods for GANs do actually converge?", 2018, arXiv:1801.04406
 */
export function diracGan({ loss = "logistic", penalty = 0 }: DiracGanOptions = {}): SolvedProblem {
  if (loss !== "logistic" && loss !== "wasserstein") {
    throw failure("ERR_OPTION_RANGE", `diracGan: expected loss "logistic" or "wasserstein", got "${String(loss)}"`);
  }
  if (!(penalty >= 0 && penalty < Number.POSITIVE_INFINITY)) {
    throw failure("ERR_OPTION_RANGE", `diracGan: expected a penalty of at least 0, got ${penalty}`);
  }
  const logistic = loss === "logistic";
  // f = -softplus(-t), f' = sigmoid(-t), f'' = -sigmoid(t) sigmoid(-t).
  const value = (t: number): number => (logistic ? Math.min(0, t) - log1p(exp(-Math.abs(t))) : t);
  const slope = (t: number): number => (logistic ? 1 / (1 + exp(t)) : 1);
  const bend = (t: number): number => (logistic ? -1 / ((1 + exp(t)) * (1 + exp(-t))) : 0);
  const multiply = (z: Float64Array, v: Float64Array, out: Float64Array, sign: number): void => {
    const [theta, psi] = [z[0]!, z[1]!];
    const t = psi * theta;
    const coupling = slope(t) + bend(t) * t;
    out[0] = bend(t) * psi * psi * v[0]! + sign * coupling * v[1]!;
    out[1] = -sign * coupling * v[0]! + (penalty - bend(t) * theta * theta) * v[1]!;
  };
  const problem = plainField({
    name: "diracGan",
    dimension: 2,
    field(z, out) {
      const [theta, psi] = [z[0]!, z[1]!];
      const f = slope(psi * theta);
      out[0] = f * psi;
      out[1] = penalty * psi - f * theta;
    },
    jacobian: {
      apply: (z, v, out) => multiply(z, v, out, 1),
      applyTranspose: (z, u, out) => multiply(z, u, out, -1),
    },
    blocks: [
      { name: "theta", shape: [], offset: 0, size: 1, player: "generator" },
      { name: "psi", shape: [], offset: 1, size: 1, player: "discriminator" },
    ],
    game: {
      players: [
        { name: "generator", offset: 0, size: 1, affine: !logistic },
        { name: "discriminator", offset: 1, size: 1, affine: !logistic && penalty === 0 },
      ],
      costs(z, out) {
        const payoff = value(z[0]! * z[1]!) + value(0) - (penalty / 2) * z[1]! ** 2;
        out[0] = payoff;
        out[1] = -payoff;
      },
    },
    description: { problem: "diracGan", loss, penalty },
  });
  return { ...problem, solutions: [new Float64Array(2)] };
}
