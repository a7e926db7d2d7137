/** How much of what there is the ends of many searches have shown. */

/** Numbers of {@link unseenClasses}. */
interface Unseen {
  /** Number of ends that were counted. */
  readonly ends: number;
  /** Number of different classes among them. */
  readonly classes: number;
  /**
   * Good and Turing's estimate of the probability that the next search ends in a new class: the share of ends whose
   * class came once only [1].
   */
  readonly probability: number;
  /** Chao's lower bound of the number of classes that the searches can reach [2]. */
  readonly atLeast: number;
}

/**
 * Estimates what further searches would find, from the class of each end.
 *
 * With N ends, f_1 classes that came once and f_2 that came twice: P(new) = f_1 / N [1], and there are at least
 * classes + (N - 1) / N f_1 (f_1 - 1) / (2 (f_2 + 1)) classes in expectation [2], its bias-corrected form. Searches
 * prefer some classes, so this is a lower bound only, and often far below the truth.
 *
 * @see [1] Good, "The population frequencies of species and the estimation of population parameters", 1953,
 *   doi:10.1093/biomet/40.3-4.237
 * @see [2] Chao, "Nonparametric estimation of the number of classes in a population", 1984
 */
export function unseenClasses(classes: readonly string[]): Unseen {
  const counts = new Map<string, number>();
  for (const name of classes) counts.set(name, (counts.get(name) ?? 0) + 1);
  const times = [...counts.values()];
  const once = times.filter((count) => count === 1).length;
  const twice = times.filter((count) => count === 2).length;
  const ends = classes.length;
  return {
    ends,
    classes: counts.size,
    probability: ends === 0 ? Number.NaN : once / ends,
    atLeast: ends === 0 ? 0 : counts.size + (((ends - 1) / ends) * once * (once - 1)) / (2 * (twice + 1)),
  };
}
