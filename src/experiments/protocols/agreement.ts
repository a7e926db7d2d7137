/** How many searches give the same answer in all repetitions that `--repeat` asked for. */

/** A search's end, with those of its repetitions from starts moved in their last place. */
export interface Repeated<End> {
  /** Ends of the repetitions; empty without `--repeat`. */
  readonly repetitions: readonly End[];
}

/**
 * Says how many searches agree with all their repetitions on an answer: `; agree: 9 of 10`. The text is empty without
 * repetitions.
 *
 * @param answer function that gives the answer of an end, which is compared by `Object.is`
 */
export function agreeText<End extends Repeated<End>>(
  ends: readonly End[],
  answer: (end: End) => string | number | boolean | undefined,
): string {
  const repeated = ends.filter(({ repetitions }) => repetitions.length > 0);
  if (repeated.length === 0) return "";
  const agrees = (end: End): boolean => end.repetitions.every((other) => Object.is(answer(other), answer(end)));
  return `; agree: ${repeated.filter(agrees).length} of ${repeated.length}`;
}

/** Says what "agree" means in the lines before; no line without repetitions. */
export function agreeMeaning(ends: readonly Repeated<unknown>[]): readonly string[] {
  const most = ends.reduce((count, { repetitions }) => Math.max(count, repetitions.length), 0);
  if (most === 0) return [];
  const others = most === 1 ? "its repetition" : `all its ${most} repetitions`;
  return [`agree: number of searches with the same answer in ${others}, from starts moved in their last place`];
}
