import { chain } from "./chain.ts";
import { choose } from "./choose.ts";
import { checkUpdates } from "./loop/checks.ts";
import { ambientSession } from "./loop/session.ts";
import type { Update } from "./types.ts";

/**
 * An update whose operators begin anew whenever `decide` says so.
 *
 * In a step whose result has `restart: true`, every operator and measure inside `inner` gets a new state from its `init`, which is
 * given the old one; measures elsewhere follow if they declare `followsRestarts`. The column `restarted` is 1 in the first row
 * after a restart, else 0. Where `decide` accepts a point of its own (`next`), `inner` is not asked in that step.
 *
 * @example
 * const everyTenth = defineUpdate({ name: "everyTenth", step: (it) => ({ restart: it.step > 0 && it.step % 10 === 0 }) });
 * restartable(everyTenth, chain(momentum(), gradientStep(0.01)));
 * @throws {TypeError} ERR_OPTION_TYPE for a part that is not an operator
 */
export function restartable(decide: Update, inner: Update): Update {
  checkUpdates("restartable", [decide, inner]);
  return (source) => {
    const session = ambientSession();
    // Outside a loop the parts say what is wrong.
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
