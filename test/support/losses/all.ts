import { analyticLosses } from "./analytic.ts";
import { activationLosses, basicLosses } from "./basic.ts";
import { headLosses } from "./heads.ts";
import { kernelLosses } from "./kernels.ts";
import type { LossCase } from "./lossCase.ts";
import { tensorLosses } from "./tensors.ts";

/** The whole battery, one loss for every kernel included. */
export const everyLoss: readonly LossCase[] = [
  ...Object.entries(kernelLosses).map(([name, loss]) => ({ name, ...loss })),
  ...activationLosses,
  ...basicLosses,
  ...tensorLosses,
  ...analyticLosses,
  ...headLosses,
];
