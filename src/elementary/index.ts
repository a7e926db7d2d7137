/**
 * Elementary functions that have the same bits in every engine and on every processor, which those of `Math` do not.
 * They consist of additions, multiplications, divisions and square roots alone, whose rounding IEEE 754 prescribes.
 */
export { exponentOf, isPowerOfTwo, powerOfTwo, scaleByPower, unitOf } from "./bits.ts";
export { exp, expm1 } from "./exponential.ts";
export { acosh, asinh, atanh, cosh, sinh, tanh } from "./hyperbolic.ts";
export { log, log1p, log2 } from "./logarithm.ts";
export { cbrt, pow } from "./power.ts";
export { acos, asin, atan, atan2, cos, sin, tan } from "./trigonometric.ts";
