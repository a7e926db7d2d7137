/** Finds plateaus: stretches of a search in which the squared gradient norm hardly moved. */

/** A stretch of rows in which ||F||^2 moved by less than a factor of 2. */
export interface Plateau {
  /** First step of the stretch. */
  readonly from: number;
  /** Last step of it. */
  readonly to: number;
  /** Least and largest ||F||^2 in it. */
  readonly low: number;
  readonly high: number;
}

/** Factor by which ||F||^2 may move within a plateau. */
const factor = 2;

/** Number of steps that a plateau has at least: shorter ones say nothing of a search. */
const fewest = 8;

/**
 * Finds the longest plateau; undefined unless it takes at least half of the steps.
 *
 * @param squares ||F||^2 of each row, in order
 */
export function plateauOf(squares: readonly number[]): Plateau | undefined {
  const steps = squares.length - 1;
  // Places of the least and the largest numbers that the stretch may still have, as it moves on.
  const lows: number[] = [];
  const highs: number[] = [];
  let best: Plateau | undefined;
  let from = 0;
  for (let to = 0; to < squares.length; to++) {
    const square = squares[to]!;
    if (!(square > 0 && Number.isFinite(square))) {
      lows.length = 0;
      highs.length = 0;
      from = to + 1;
      continue;
    }
    while (lows.length > 0 && squares[lows.at(-1)!]! >= square) lows.pop();
    while (highs.length > 0 && squares[highs.at(-1)!]! <= square) highs.pop();
    lows.push(to);
    highs.push(to);
    while (squares[highs[0]!]! >= factor * squares[lows[0]!]!) {
      from++;
      if (lows[0]! < from) lows.shift();
      if (highs[0]! < from) highs.shift();
    }
    if (best === undefined || to - from > best.to - best.from) {
      best = { from, to, low: squares[lows[0]!]!, high: squares[highs[0]!]! };
    }
  }
  if (best === undefined) return undefined;
  const length = best.to - best.from;
  return length >= fewest && 2 * length >= steps ? best : undefined;
}
