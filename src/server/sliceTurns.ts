/** Sees to it that slices of the loss, during which a run waits, take a bounded share of its time. */
import type { AppliedCommand } from "../arrow/row.ts";

/** Slices may take 1 / `share` of a run's time. */
const share = 5;

interface SliceTurns {
  /** Says why a run may not be asked for a slice now; undefined if it may. */
  refusal(run: string): string | undefined;
  begin(run: string): void;
  end(run: string, outcome: AppliedCommand): void;
}

export function makeSliceTurns(now: () => number = () => performance.now()): SliceTurns {
  const pending = new Set<string>();
  /** Time from which a run may be asked again. */
  const notBefore = new Map<string, number>();
  return {
    refusal(run) {
      if (pending.has(run)) return "another slice of this run is being computed; ask again when it is there";
      const milliseconds = (notBefore.get(run) ?? 0) - now();
      if (milliseconds <= 0) {
        notBefore.delete(run);
        return undefined;
      }
      return `slices take at most a ${share}th of a run's time; ask again in ${Math.ceil(milliseconds / 1000)} s`;
    },
    begin(run) {
      pending.add(run);
    },
    end(run, { slice }) {
      pending.delete(run);
      if (slice !== undefined) notBefore.set(run, now() + (share - 1) * 1000 * slice.seconds);
    },
  };
}
