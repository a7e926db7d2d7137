/** The option of a penalty, which all losses of networks share. */
import { readOptions } from "../../options.ts";
import { nonNegative, yesOrNo } from "../rules.ts";
import type { Regularization } from "./networkLosses.ts";

export const regularizationRule = {
  default: 0,
  expected: "a non-negative number or an object { coefficient, average, biases }",
  is: (value: unknown) =>
    (typeof value === "object" && value !== null) ||
    (typeof value === "number" && value >= 0 && value < Number.POSITIVE_INFINITY),
  range: true,
} as const;

const regularizationRules = {
  coefficient: { ...nonNegative, required: true },
  average: { ...yesOrNo, default: false },
  biases: { ...yesOrNo, default: true },
} as const;

/** Fills in the choices of a penalty, which may be given as its coefficient alone. */
export function fullRegularization(who: string, given: number | Regularization): Required<Regularization> {
  return readOptions(
    who,
    typeof given === "number" ? { coefficient: given } : given,
    regularizationRules,
    "regularization",
  );
}
