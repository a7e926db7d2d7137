/** Columns of every step that inverts a curvature matrix. */
export const curvatureColumns = {
  directionNorm: { meaning: "||p||" },
  curvatureResidual: { meaning: "||(B + epsilon I) p + g|| / ||g||, B regularised and scaled as the options say" },
  solverIterations: { meaning: "iterations of the solver; 0 for a factor" },
} as const;
