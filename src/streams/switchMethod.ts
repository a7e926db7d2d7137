import { tap } from "rxjs";
import { failure } from "../errors.ts";
import { choose } from "./choose.ts";
import { defineMeasure } from "./defineMeasure.ts";
import { checkUpdates } from "./loop/checks.ts";
import type { Proposal, Update } from "./types.ts";

/**
 * The first update until `when` holds of what it made of a proposal, the second one from the next step on.
 *
 * `when` sees the columns that the first update wrote in this step, so it can wait for an event such as flatness. The switch is made
 * once; it is part of the run's state, and a resumed run goes on with the update it had.
 *
 * @example switchMethod(newtonMR(), chain(momentum(), gradientStep(0.01)), (it) => it.columns.flat === 1)
 * @throws {TypeError} ERR_OPTION_TYPE for a part that is not an operator
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
    // The decision is an operator's state like any other, kept in the run's slot: this reads it before each step. A measure,
    // since the last row of a resumed run has to reach the right branch too.
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
