import { analyticLosses } from "./analytic.ts";
import { attentionLosses } from "./attention.ts";
import { activationLosses, basicLosses } from "./basic.ts";
import { generativeLosses } from "./generative.ts";
import { geometryLosses } from "./geometry.ts";
import { headLosses } from "./heads.ts";
import { inferenceLosses } from "./inference.ts";
import { kernelLosses } from "./kernels.ts";
import type { LossCase } from "./lossCase.ts";
import { smallModelLosses } from "./models.ts";
import { physicsLosses } from "./physics.ts";
import { sequenceLosses } from "./sequence.ts";
import { structuredLosses } from "./structured.ts";
import { tensorLosses } from "./tensors.ts";
import { visionLosses } from "./vision.ts";

/** The whole battery, one loss for every kernel included. */
export const everyLoss: readonly LossCase[] = [
  ...Object.entries(kernelLosses).map(([name, loss]) => ({ name, ...loss })),
  ...activationLosses,
  ...basicLosses,
  ...tensorLosses,
  ...smallModelLosses,
  ...analyticLosses,
  ...headLosses,
  ...visionLosses,
  ...attentionLosses,
  ...sequenceLosses,
  ...generativeLosses,
  ...physicsLosses,
  ...geometryLosses,
  ...structuredLosses,
  ...inferenceLosses,
];
