/** Rules of options that many operators share. */

/** eta > 0, which must be given. */
export const requiredStepSize = { required: true, above: 0 } as const;
/** eta > 0; what happens without it is the operator's. */
export const optionalStepSize = { above: 0 } as const;
export const seed = { default: 0 } as const;
/** A count of iterations, trials or samples, with a default of the operator's own. */
export const positiveInteger = { integer: true, min: 1 } as const;
export const naturalNumber = { integer: true, min: 0 } as const;
/** A share, a relative tolerance, a relative threshold. */
export const share = { min: 0, max: 1 } as const;
/** The symmetric maps that solvers are given. */
export const linearMap = {
  expected: "a linear map",
  is: (value: { readonly apply?: unknown }) => typeof value === "object" && typeof value?.apply === "function",
} as const;
export const optionsObject = {
  expected: "an object of options",
  is: (value: unknown) => typeof value === "object" && value !== null,
} as const;
export const float64Array = {
  expected: "a Float64Array",
  is: (value: unknown) => value instanceof Float64Array,
} as const;
export const convexSetRule = {
  expected: "a convex set",
  is: (value: { readonly project?: unknown }) => typeof value === "object" && typeof value?.project === "function",
} as const;
