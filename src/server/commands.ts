/** Steering: passes the commands of viewers to the loops that obey them, and the answers back. */
import { Observable, Subject } from "rxjs";
import type { AppliedCommand } from "../arrow/row.ts";
import type { Command } from "../streams/types.ts";
import type { CommandRequest } from "./messages.ts";

/** A command that a viewer gave, for one run. */
export type ViewerCommand = Command & { readonly run: string };

interface CommandDesk {
  /**
   * Returns the commands for the run of this name, or for every run. The stream is hot; a subscriber is expected to
   * obey.
   */
  offer(run?: string): Observable<ViewerCommand>;
  /** Whether somebody obeys commands for the run. */
  steerable(run: string): boolean;
  /** Passes a command on. `answer` is called once, with what the command did or with the reason why it was refused. */
  give(request: CommandRequest, live: boolean, answer: (outcome: AppliedCommand) => void): void;
  /** Refuses the commands that a run had not answered when it ended. */
  runEnded(run: string): void;
  /** Completes all streams of commands. */
  close(): void;
}

/** @param changed called when a run becomes steerable or ceases to be */
export function makeCommandDesk(changed: () => void): CommandDesk {
  const given = new Subject<ViewerCommand>();
  const pending = new Map<string, Set<(why: string) => void>>();
  const listeners = new Map<string, number>();
  let listenersToAll = 0;

  function count(run: string | undefined, change: 1 | -1): void {
    if (run === undefined) listenersToAll += change;
    else listeners.set(run, (listeners.get(run) ?? 0) + change);
    if (run !== undefined && listeners.get(run) === 0) listeners.delete(run);
    changed();
  }
  const steerable = (run: string): boolean => listenersToAll > 0 || listeners.has(run);

  return {
    steerable,
    offer: (run) =>
      new Observable((subscriber) => {
        const inner = given.subscribe({
          next: (command) => {
            if (run === undefined || command.run === run) subscriber.next(command);
          },
          complete: () => subscriber.complete(),
        });
        count(run, 1);
        return () => {
          inner.unsubscribe();
          count(run, -1);
        };
      }),
    give(request, live, answer) {
      const { run } = request;
      const command = commandOf(request);
      const waiting = pending.get(run) ?? new Set();
      const finish = (outcome: AppliedCommand): void => {
        // A listener may reply twice, or after the run has ended.
        if (!waiting.delete(refuse)) return;
        if (waiting.size === 0) pending.delete(run);
        answer(outcome);
      };
      const refuse = (refused: string): void => finish({ ...command, step: 0, refused });
      waiting.add(refuse);
      pending.set(run, waiting);
      if (!live) refuse(`the run "${run}" is over`);
      else if (!steerable(run)) refuse(`nobody obeys commands for the run "${run}"; start it with the option commands`);
      else given.next({ ...command, run, reply: finish });
    },
    runEnded(run) {
      for (const refuse of [...(pending.get(run) ?? [])]) refuse(`the run "${run}" ended before this took effect`);
    },
    close: () => given.complete(),
  };
}

/** Drops the parts of a request that concern the socket only. */
export function commandOf(request: CommandRequest): Command {
  if (request.type === "set") return { type: request.type, setting: request.setting, value: request.value };
  if (request.type !== "step") return { type: request.type };
  return request.count === undefined ? { type: request.type } : { type: request.type, count: request.count };
}
