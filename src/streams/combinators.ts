import { Observable, Subject, type Subscriber, tap } from "rxjs";
import { failure } from "../errors.ts";
import { measure } from "./author.ts";
import type { Proposal, Update } from "./types.ts";

/**
 * A method from its parts: each proposal goes through them in order, as through RxJS's `pipe`.
 *
 * Measures and stop conditions may stand anywhere; a stop condition placed first saves the last update's cost.
 *
 * @example const newtonMR = method(untilCritical({ squaredNorm: 1e-20 }), newtonDirection(), backtrackGradientNorm());
 * @throws {TypeError} ERR_OPTION_TYPE for a part that is no operator
 */
export function method(...parts: Update[]): Update {
  checkUpdates("method", parts);
  return (source) => parts.reduce((before, part) => part(before), source);
}

/**
 * One of several updates for each step: `select` gives its index for the proposal.
 *
 * All of them belong to the run: their columns and settings are known from its first row, and checkpoints hold the states of those
 * that wait. The update that is not chosen sees nothing of the step.
 *
 * @example choose((it) => (it.step % 5 === 4 ? 0 : 1), newtonMR(), gradientStep(0.1)) // Newton every fifth step
 * @throws {TypeError} ERR_OPTION_TYPE for a part that is no operator; {RangeError} in the stream ERR_OPTION_RANGE for an index of none
 */
export function choose(select: (it: Proposal) => number, ...updates: Update[]): Update {
  if (typeof select !== "function") {
    throw failure("ERR_OPTION_TYPE", `choose: expected a function of the proposal, got ${typeof select}`);
  }
  checkUpdates("choose", updates);
  return (source) => {
    // Applied here, in order, so that each registers with the run that is being put together.
    const branches = updates.map((part) => {
      const entry = new Subject<Proposal>();
      return { entry, exit: part(entry) };
    });
    return new Observable((subscriber) => {
      // While the source completes, each branch hears of it before the first one's end is everybody's.
      let completing = false;
      const passing: Partial<Subscriber<Proposal>> = {
        next: (it) => subscriber.next(it),
        error: (error) => subscriber.error(error),
        complete() {
          if (!completing) subscriber.complete();
        },
      };
      for (const { exit } of branches) subscriber.add(exit.subscribe(passing));
      return source.subscribe({
        next(it) {
          try {
            entryOf(branches, select(it), it.step).next(it);
          } catch (error) {
            subscriber.error(error);
          }
        },
        error: (error) => subscriber.error(error),
        complete() {
          completing = true;
          for (const { entry } of branches) entry.complete();
          subscriber.complete();
        },
      });
    });
  };
}

/**
 * The first update until `when` holds of what it made of a proposal, the second one from the next step on.
 *
 * `when` sees the columns that the first update wrote in this step, so it can wait for an event such as flatness. The switch is made
 * once; it is part of the run's state, and a resumed run goes on with the update it had.
 *
 * @example switchMethod(newtonMR(), method(momentum(), gradientStep(0.01)), (it) => it.columns.flat === 1)
 * @throws {TypeError} ERR_OPTION_TYPE for a part that is no operator
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
    const read = measure({
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

function entryOf(
  branches: readonly { readonly entry: Subject<Proposal> }[],
  index: number,
  step: number,
): Subject<Proposal> {
  const branch = branches[index];
  if (branch !== undefined) return branch.entry;
  throw failure(
    "ERR_OPTION_RANGE",
    `choose: expected an index from 0 to ${branches.length - 1}, got ${index} at step ${step}`,
  );
}

function checkUpdates(who: string, parts: readonly unknown[]): void {
  for (const [i, part] of parts.entries()) {
    if (typeof part !== "function") {
      throw failure(
        "ERR_OPTION_TYPE",
        `${who}: expected operators, got ${part === null ? "null" : typeof part} as part ${i + 1}`,
      );
    }
  }
}
