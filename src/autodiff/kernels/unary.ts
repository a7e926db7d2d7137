import type { UnaryOp } from "../graph/operations.ts";
import { type Kernel, operandAt } from "./kernel.ts";
import { scalarFunctions } from "./scalars.ts";

const map =
  (f: (x: number) => number): Kernel<UnaryOp> =>
  (_, operands, out) => {
    const { values } = operandAt(operands, 0);
    return () => {
      for (let i = 0; i < out.length; i++) out[i] = f(values[i]!);
    };
  };

const neg: Kernel<"neg"> = (_, operands, out) => {
  const { values } = operandAt(operands, 0);
  return () => {
    for (let i = 0; i < out.length; i++) out[i] = -values[i]!;
  };
};

/** Kernels of functions of one dense operand. */
export const unaryKernels: { readonly [K in UnaryOp]: Kernel<K> } = {
  neg,
  exp: map(scalarFunctions.exp),
  expm1: map(scalarFunctions.expm1),
  log: map(scalarFunctions.log),
  log1p: map(scalarFunctions.log1p),
  sqrt: map(scalarFunctions.sqrt),
  sin: map(scalarFunctions.sin),
  cos: map(scalarFunctions.cos),
  tan: map(scalarFunctions.tan),
  asin: map(scalarFunctions.asin),
  acos: map(scalarFunctions.acos),
  atan: map(scalarFunctions.atan),
  sinh: map(scalarFunctions.sinh),
  cosh: map(scalarFunctions.cosh),
  tanh: map(scalarFunctions.tanh),
  asinh: map(scalarFunctions.asinh),
  acosh: map(scalarFunctions.acosh),
  atanh: map(scalarFunctions.atanh),
  sigmoid: map(scalarFunctions.sigmoid),
  logisticDensity: map(scalarFunctions.logisticDensity),
  softplus: map(scalarFunctions.softplus),
  erf: map(scalarFunctions.erf),
  abs: map(scalarFunctions.abs),
  sign: map(scalarFunctions.sign),
  floor: map(scalarFunctions.floor),
  ceil: map(scalarFunctions.ceil),
  round: map(scalarFunctions.round),
  not: map(scalarFunctions.not),
};
