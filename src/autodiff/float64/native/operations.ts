/** What the C library in `native/` and its callers have to agree on. `scripts/buildNative.ts` writes it into a header. */

/**
 * Operations of the library, in the order of their numbers. `decay` is e^-|x|, from which `sigmoidOf`, `densityOf` and
 * `softplusOf` compute their results; `tanhSlope` computes tanh x and logisticDensity(2 x) together.
 */
export const nativeOperations = [
  "copy",
  "neg",
  "exp",
  "expm1",
  "log",
  "log1p",
  "sqrt",
  "sin",
  "cos",
  "atan",
  "tanh",
  "decay",
  "tanhSlope",
  "sigmoidOf",
  "densityOf",
  "softplusOf",
  "erf",
  "abs",
  "sign",
  "floor",
  "ceil",
  "round",
  "not",
  "add",
  "sub",
  "mul",
  "div",
  "max",
  "min",
  "less",
  "lessEqual",
  "equal",
  "select",
] as const;
export type NativeOperation = (typeof nativeOperations)[number];

/** Sizes that are fixed when the library is compiled. */
export const nativeSizes = {
  /** Number that is raised whenever the form of a table or the meaning of a function changes. */
  version: 7,
  /** Most numbers of a block. */
  block: 512,
  /** Number of blocks that a loop may keep at once. */
  registers: 24,
  /** Number of registers and of arrays that are read or written where they lie. */
  slots: 128,
  /** Most loops around the rows of a loop. */
  levels: 8,
} as const;

/** The text by which a library shows that it agrees. */
export const nativeFormat = `${Object.values(nativeSizes).join(" ")} ${nativeOperations.join(" ")}`;
