import { didYouMean } from "../didYouMean.ts";
import { failure } from "../errors.ts";
import { checkUpdates } from "./loop/checks.ts";
import { type Appointment, type Schedule, Timetable } from "./loop/scheduling.ts";
import { ambientSession } from "./loop/session.ts";
import type { Update } from "./types.ts";

export type { Schedule } from "./loop/scheduling.ts";

/**
 * Lets settings of an update follow schedules: each is multiplied by a factor that depends on the number of the step.
 *
 * A schedule is a function of k = 0, 1, ..., the number of the operator's steps since it began: the first step has the
 * factor of k = 0. `cosine`, `warmUp`, `stepDecay`, `exponentialDecay` and `oneCycle` of `fluxion/operators` make some,
 * and a function of your own is one too. It must depend on k alone, so that a resumed run goes on with the same
 * numbers. A restart of the operator begins its schedules anew.
 *
 * Any operator's setting that can be steered can be scheduled. A key names a setting of all operators in `update` that
 * have it (`stepSize`), or of one of them (`momentum.decay`). A command to such a setting exchanges the number that is
 * multiplied; the schedule goes on. Factors of schedules around one another are multiplied. Values must lie in the
 * setting's range or at its ends: a step size may fall to 0.
 *
 * Rows hold the values: a step size in `stepSize`, others in a column such as `momentum.decay`.
 *
 * Use `decayingStep` for the rates of stochastic approximation.
 *
 * @example
 * const search = chain(momentum(), gradientStep(0.02));
 * const halving = scheduled(search, { stepSize: (k) => 0.5 ** k });
 * const rows = firstRows(quartic(), [1, 2], halving, 3);
 * console.log(rows.map((it) => it.stepSize).join(" "));
 * // 0.02 0.01 0.005
 * @param update the update whose settings are scheduled
 * @param schedules a schedule for each setting
 * @throws {TypeError} ERR_OPTION_TYPE for an update that is not an operator or a schedule that is not a function; in the
 *   stream ERR_OPTION_UNKNOWN for a setting that no operator in `update` has
 * @throws {RangeError} in the stream, ERR_OPTION_RANGE for a value outside the range of its setting
 */
export function scheduled(update: Update, schedules: Readonly<Record<string, Schedule>>): Update {
  checkUpdates("scheduled", [update]);
  if (typeof schedules !== "object" || schedules === null) {
    throw failure(
      "ERR_OPTION_TYPE",
      `scheduled: expected an object of schedules, such as { stepSize: cosine({ steps: 100 }) }`,
    );
  }
  for (const [setting, schedule] of Object.entries(schedules)) {
    if (typeof schedule === "function") continue;
    throw failure(
      "ERR_OPTION_TYPE",
      `scheduled: expected the schedule of ${setting} to be a function of the step, got ${typeof schedule}`,
    );
  }
  return (source) => {
    const session = ambientSession();
    // Outside a loop the operators throw their own errors.
    if (session === undefined) return update(source);
    const entries = Object.entries(schedules).map(
      ([setting, schedule]): Appointment => ({ setting, schedule, met: false }),
    );
    const known: string[] = [];
    const result = session.scheduling(Timetable.of, entries, known, () => update(source));
    const lost = entries.find(({ met }) => !met);
    if (lost === undefined) return result;
    throw failure(
      "ERR_OPTION_UNKNOWN",
      `scheduled: there is no setting "${lost.setting}" inside.${didYouMean(lost.setting, known)} ` +
        `The settings are ${known.join(", ") || "none"}${session.where()}`,
    );
  };
}
