import { defineMeasure, type Measure, norm, readOptions } from "../../authoring/index.ts";
import { warn as report } from "../../host.ts";
import { measuredSteps, stepRules } from "../support/measuredSteps.ts";
import { localModulus } from "./diagnoseField.ts";

/** Options of {@link warnNotMonotone}. */
export interface WarnNotMonotoneOptions {
  /**
   * Tolerance in [0, 1): a modulus counts as negative below minus this times the Lipschitz constant seen with it.
   * Default 1e-8.
   */
  readonly tolerance?: number;
  /**
   * Number of rows between two looks at J after the first row; every row sees the quotients along the way.
   * Default: only the first row.
   */
  readonly every?: number;
  /** Function that receives the warning, once per run. Default `process.emitWarning`, in a browser `console.warn`. */
  readonly warn?: (message: string) => void;
}

const rules = {
  tolerance: { default: 1e-8, min: 0, below: 1 },
  every: { ...stepRules.every, default: Number.POSITIVE_INFINITY },
  warn: { expected: "a function of the message", is: (value: unknown) => typeof value === "function" },
} as const;

/**
 * Warns once, with the modulus measured, where F turns out not to be monotone, which most methods for games require.
 *
 * It looks at the least eigenvalue of the symmetric part of J at the first row (dense up to 200 coordinates, by Lanczos
 * above), and at <dF, dz> / ||dz||^2 between rows more than 1e-6 ||z|| apart. Column `leastModulus`: the least of
 * them so far. A field that looks monotone along the way may still fail elsewhere.
 *
 * Use {@link diagnoseField} when the modulus is to be measured along the run.
 *
 * Cost: that of `diagnoseField` at the first row, 4 n operations at others. State: the last point and field, 2 n
 * numbers.
 *
 * @example
 * const outwards = variationalInequality(([x, y], out) => out.set([y! - 0.1 * x!, -x! - 0.1 * y!]), wholeSpace(2));
 * const watch = warnNotMonotone({ warn: (message) => console.log(message.split(":")[0]) });
 * iterate(outwards, [1, 1], chain(untilStep(1), watch, extragradient({ stepSize: 0.5 })))
 *   .subscribe((it) => console.log(it.step, it.columns.leastModulus!.toFixed(4)));
 * // variationalInequality is not monotone
 * // 0 -0.1000
 * // 1 -0.1000
 * @param options {@link WarnNotMonotoneOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
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
      // Over a shorter distance the rounding of F may dominate.
      if (Math.sqrt(way) > 1e-6 * Math.max(norm(point), norm(state.point)))
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
  /** Point of the last row. */
  readonly point: Float64Array;
  /** Field of the last row. */
  readonly field: Float64Array;
  /** Least modulus so far. */
  readonly least: number;
  /** Whether the warning was given. */
  readonly warned: boolean;
}
