/** The one protocol by which arms of a comparison are judged: rates by validation, one stated loss, paired differences. */
import { median } from "../statistics.ts";
import { type MeanEstimate, meanOf, pairedDifference } from "./paired.ts";

/** One arm, trained at one rate on one draw of the data. */
export interface Trial {
  /** Name of the arm. */
  readonly arm: string;
  /** Number of the draw; the arms of one draw have the same rows. */
  readonly draw: number;
  /** Rate, one of the grid. */
  readonly rate: number;
  /**
   * Training loss that is stated for this draw: every arm is to come within 1 % of it. Undefined: that of the baseline at
   * its best stop, at the rate that validation chooses for it.
   */
  readonly stated: number | undefined;
  /** Training loss at the best stop. */
  readonly stopLoss: number;
  /** The training losses that are smaller than all before them, in their order. */
  readonly lows: readonly Low[];
  /** Smallest training loss within the budget; infinite if the arm diverged at once. */
  readonly reached: number;
  /** Updates until the stated loss; undefined if it was not reached. */
  readonly updatesToLoss: number | undefined;
  /** Whether the training loss at the end is above that at the start, or not finite. */
  readonly diverged: boolean;
  /** Score on the validation part where it is best. Smaller is better. */
  readonly validation: number;
  /** Updates at that point, and at the last look. */
  readonly stopUpdates: number;
  readonly endUpdates: number;
  /** Score on the test part at that point. */
  readonly stop: number;
  /** Score on the test part at the end of the budget. */
  readonly end: number;
  /** The same scores on those test rows that all arms have; undefined if the arm has no others. */
  readonly sharedStop?: number | undefined;
  readonly sharedEnd?: number | undefined;
  /** Seconds that the trial took. */
  readonly seconds: number;
}

/** A training loss that is smaller than all before it. */
export interface Low {
  readonly updates: number;
  readonly loss: number;
  /** Seconds up to it; undefined if they were not measured. */
  readonly seconds: number | undefined;
}

/** A trial whose stated loss is known. */
type StatedTrial = Trial & { readonly stated: number; readonly secondsToLoss: number | undefined };

/** Rules of a comparison. */
export interface ComparisonRules {
  /** Names of the arms, in the order of the report. */
  readonly arms: readonly string[];
  /** Arm from which differences are counted. */
  readonly baseline: string;
  /** Grid of rates, ascending: one for all arms, or one for each arm where their rates have different units. */
  readonly rates: readonly number[] | ((arm: string) => readonly number[]);
  /** Draws that each arm must have at each rate. */
  readonly draws: number;
  /** Difference of mean validation scores up to which two rates count as equally good. */
  readonly tie: number;
  /**
   * Arms that take the rate of another arm, by name: where nothing can be learnt about rows outside the training part,
   * validation cannot choose. Default: none.
   */
  readonly follows?: Readonly<Record<string, string>>;
}

/** What became of one arm. */
export interface ArmResult {
  readonly arm: string;
  /** Rate that validation chose; undefined if no rate has all draws. */
  readonly rate: number | undefined;
  /** Why the arm must not be reported; undefined if it may be. */
  readonly refused: string | undefined;
  /** Test score at the best-validation stop and at the end, over draws. */
  readonly stop: MeanEstimate;
  readonly end: MeanEstimate;
  /** Paired differences from the baseline. */
  readonly stopDifference: MeanEstimate;
  readonly endDifference: MeanEstimate;
  /** Median number of updates until the stated loss, and until the best-validation stop. */
  readonly updatesToLoss: number;
  readonly stopUpdates: number;
  /** Mean seconds until the stated loss; per trial, where they are not known at each update. */
  readonly seconds: number;
  /** Trials at the chosen rate, in the order of the draws. */
  readonly trials: readonly StatedTrial[];
}

/** Factor of the stated loss within which an arm has to come. */
const within = 1.01;
/** Share of the draws in which the best stop of a baseline whose loss is the goal may be its last update. */
const mostLate = 0.25;

/**
 * Judges the arms of a comparison.
 *
 * The rate of an arm is the one with the smallest mean validation score, each draw at its own best stop, among the
 * rates at which no draw diverges. Rates within
 * `tie` of it are equally good, and the one that reaches the stated loss in the fewest updates is taken. An arm is
 * refused if its rate stands at an edge of the grid, since a rate beyond might be better, or if it did not come within
 * 1 % of the stated loss in each draw. A baseline whose own loss is the goal is refused, too, if its best stop is its last
 * update in more than a quarter of the draws. If the baseline is refused, no difference may be reported.
 *
 * Trials of the same arm, draw and rate, such as those of several test sets, count as one: their scores are averaged, and
 * each of them has to reach the stated loss.
 */
export function compareArms(given: readonly Trial[], rules: ComparisonRules): readonly ArmResult[] {
  const trials = statedTrials(averagedTrials(given), rules);
  // The loss that is looked for is the baseline's own, so that its rate cannot be judged by it.
  const isOpen = given.some(({ stated }) => stated === undefined);
  const ofBaseline = isOpen ? stopOf : lossOf;
  const costOf = (arm: string): typeof lossOf => (arm === rules.baseline ? ofBaseline : lossOf);
  const chosen = rules.arms.map((arm) => {
    const leader = rules.follows?.[arm];
    if (leader === undefined) return { arm, ...rateOf(trials, arm, rules, costOf(arm)) };
    const { rate } = rateOf(trials, leader, rules, costOf(leader));
    return { arm, ...rateOf(trials, arm, { ...rules, rates: rate === undefined ? [] : [rate] }, costOf(arm)) };
  });
  const baseline = chosen.find(({ arm }) => arm === rules.baseline)?.own ?? [];
  return chosen.map(({ arm, rate, own }): ArmResult => {
    const scores = (of: "stop" | "end", from: readonly Trial[]): number[] => from.map((trial) => trial[of]);
    const paired = own.length === baseline.length && own.length > 0;
    const difference = (of: "stop" | "end"): MeanEstimate =>
      paired
        ? pairedDifference(
            scores(of, own),
            own.map((trial, i) => rivalScore(of, trial, baseline[i]!)),
          )
        : nothing;
    return {
      arm,
      rate,
      refused: refusalOf(own, rate, gridOf(rules.rates, arm), arm === rules.baseline && isOpen),
      stop: own.length === 0 ? nothing : meanOf(scores("stop", own)),
      end: own.length === 0 ? nothing : meanOf(scores("end", own)),
      stopDifference: difference("stop"),
      endDifference: difference("end"),
      updatesToLoss: median(own.map(({ updatesToLoss }) => updatesToLoss ?? Number.POSITIVE_INFINITY)),
      stopUpdates: median(own.map(({ stopUpdates }) => stopUpdates)),
      seconds: own.reduce((sum, { seconds, secondsToLoss = seconds }) => sum + secondsToLoss, 0) / own.length,
      trials: own,
    };
  });
}

/** The baseline's score on the test rows that a trial has: chance among other rows would count as a difference. */
function rivalScore(of: "stop" | "end", trial: Trial, baseline: Trial): number {
  const [shared, ofTrial] =
    of === "stop"
      ? ([baseline.sharedStop, trial.sharedStop] as const)
      : ([baseline.sharedEnd, trial.sharedEnd] as const);
  return ofTrial === undefined ? (shared ?? baseline[of]) : baseline[of];
}

const nothing: MeanEstimate = { mean: Number.NaN, half: Number.NaN, count: 0 };

/** Averages the trials of one arm, draw and rate. */
function averagedTrials(trials: readonly Trial[]): readonly Trial[] {
  const groups = new Map<string, Trial[]>();
  for (const trial of trials) {
    const key = `${trial.draw} ${trial.rate} ${trial.arm}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [trial]);
    else group.push(trial);
  }
  return [...groups.values()].map((group): Trial => {
    const [first] = group as [Trial];
    if (group.length === 1) return first;
    const mean = (of: (trial: Trial) => number): number => group.reduce((sum, own) => sum + of(own), 0) / group.length;
    const never = group.some(({ updatesToLoss }) => updatesToLoss === undefined);
    return {
      ...first,
      reached: Math.max(...group.map(({ reached }) => reached)),
      updatesToLoss: never ? undefined : mean(({ updatesToLoss }) => updatesToLoss!),
      diverged: group.some(({ diverged }) => diverged),
      validation: mean(({ validation }) => validation),
      stopUpdates: mean(({ stopUpdates }) => stopUpdates),
      endUpdates: mean(({ endUpdates }) => endUpdates),
      stop: mean(({ stop }) => stop),
      end: mean(({ end }) => end),
      seconds: mean(({ seconds }) => seconds),
      // The losses of several runs have no common order.
      lows: [],
    };
  });
}

/** Puts the loss of the baseline at its best stop where none is stated, and finds when each trial comes to it. */
function statedTrials(trials: readonly Trial[], rules: ComparisonRules): readonly StatedTrial[] {
  const open = trials.some(({ stated }) => stated === undefined);
  const { own } = open ? rateOf(trials, rules.baseline, rules, stopOf) : { own: [] };
  const stops = new Map(own.map(({ draw, stopLoss }) => [draw, stopLoss]));
  return trials.map((trial): StatedTrial => {
    const { lows, draw } = trial;
    const stated = trial.stated ?? stops.get(draw) ?? Number.NaN;
    const first = lows.find(({ loss }) => loss <= stated);
    const updatesToLoss = trial.stated === undefined ? first?.updates : trial.updatesToLoss;
    return { ...trial, stated, updatesToLoss, secondsToLoss: first?.seconds };
  });
}

/** What decides between rates that are equally good: updates until the stated loss, or until the best stop. */
const lossOf = ({ updatesToLoss }: Trial): number | undefined => updatesToLoss;
const stopOf = ({ stopUpdates }: Trial): number | undefined => stopUpdates;

/** Chooses the rate of an arm by validation. `costOf` decides between rates that are equally good. */
function rateOf<T extends Trial>(
  trials: readonly T[],
  arm: string,
  { rates, draws, tie }: ComparisonRules,
  costOf: typeof lossOf,
): { readonly rate: number | undefined; readonly own: readonly T[] } {
  const candidates = gridOf(rates, arm).flatMap((rate) => {
    const own = trials.filter((trial) => trial.arm === arm && trial.rate === rate);
    if (own.length !== draws) return [];
    // A rate that diverges cannot be chosen, even if its first update happens to score well.
    if (own.some(({ diverged }) => diverged)) return [];
    own.sort((a, b) => a.draw - b.draw);
    const mean = own.reduce((sum, { validation }) => sum + validation, 0) / draws;
    const updates = median(own.map((trial) => costOf(trial) ?? Number.POSITIVE_INFINITY));
    return Number.isFinite(mean) ? [{ rate, own, mean, updates }] : [];
  });
  const best = candidates.reduce((least, { mean }) => Math.min(least, mean), Number.POSITIVE_INFINITY);
  const equal = candidates.filter(({ mean }) => mean <= best + tie);
  const fewest = equal.reduce((least, { updates }) => Math.min(least, updates), Number.POSITIVE_INFINITY);
  const found = equal.find(({ updates }) => updates === fewest);
  return found === undefined ? { rate: undefined, own: [] } : found;
}

function gridOf(rates: ComparisonRules["rates"], arm: string): readonly number[] {
  return typeof rates === "function" ? rates(arm) : rates;
}

function refusalOf(
  own: readonly StatedTrial[],
  rate: number | undefined,
  rates: readonly number[],
  isGoal: boolean,
): string | undefined {
  if (rate === undefined) return `each rate of the grid ${rates.join(", ")} diverged in a draw, or gave no score`;
  const reasons: string[] = [];
  if (rate === rates[0] || rate === rates.at(-1)) {
    const side = rates.length === 1 ? "only" : rate === rates[0] ? "smallest" : "largest";
    reasons.push(`its best rate ${rate} is the ${side} of the grid ${rates.join(", ")}; extend the grid`);
  }
  const missed = own.filter(({ reached, stated }) => !(reached <= within * stated));
  if (missed.length > 0) {
    const worst = missed.reduce((most, trial) =>
      trial.reached / trial.stated > most.reached / most.stated ? trial : most,
    );
    reasons.push(
      Number.isNaN(worst.stated)
        ? "no training loss is stated, because no rate of the baseline is left"
        : `in ${missed.length} of ${own.length} draws it did not come within 1 % of the stated training loss ` +
            `(${worst.reached.toPrecision(3)} instead of ${worst.stated.toPrecision(3)}); allow more updates`,
    );
  }
  const late = own.filter(({ stopUpdates, endUpdates }) => stopUpdates >= endUpdates).length;
  if (isGoal && late > mostLate * own.length) {
    reasons.push(
      `in ${late} of ${own.length} draws its best stop is its last update, so that it might go on to improve; allow more updates`,
    );
  }
  return reasons.length === 0 ? undefined : reasons.join("; ");
}
