import { chain } from "./chain.ts";
import { choose } from "./choose.ts";
import { checkUpdates } from "./loop/checks.ts";
import { ambientSession } from "./loop/session.ts";
import type { Update } from "./types.ts";

/**
 * Makes an update whose operators begin anew whenever `decide` says so.
 *
 * In a step whose result has `restart: true`, every operator and measure inside `inner` gets a new state from its
 * `init`, which is given the old one. Measures elsewhere follow if they declare `followsRestarts`. The column
 * `restarted` is 1 in the first row after a restart, else 0. Where `decide` accepts a point of its own (`next`),
 * `inner` does not see that step.
 *
 * Use `restarts` for the rules of the literature.
 *
 * @example
 * const third = defineUpdate({ name: "third", step: (it) => ({ restart: it.step > 0 && it.step % 3 === 0 }) });
 * const search = restartable(third, chain(momentum(), gradientStep(0.01)));
 * iterate(quartic(), [1, 1], chain(untilStep(9), search))
 *   .pipe(filter((it) => it.columns.restarted === 1))
 *   .subscribe((it) => console.log(it.step, it.value.toFixed(4)));
 * // 3 45.8651
 * // 6 43.8236
 * @param decide the update that says when, by `restart` in its results
 * @param inner the update whose operators are restarted
 * @throws {TypeError} ERR_OPTION_TYPE for a part that is not an operator
 */
export function restartable(decide: Update, inner: Update): Update {
  checkUpdates("restartable", [decide, inner]);
  return (source) => {
    const session = ambientSession();
    // Outside a loop the parts throw their own errors.
    if (session === undefined) return chain(decide, inner)(source);
    const scope = session.openScope();
    const decided = session.within({ decides: scope }, () => decide(source));
    const unlessMoved = choose(
      (it) => (it.next === undefined ? 0 : 1),
      (proposals) => session.within({ inside: scope }, () => inner(proposals)),
      (proposals) => proposals,
    );
    return unlessMoved(decided);
  };
}
