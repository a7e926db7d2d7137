import { cutoffPanels } from "./cutoffs.ts";
import { eigenvectorBias } from "./eigenvectorBias.ts";
import { entropies } from "./entropies.ts";
import type { Figure } from "./figure.ts";
import { flatness } from "./flatness.ts";
import { gradientNorm } from "./gradientNorm.ts";
import { lossIndex } from "./lossIndex.ts";
import { modeProgressFigure } from "./modeProgress.ts";
import { phasePortrait } from "./phasePortrait.ts";
import { rates } from "./rates.ts";
import { spiral } from "./spiral.ts";
import { whiteningError } from "./whitening/error.ts";
import { whiteningLambda } from "./whitening/lambda.ts";
import { whiteningRotation } from "./whitening/rotation.ts";
import { whiteningSpeed } from "./whitening/speed.ts";

/** The figures that `fluxion figure` knows by name. */
export const builtInFigures: readonly Figure[] = [
  gradientNorm,
  lossIndex,
  cutoffPanels,
  eigenvectorBias,
  entropies,
  flatness,
  spiral,
  phasePortrait,
  rates,
  whiteningError,
  whiteningLambda,
  whiteningSpeed,
  whiteningRotation,
  modeProgressFigure,
];
