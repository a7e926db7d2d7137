/** What bench/curvature.ts and its peers multiply by. */

/** Sizes of a network of one hidden tanh layer with cross-entropy, and its number of samples. */
export interface CurvatureBenchCase {
  readonly inputs: number;
  readonly hidden: number;
  readonly classes: number;
  readonly samples: number;
}

/** `exampleGradients` go to an array that is used again, `exampleGradientsAnew` to a new one each time. */
export const products = ["gaussNewton", "empiricalFisher", "exampleGradients", "exampleGradientsAnew"] as const;
export type CurvatureProduct = (typeof products)[number];

export const curvatureBenchCases: readonly CurvatureBenchCase[] = [
  { inputs: 16, hidden: 8, classes: 4, samples: 16 },
  { inputs: 64, hidden: 20, classes: 10, samples: 64 },
  { inputs: 64, hidden: 20, classes: 10, samples: 256 },
  { inputs: 256, hidden: 64, classes: 10, samples: 1024 },
];

/** Data, weights and a vector, the same numbers in every library. */
export function waves(length: number, frequency: number, size: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => size * Math.sin(frequency * (i + 1)));
}
