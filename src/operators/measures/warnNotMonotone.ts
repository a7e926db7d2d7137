import { defineMeasure, type Measure, norm, readOptions } from "../../authoring/index.ts";
import { warn as report } from "../../host.ts";
import { measuredSteps, stepRules } from "../support/measuredSteps.ts";
import { localModulus } from "./diagnoseField.ts";

export interface WarnNotMonotoneOptions {
  /** A modulus below minus this, times the Lipschitz constant seen with it, is taken for negative. Default 1e-8. */
  readonly tolerance?: number;
  /** Rows between two looks at J, beside the first row; the quotients along the way are seen in every row. Default: only the first. */
  readonly every?: number;
  /** Where the warning goes, once a run. Default `process.emitWarning`. */
  readonly warn?: (message: string) => void;
}

const rules = {
  tolerance: { default: 1e-8, min: 0, below: 1 },
  every: { ...stepRules.every, default: Number.POSITIVE_INFINITY },
  warn: { expected: "a function of the message", is: (value: unknown) => typeof value === "function" },
} as const;

/**
 * Warns once, with the modulus measured, where F turns out not to be monotone, which most methods for games need.
 *
 * Looks at the least eigenvalue of the symmetric part of J at the first row (dense up to 200 coordinates, else by Lanczos),
 * and at <dF, dz> / ||dz||^2 between rows more than 1e-6 (1 + ||z||) apart. Column `leastModulus`: the least of them so far. What is seen to be monotone
 * along the way may still fail elsewhere.
 *
 * Cost: that of `diagnoseField` at the first row, 4 n operations at others. State: the row before.
 *
 * @example iterate(game, start, chain(warnNotMonotone(), extragradient({ stepSize: 0.1 })))
 * @throws {RangeError} ERR_OPTION_RANGE
 */
export function warnNotMonotone(options: WarnNotMonotoneOptions = {}): Measure {
  const { tolerance, every, warn = report } = readOptions("warnNotMonotone", options, rules);
  const measured = measuredSteps("warnNotMonotone", { every, when: undefined });
  return defineMeasure({
    name: "warnNotMonotone",
    columns: { leastModulus: { meaning: "least modulus of monotonicity seen so far" } },
    init: (first): State => ({
      point: first.point.slice(),
      field: first.at.field.slice(),
      least: Number.POSITIVE_INFINITY,
      warned: false,
    }),
    step(it, state) {
      const { point, field, problem } = it.at;
      const seen: { readonly modulus: number; readonly lipschitz: number }[] = [];
      if (it.status !== "diverged" && (it.step === 0 || measured(it))) seen.push(localModulus(it.at.linearize()));
      let way = 0;
      let change = 0;
      let product = 0;
      for (let i = 0; i < point.length; i++) {
        const dz = point[i]! - state.point[i]!;
        const df = field[i]! - state.field[i]!;
        way += dz * dz;
        change += df * df;
        product += dz * df;
      }
      // Over a shorter way the rounding of F may be all that is seen.
      if (way > (1e-6 * (1 + norm(point))) ** 2)
        seen.push({ modulus: product / way, lipschitz: Math.sqrt(change / way) });
      let { least, warned } = state;
      for (const { modulus, lipschitz } of seen) {
        if (modulus < least) least = modulus;
        if (warned || !(modulus < -tolerance * lipschitz)) continue;
        warned = true;
        warn(
          `${problem.name} is not monotone: its modulus is ${modulus} at step ${it.step} of run "${it.run.name}"; ` +
            "methods for monotone problems may cycle or diverge, and gaps may be negative; see diagnoseField",
        );
      }
      return {
        state: { point: point.slice(), field: field.slice(), least, warned },
        columns: { leastModulus: Number.isFinite(least) ? least : undefined },
      };
    },
  });
}

interface State {
  readonly point: Float64Array;
  readonly field: Float64Array;
  readonly least: number;
  readonly warned: boolean;
}
