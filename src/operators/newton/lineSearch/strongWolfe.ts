/** The line search of Nocedal and Wright on a function phi of one variable, whatever that function stands for. */

/** What a search knows about a step size alpha. The slope is computed when it is asked for. */
export interface Probe {
  readonly alpha: number;
  /** Value phi(alpha); where it is not finite, the step counts as too long. */
  readonly value: number;
  /** Slope phi'(alpha). */
  slope(): number;
}

/** Options of {@link strongWolfe}. */
export interface StrongWolfeOptions {
  /** Constant c1 of the sufficient decrease. */
  readonly sufficientDecrease: number;
  /** Constant c2 of the curvature condition. */
  readonly curvature: number;
  /** First alpha to try. */
  readonly first: number;
  /** Largest alpha. */
  readonly maxStepSize: number;
  /** Largest number of trials. */
  readonly maxTrials: number;
  /** Relative change of phi up to which it counts as rounding. Default 0. */
  readonly rounding?: number;
  /** Least distance of an interpolated trial from the best end of its interval, as a share of it. Default 0.1. */
  readonly margin?: number;
}

/**
 * `found` satisfies both conditions where `complete` is true, else the sufficient decrease only; undefined: nothing was
 * found.
 */
interface StrongWolfeResult<P extends Probe> {
  readonly found: P | undefined;
  readonly complete: boolean;
}

/** Least distance of an interpolated trial from the worse end of its interval, as a share of the interval. */
const outerMargin = 0.1;

/**
 * Finds an alpha with phi(alpha) <= phi(0) + c1 alpha phi'(0) and |phi'(alpha)| <= c2 |phi'(0)|: it brackets, then
 * zooms ([1], algorithms 3.5 and 3.6), with safeguarded cubic interpolation.
 *
 * Where phi changes by no more than `rounding`, slopes decide on the decrease instead: (2 c1 - 1)
 * phi'(0) >= phi'(alpha) [2], and the next trial is where a line through both slopes vanishes. Where the trials are used
 * up, or `probe` returns undefined because a step has no effect, the result is the best alpha of sufficient decrease,
 * with `complete: false`.
 *
 * @param start phi at 0, with a negative slope
 * @param probe gives phi at alpha, or undefined where alpha does not change the point
 * @see [1] Nocedal and Wright, "Numerical Optimization", 2nd edition, 2006, section 3.5
 * @see [2] Hager and Zhang, "A new conjugate gradient method with guaranteed descent and an efficient line search",
 *   SIAM J. Optim. 16, 2005, doi:10.1137/030601880
 */
export function strongWolfe<P extends Probe>(
  start: Probe,
  probe: (alpha: number) => P | undefined,
  options: StrongWolfeOptions,
): StrongWolfeResult<P> {
  const { sufficientDecrease: c1, curvature: c2, maxStepSize, maxTrials, rounding = 0, margin = outerMargin } = options;
  const noise = rounding * Math.abs(start.value);
  const slope0 = start.slope();
  let trials = 0;
  const attempt = (alpha: number): P | undefined => {
    if (trials >= maxTrials) return undefined;
    trials++;
    return probe(alpha);
  };
  const decreases = (at: Probe): boolean => {
    if (at.value <= start.value + c1 * at.alpha * slope0) return true;
    return Math.abs(at.value - start.value) <= noise && at.slope() <= (2 * c1 - 1) * slope0;
  };

  let before: Probe = start;
  let kept: P | undefined;
  for (let alpha = Math.min(options.first, maxStepSize); ; ) {
    const at = attempt(alpha);
    if (at === undefined) return { found: kept, complete: false };
    if (!Number.isFinite(at.value) || !decreases(at) || (before !== start && at.value > before.value)) {
      return zoom(before, kept, at);
    }
    if (Math.abs(at.slope()) <= -c2 * slope0) return { found: at, complete: true };
    if (at.slope() >= 0) return zoom(at, at, before);
    if (alpha >= maxStepSize) return { found: at, complete: false };
    // The next trial lies where the slope would vanish if it went on changing like this, 2 to 10 times as far.
    const change = (at.slope() - before.slope()) / (at.alpha - before.alpha);
    const wanted = change > 0 ? at.alpha - at.slope() / change : Number.POSITIVE_INFINITY;
    before = at;
    kept = at;
    alpha = Math.min(maxStepSize, Math.max(2 * at.alpha, Math.min(10 * at.alpha, wanted)));
  }

  /** Narrows an interval; `low` is its best end, whose slope points to `high`. */
  function zoom(low: Probe, lowFound: P | undefined, high: Probe): StrongWolfeResult<P> {
    let best = lowFound;
    for (;;) {
      const alpha = between(low, high, margin, noise);
      if (alpha === low.alpha || alpha === high.alpha) return { found: best, complete: false };
      const at = attempt(alpha);
      if (at === undefined) return { found: best, complete: false };
      if (!Number.isFinite(at.value) || !decreases(at) || at.value > low.value + noise) {
        high = at;
        continue;
      }
      if (Math.abs(at.slope()) <= -c2 * slope0) return { found: at, complete: true };
      if (at.slope() * (high.alpha - low.alpha) >= 0) high = low;
      low = at;
      best = at;
    }
  }
}

/**
 * The minimum of the cubic through both ends, kept away from them; the middle of the interval where the cubic has no
 * minimum.
 */
function between(low: Probe, high: Probe, margin: number, noise: number): number {
  const width = high.alpha - low.alpha;
  const middle = low.alpha + width / 2;
  const at = (share: number): number => low.alpha + width * Math.min(1 - outerMargin, Math.max(margin, share));
  if (!Number.isFinite(high.value)) return middle;
  const s0 = low.slope();
  const s1 = high.slope();
  // Values that differ by rounding alone say nothing about the shape between them; slopes still do.
  if (noise > 0 && Math.abs(high.value - low.value) <= noise && s0 * s1 < 0) return at(s0 / (s0 - s1));
  const d = s0 + s1 - (3 * (low.value - high.value)) / (low.alpha - high.alpha);
  const root = Math.sign(width) * Math.sqrt(d * d - s0 * s1);
  const wanted = high.alpha - (width * (s1 + root - d)) / (s1 - s0 + 2 * root);
  if (!Number.isFinite(wanted)) return middle;
  return at((wanted - low.alpha) / width);
}
