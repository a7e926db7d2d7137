/** Steering: passes the commands of viewers to the loops that obey them, and the answers back. */
import { Observable, Subject } from "rxjs";
import type { SliceRequest } from "../arrow/lossSlice.ts";
import type { AppliedCommand } from "../arrow/row.ts";
import type { Command } from "../streams/types.ts";
import type { CommandRequest } from "./messages.ts";
import { makeSliceTurns } from "./sliceTurns.ts";

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

/**
 * @param changed called when a run becomes steerable or ceases to be
 * @param whole completes a command for the loop that obeys it. Default: it stays as it came
 */
export function makeCommandDesk(changed: () => void, whole = (command: Command): Command => command): CommandDesk {
  const given = new Subject<ViewerCommand>();
  const pending = new Map<string, Set<(why: string) => void>>();
  const listeners = new Map<string, number>();
  const slices = makeSliceTurns();
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
      let answered = (_outcome: AppliedCommand): void => undefined;
      const waiting = pending.get(run) ?? new Set();
      const finish = (outcome: AppliedCommand): void => {
        // A listener may reply twice, or after the run has ended.
        if (!waiting.delete(refuse)) return;
        if (waiting.size === 0) pending.delete(run);
        answered(outcome);
        answer(outcome);
      };
      const refuse = (refused: string): void => finish(refusalOf(command, refused));
      waiting.add(refuse);
      pending.set(run, waiting);
      const why = command.type === "slice" ? slices.refusal(run) : undefined;
      if (why !== undefined) return refuse(why);
      if (command.type === "slice") {
        slices.begin(run);
        answered = (outcome) => slices.end(run, outcome);
      }
      if (!live) refuse(`the run "${run}" is over`);
      else if (!steerable(run)) refuse(`nobody obeys commands for the run "${run}"; start it with the option commands`);
      else given.next({ ...whole(command), run, reply: finish });
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
  if (request.type === "slice") {
    const { run: _run, id: _id, type, ...asked } = request;
    return { type, asked: asked as SliceRequest };
  }
  if (request.type !== "step") return { type: request.type };
  return request.count === undefined ? { type: request.type } : { type: request.type, count: request.count };
}

/** What a command did that was refused before it reached a run. */
export function refusalOf(command: Command, refused: string): AppliedCommand {
  const { type } = command;
  if (type === "set") return { type, setting: command.setting, value: command.value, step: 0, refused };
  if (type === "step" && command.count !== undefined) return { type, count: command.count, step: 0, refused };
  return { type, step: 0, refused };
}

/** A command as a viewer asked for it. */
export function requestOf(command: Omit<ViewerCommand, "reply">): CommandRequest {
  const given = command as ViewerCommand;
  if (given.type !== "slice") return given;
  const { along, ...asked } = given.asked ?? {};
  return { type: given.type, run: given.run, ...asked, ...(along === undefined ? {} : { along: [...along] }) };
}
