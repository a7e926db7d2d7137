/** The constants of the trust region of {@link eigenvectorFollowing}. They stand in an object so that a test can try their neighbours. */
export const trust = {
  /** First radius, relative to the length of z in units: it is small, since the first steps choose the valley. */
  firstRadius: 0.03,
  /** Factor by which a refused step is shortened, and the radius at most after an accepted one. */
  shrink: 2,
  /** Factor by which the radius grows at most after an accepted step. */
  growth: 2,
  /** Share of the predicted decrease of L that an accepted step to a minimum brings at least and at most. */
  leastGain: 0.1,
  mostGain: 3,
  /** Error of the model at which the radius becomes the length of the step. */
  steadyError: 1,
  /** Error of the model from which a step to a minimum is corrected, and the number of times that it is. */
  correctedError: 0.3,
  corrections: 2,
  /** Longest correction, relative to the step. */
  longestCorrection: 0.3,
  /** Eigenvalues that are larger than the smallest and than mu by this factor take part in corrections. */
  stiffness: 4,
  /** Relative change of L that counts as rounding. */
  roundingOfValue: 16 * Number.EPSILON,
};
