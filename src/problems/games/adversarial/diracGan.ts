import { exp, log1p } from "../../../elementary/index.ts";
import { readOptions } from "../../../options.ts";
import { plainField } from "../../plainField.ts";
import { nonNegative } from "../../rules.ts";
import type { SolvedProblem } from "../certified.ts";

export interface DiracGanOptions {
  /** Loss f(t): "logistic" is -log(1 + e^-t), "wasserstein" is t. Default "logistic". */
  readonly loss?: "logistic" | "wasserstein";
  /** Coefficient gamma >= 0 of the penalty gamma psi^2 / 2 on the discriminator's slope. Default 0. */
  readonly penalty?: number;
}

const rules = {
  loss: { default: "logistic", oneOf: ["logistic", "wasserstein"] },
  penalty: { ...nonNegative, default: 0 },
} as const;

/**
 * Builds the Dirac-GAN: the generator puts all its mass at theta, the discriminator is psi x, and the data lie at 0.
 *
 * It is min over theta, max over psi of f(psi theta) + f(0) - gamma psi^2 / 2.
 * F = (f'(psi theta) psi, -f'(psi theta) theta + gamma psi), and the equilibrium is (0, 0). There J has the eigenvalues
 * (gamma +- sqrt(gamma^2 - 4 f'(0)^2)) / 2. Without a penalty they are purely imaginary, and descent-ascent does not
 * converge. With the logistic loss the field is not monotone elsewhere.
 *
 * Cost: some tens of operations.
 *
 * @example diracGan({ penalty: 0.3 })
 * @param options {@link DiracGanOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for another loss or a penalty below 0
 * @see Mescheder, Geiger and Nowozin, "Which training methods for GANs do actually converge?", 2018, arXiv:1801.04406
 */
export function diracGan(options: DiracGanOptions = {}): SolvedProblem {
  const { loss, penalty } = readOptions("diracGan", options, rules);
  const logistic = loss === "logistic";
  // The logistic loss has f = -softplus(-t), f' = sigmoid(-t), f'' = -sigmoid(t) sigmoid(-t).
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
