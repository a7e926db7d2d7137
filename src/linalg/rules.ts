/** Rules of options that several functions of this room share. */

/** A count of steps, products, probes or iterations. Its default depends on the function. */
export const positiveInteger = { integer: true, min: 1 } as const;
/** Seed of random vectors. */
export const seed = { default: 0 } as const;
/** A yes-or-no option that is false unless it is given. */
export const flag = { default: false, oneOf: [true, false] } as const;
/** A callback. */
export const functionRule = {
  expected: "a function",
  is: (value: unknown) => typeof value === "function",
} as const;
/** A linear map, whose sizes are checked together with the system. */
export const preconditionerRule = {
  expected: "a linear map",
  is: (value: { readonly apply?: unknown } | null) => typeof value === "object" && typeof value?.apply === "function",
} as const;
