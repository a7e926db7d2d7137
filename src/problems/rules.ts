/** Rules of options that several problems share. */

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const isVector = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "length" in value && Number.isInteger(value.length);

export const text = { expected: "a string", is: (value: unknown) => typeof value === "string" } as const;
export const texts = {
  expected: "a list of strings",
  is: (value: unknown) => isList(value) && value.every((each) => typeof each === "string"),
} as const;
export const yesOrNo = { oneOf: [true, false] } as const;
export const seed = { default: 1 } as const;
export const positive = { above: 0 } as const;
export const nonNegative = { min: 0 } as const;
export const positiveInteger = { integer: true, min: 1 } as const;

/** Whether a value is a list of at least `least` positive integers, such as the widths of a network's layers. */
export const arePositiveIntegers = (value: unknown, least: number): boolean =>
  isList(value) && value.length >= least && value.every((each) => Number.isInteger(each) && (each as number) > 0);

/** A vector; its length and its numbers are for the function to check. */
export const vector = { expected: "a list of numbers", is: isVector } as const;
/** A matrix row by row; the lengths and the numbers are for the function to check. */
export const matrix = {
  expected: "a list of rows of numbers",
  is: (value: unknown) => isList(value) && value.every(isVector),
} as const;
export const float64Array = {
  expected: "a Float64Array",
  is: (value: unknown) => value instanceof Float64Array,
} as const;
export const bytes = { expected: "a Uint8Array", is: (value: unknown) => value instanceof Uint8Array } as const;
/** Shapes of tensors; `blocksOf` checks the extents. */
export const shapes = {
  expected: "a list of shapes such as [[3, 2], [2]]",
  is: (value: unknown) => isList(value) && value.every(isList),
} as const;
/** Widths of hidden layers; an empty list means no hidden layers. */
export const hiddenWidths = {
  expected: "a list of positive integers",
  is: (value: unknown) => arePositiveIntegers(value, 0),
  range: true,
} as const;

export const callback = { expected: "a function", is: (value: unknown) => typeof value === "function" } as const;
export const convexSetRule = {
  expected: "a convex set",
  is: (value: { readonly project?: unknown }) => typeof value === "object" && typeof value?.project === "function",
} as const;
/** Data that `run.json` keeps of a problem. */
export const json = {
  expected: "data that JSON can hold",
  is: (value: unknown) => !["function", "symbol", "bigint"].includes(typeof value),
} as const;
