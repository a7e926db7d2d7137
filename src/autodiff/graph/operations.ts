/** Elementwise functions of one operand. */
export type UnaryOp =
  | "neg"
  | "exp"
  | "expm1"
  | "log"
  | "log1p"
  | "sqrt"
  | "sin"
  | "cos"
  | "tan"
  | "asin"
  | "acos"
  | "atan"
  | "sinh"
  | "cosh"
  | "tanh"
  | "asinh"
  | "acosh"
  | "atanh"
  | "sigmoid"
  | "logisticDensity"
  | "softplus"
  | "erf"
  | "abs"
  | "sign"
  | "floor"
  | "ceil"
  | "round"
  | "not";

/** Elementwise functions of two operands. */
export type BinaryOp = "add" | "sub" | "mul" | "div" | "pow" | "atan2" | "max" | "min" | "less" | "lessEqual" | "equal";
