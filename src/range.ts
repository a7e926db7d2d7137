/** Intervals of numbers with open or closed ends, for options and for settings that are steered during a run. */

/** Which numbers are allowed. Without bounds, every finite number is. */
export interface Range {
  /** Least number allowed. */
  readonly min?: number | undefined;
  /** Greatest number allowed. */
  readonly max?: number | undefined;
  /** Number that all allowed ones are greater than. */
  readonly above?: number | undefined;
  /** Number that all allowed ones are less than. */
  readonly below?: number | undefined;
  /** Whether only whole numbers are allowed. Default false. */
  readonly integer?: boolean | undefined;
  /** Whether infinities within the bounds are allowed too. Default false. */
  readonly infinite?: boolean | undefined;
}

/** Whether a value is a number within the range. NaN never is. */
export function inRange(value: unknown, range: Range): value is number {
  if (typeof value !== "number" || Number.isNaN(value)) return false;
  const { min, max, above, below, integer = false, infinite = false } = range;
  if (!Number.isFinite(value) && !infinite) return false;
  if (integer && Number.isFinite(value) && !Number.isInteger(value)) return false;
  return (
    (min === undefined || value >= min) &&
    (max === undefined || value <= max) &&
    (above === undefined || value > above) &&
    (below === undefined || value < below)
  );
}

/** Describes the range in words: `a positive number`, `a number in (0, 1]`, `an integer of at least 2`. */
export function describeRange(range: Range): string {
  const { min, max, above, below, integer = false, infinite = false } = range;
  const noun = integer ? "integer" : "number";
  const or = infinite ? ", or Infinity" : "";
  const low = above ?? min;
  const high = below ?? max;
  if (low !== undefined && high !== undefined) {
    const [open, close] = [above === undefined ? "[" : "(", below === undefined ? "]" : ")"];
    return `${article(noun)} in ${open}${low}, ${high}${close}`;
  }
  if (low !== undefined) {
    if (above === 0 || (integer && min === 1)) return `a positive ${noun}${or}`;
    if (min === 0) return `a non-negative ${noun}${or}`;
    return `${article(noun)} ${above === undefined ? `of at least ${min}` : `above ${above}`}${or}`;
  }
  if (high !== undefined)
    return `${article(noun)} ${below === undefined ? `of at most ${max}` : `below ${below}`}${or}`;
  return infinite ? article(noun) : integer ? "an integer" : "a finite number";
}

function article(noun: string): string {
  return noun === "integer" ? "an integer" : "a number";
}
