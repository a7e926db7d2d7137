import { Observable, Subject, type Subscriber } from "rxjs";
import { failure } from "../errors.ts";
import { checkUpdates } from "./loop/checks.ts";
import type { Proposal, Update } from "./types.ts";

/**
 * Chooses one of several updates for each step: `select` gives its index for the proposal.
 *
 * All of the updates belong to the run: their columns and settings are known from its first row, and checkpoints hold
 * the states of those that wait. An update that is not chosen sees nothing of the step.
 *
 * Use {@link switchMethod} when the second update is to take over once and for all.
 *
 * Cost: that of the chosen update.
 *
 * @example
 * const alternating = choose((it) => it.step % 2, gradientStep(0.02), gradientStep(0.04));
 * iterate(quartic(), [1, 1], alternating)
 *   .pipe(take(3))
 *   .subscribe((it) => console.log(it.step, it.stepSize, it.value.toFixed(4)));
 * // 0 0.02 52.1500
 * // 1 0.04 48.8226
 * // 2 0.02 45.8856
 * @param select function of the proposal that gives the index, from 0
 * @param updates the updates to choose from
 * @throws {TypeError} ERR_OPTION_TYPE for a part that is not an operator
 * @throws {RangeError} ERR_OPTION_RANGE, in the stream, for an index without an update
 */
export function choose(select: (it: Proposal) => number, ...updates: Update[]): Update {
  if (typeof select !== "function") {
    throw failure("ERR_OPTION_TYPE", `choose: expected a function of the proposal, got ${typeof select}`);
  }
  checkUpdates("choose", updates);
  return (source) => {
    // Each part is applied here, in order, so that it registers with the run that is being put together.
    const branches = updates.map((part) => {
      const entry = new Subject<Proposal>();
      return { entry, exit: part(entry) };
    });
    return new Observable((subscriber) => {
      // Every branch hears of the end of the source before the subscriber does.
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
