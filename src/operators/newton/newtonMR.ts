import { chain, readOptions, type Update } from "../../authoring/index.ts";
import { type DetectFlatnessOptions, detectFlatness } from "../measures/detectFlatness.ts";
import { optionsObject } from "../support/rules.ts";
import { type BacktrackGradientNormOptions, backtrackGradientNorm } from "./lineSearch/backtrackGradientNorm.ts";
import { type NewtonDirectionOptions, newtonDirection } from "./newtonDirection.ts";

/** Options of {@link newtonMR}: those of its three parts. */
export interface NewtonMROptions {
  readonly direction?: NewtonDirectionOptions;
  readonly flatness?: DetectFlatnessOptions;
  readonly search?: BacktrackGradientNormOptions;
}

const rules = { direction: optionsObject, flatness: optionsObject, search: optionsObject } as const;

/**
 * Newton-MR [1]: `newtonDirection`, `detectFlatness` and `backtrackGradientNorm`, with the settings that [2] used on the
 * deep linear autoencoder (which are the parts' defaults).
 *
 * A stop condition goes before it: chain(untilCritical({ squaredFieldNorm: 1e-20 }), newtonMR()).
 *
 * @example iterate(quartic(), [-3.5, 1], newtonMR()).subscribe()
 * @see [1] Roosta, Liu, Xu and Mahoney, "Newton-MR: inexact Newton method with minimum residual sub-problem solver", 2018,
 *   arXiv:1810.00303
 * @see [2] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export function newtonMR(options: NewtonMROptions = {}): Update {
  const { direction, flatness, search } = readOptions("newtonMR", options, rules);
  return chain(newtonDirection(direction), detectFlatness(flatness), backtrackGradientNorm(search));
}
