/** Lets runs save a checkpoint before an experiment is stopped. */
import { merge, type Observable, Subject, tap } from "rxjs";
import type { Checkpoint, Command } from "../../streams/types.ts";

/** A run that is asked for a checkpoint when the experiment stops. */
interface Stopping {
  /** Adds the command that asks for the checkpoint to those of the user. */
  commands(given: Observable<Command> | undefined): Observable<Command>;
  readonly save: (checkpoint: Checkpoint) => void;
  /** Must be called when the run is over. */
  readonly ended: () => void;
}

/** Lets all live runs save a checkpoint before `halt` ends them. Without a live run `halt` is called at once. */
export function graceful(halt: () => void): {
  stop(): void;
  begin(save: (checkpoint: Checkpoint) => void): Stopping;
} {
  /** Runs that have not saved their last checkpoint, with the function that asks for it. */
  const waiting = new Map<object, () => void>();
  let stopping = false;
  const finished = (run: object): void => {
    if (waiting.delete(run) && stopping && waiting.size === 0) halt();
  };
  return {
    stop() {
      stopping = true;
      if (waiting.size === 0) halt();
      else for (const ask of [...waiting.values()]) ask();
    },
    begin(save) {
      const run = {};
      const asked = new Subject<Command>();
      let paused = false;
      waiting.set(run, () => {
        asked.next({ type: "checkpoint" });
        // A paused run saves before it takes a step, and this one it is not going to complete.
        if (paused) asked.next({ type: "step" });
      });
      const watched = tap(({ type }: Command) => {
        if (type === "pause" || type === "step") paused = true;
        if (type === "resume") paused = false;
      });
      return {
        commands: (given) => (given === undefined ? asked : merge(given.pipe(watched), asked)),
        save(checkpoint) {
          save(checkpoint);
          if (stopping) finished(run);
        },
        ended: () => finished(run),
      };
    },
  };
}
