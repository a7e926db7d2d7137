/** Rules of options that many operators share. */

/** A step size eta > 0 that must be given. */
export const requiredStepSize = { required: true, above: 0 } as const;
/** A step size eta > 0; each operator decides what happens without it. */
export const optionalStepSize = { above: 0 } as const;
/** Seed of random numbers. */
export const seed = { default: 0 } as const;
/** A count of iterations, trials or samples; each operator adds its own default. */
export const positiveInteger = { integer: true, min: 1 } as const;
/** A count that may be 0. */
export const naturalNumber = { integer: true, min: 0 } as const;
/** A share, a relative tolerance or a relative threshold. */
export const share = { min: 0, max: 1 } as const;
/** A linear map, such as the preconditioner of a solver. */
export const linearMap = {
  expected: "a linear map",
  is: (value: { readonly apply?: unknown }) => typeof value === "object" && typeof value?.apply === "function",
} as const;
/** The options of a part that an operator is composed of. */
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
/** An option that is false unless it is given. */
export const flag = { default: false, oneOf: [true, false] } as const;
