/** How the attempts at a run are merged into one sequence of rows. Every reader follows this one rule. */

/**
 * Gives the step before which the rows of an attempt count: the newest attempt wins, from its first step on.
 *
 * @param firstSteps first step of each attempt, the oldest first; undefined or Infinity for one that does not have a row
 * @param index place of the attempt in the list
 * @param newest place of the newest attempt that is looked at. Default: the last one
 */
export function endOfAttempt(
  firstSteps: readonly (number | undefined)[],
  index: number,
  newest = firstSteps.length - 1,
): number {
  let end = Number.POSITIVE_INFINITY;
  for (let later = index + 1; later <= newest; later++) end = Math.min(end, firstSteps[later] ?? end);
  return end;
}
