import { tap } from "rxjs";
import { failure } from "../errors.ts";
import { choose } from "./choose.ts";
import { defineMeasure } from "./defineMeasure.ts";
import { checkUpdates } from "./loop/checks.ts";
import type { Proposal, Update } from "./types.ts";

/**
 * Switches from one update to another: it uses the first one until `when` holds of what that one made of a proposal,
 * and the second one from the next step on.
 *
 * `when` sees the columns that the first update wrote in this step, so it can wait for an event such as flatness. The
 * switch is made once. It is part of the run's state, and a resumed run goes on with the update that it had.
 *
 * Use {@link choose} when the choice is made anew at each step.
 *
 * @example
 * const hybrid = switchMethod(newtonMR(), gradientStep(0.05), (it) => it.squaredFieldNorm < 300);
 * iterate(quartic(), [-3.5, 1], hybrid)
 *   .pipe(take(3))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm.toFixed(2), it.stepSize));
 * // 0 350.73 0.1
 * // 1 285.62 0.2
 * // 2 187.01 0.05
 * @param first the update that the run begins with
 * @param second the update that takes over
 * @param when function of the proposal as the first update returned it
 * @throws {TypeError} ERR_OPTION_TYPE for a part that is not an operator, or `when` that is not a function
 */
export function switchMethod(first: Update, second: Update, when: (it: Proposal) => boolean): Update {
  if (typeof when !== "function") {
    throw failure(
      "ERR_OPTION_TYPE",
      `switchMethod: expected a function of the proposal as third argument, got ${typeof when}`,
    );
  }
  checkUpdates("switchMethod", [first, second]);
  return (source) => {
    // The decision is the state of an operator, kept in the run's slot, and `read` reads it before each step. It is a measure,
    // not an update, since the last row of a resumed run has to reach the right branch too.
    let decision = { switched: false };
    const read = defineMeasure({
      name: "switchMethod",
      init: () => ({ switched: false }),
      step(_, state) {
        decision = state;
      },
    });
    const watch: Update = (proposals) =>
      first(proposals).pipe(
        tap((it) => {
          if (it.status === "running" && when(it)) decision.switched = true;
        }),
      );
    return choose(() => (decision.switched ? 1 : 0), watch, second)(read(source));
  };
}
