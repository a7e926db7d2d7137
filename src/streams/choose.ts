import { Observable, Subject, type Subscriber } from "rxjs";
import { failure } from "../errors.ts";
import { checkUpdates } from "./loop/checks.ts";
import type { Proposal, Update } from "./types.ts";

/**
 * One of several updates for each step: `select` gives its index for the proposal.
 *
 * All of them belong to the run: their columns and settings are known from its first row, and checkpoints hold the states of those
 * that wait. The update that is not chosen sees nothing of the step.
 *
 * @example choose((it) => (it.step % 5 === 4 ? 0 : 1), newtonMR(), gradientStep(0.1)) // Newton every fifth step
 * @throws {TypeError} ERR_OPTION_TYPE for a part that is not an operator; {RangeError} in the stream ERR_OPTION_RANGE for an index of none
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
