/**
 * Columns that every run has, in the order of a file. The columns of the operators come after `commands`, and `point`
 * is the last of all.
 */
export const coreColumns = {
  run: { type: "text", meaning: "name of the run" },
  attempt: { type: "integer", meaning: "number of the attempt: 1, and one more with each resume" },
  step: { type: "number", meaning: "number of updates before this row" },
  seconds: { type: "number", meaning: "wall time since the run began, pauses included, over all attempts", unit: "s" },
  status: { type: "text", meaning: "running, or on the last row converged, stagnated, diverged or stopped" },
  evaluations: { type: "number", meaning: "evaluations of F since the run began, trials included" },
  products: { type: "number", meaning: "matrix-vector products since the run began" },
  value: { type: "number", meaning: "L(z), NaN without a potential" },
  squaredFieldNorm: { type: "number", meaning: "||F(z)||^2" },
  stepSize: { type: "number", meaning: "step size chosen at this row, NaN on a last row without a step" },
  commands: { type: "text", meaning: "steering commands that took effect just before this step, as JSON" },
  point: { type: "vector", meaning: "z, stored every k-th step (metadata `fluxion.pointsEvery`)" },
} as const satisfies Readonly<
  Record<
    string,
    { readonly type: "text" | "integer" | "number" | "vector"; readonly meaning: string; readonly unit?: string }
  >
>;

/** Fields of a row that are one number or text each, in the order in which they are written. */
export const plainFields = [
  "step",
  "seconds",
  "status",
  "evaluations",
  "products",
  "value",
  "squaredFieldNorm",
  "stepSize",
] as const satisfies readonly (keyof typeof coreColumns)[];

/** Those of them that are numbers. */
export const numberFields = plainFields.filter((name) => name !== "status");
