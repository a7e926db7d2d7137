/**
 * Thresholds by which an end is judged where a run has none of its own: operators judge by them, and the page shows
 * them. `detectFlatness` cites the source of those of flatness.
 */
export const endThresholds: Readonly<
  Record<"relativeField" | "relativeResidual" | "relativeCokernelResidual", number>
> = {
  /** Largest relative size of F at a critical point. */
  relativeField: 1e-6,
  /** Value above which r = ||J p + F|| / (||J|| ||p|| + ||F||) can mean flatness. */
  relativeResidual: 0.9,
  /** Value below which r_H = ||J (J p + F)|| / (||J|| ||J p + F||) can mean flatness. */
  relativeCokernelResidual: 5e-4,
};
