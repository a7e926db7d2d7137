/** Tells one connection of runs, in the way that it asked for, as far as its socket takes messages. */
import type { ListKind } from "../http/upgrade.ts";
import type { RunInfo } from "../messages.ts";
import { makePauses } from "../turns.ts";
import { listPieces } from "./listedRun.ts";

interface AnnouncerHost {
  isOpen(): boolean;
  /** Whether the socket takes nothing now. */
  isFull(): boolean;
  /** All runs, or those of these names, as the connection may see them. */
  runs(names?: Iterable<string>): Iterable<RunInfo>;
  /** Sends a part of a text message. */
  send(part: string, isLast: boolean): void;
  /** Called when a list cannot be made. */
  broken(): void;
}

interface Announcer {
  /** Settles when the first list is sent; undefined: it is. */
  readonly first: Promise<void> | undefined;
  /** Tells of runs that are new or have changed, and of all when it is called for the first time. */
  announce(names: Iterable<string>): void;
  /** Tells how far these runs are, if the connection is told of changes. */
  progress(names: Iterable<string>): void;
  /** Sends what could not be sent before. */
  retry(): void;
}

/** Greatest number of runs that are told of wholly also to those who asked for a brief list: it is short anyway. */
const wholeMost = 200;
/** A whole list is made for at most 1 / `share` of the time. */
const share = 10;

export function makeAnnouncer(kind: ListKind, { isOpen, isFull, runs, send, broken }: AnnouncerHost): Announcer {
  let first: Promise<void> | undefined;
  let isFirst = true;
  let working = false;
  /** Whether there is something to tell: of all runs, or of those that have changed. */
  let pending = false;
  const changed = new Set<string>();
  let notBefore = 0;

  /** Sends a list. A short one is sent before this function returns. */
  async function tell(key: "runs" | "changed", list: Iterable<RunInfo>): Promise<void> {
    const parts = [`{"${key}":`];
    const pause = makePauses();
    const all = [...list];
    for (const piece of listPieces(all, kind === "brief" && key === "runs" && all.length > wholeMost)) {
      parts.push(piece);
      const wait = pause();
      if (wait !== undefined) await wait;
      if (!isOpen()) return;
    }
    parts.push("}");
    // Nothing may come between the parts of a message.
    for (const [index, part] of parts.entries()) send(part, index === parts.length - 1);
  }
  async function work(): Promise<void> {
    working = true;
    try {
      pending = false;
      const began = performance.now();
      if (kind === "brief" && !isFirst) {
        const names = [...changed];
        changed.clear();
        await tell("changed", runs(names));
      } else await tell("runs", runs());
      isFirst = false;
      if (kind === "whole") notBefore = performance.now() + share * (performance.now() - began);
    } catch {
      broken();
    } finally {
      working = false;
      first = undefined;
    }
  }
  function retry(): void {
    if (!pending || working || !isOpen() || isFull() || performance.now() < notBefore) return;
    const done = work();
    if (isFirst && working) first = done;
  }
  return {
    get first() {
      return first;
    },
    announce(names) {
      if (kind === "none") return;
      if (kind === "brief") for (const name of names) changed.add(name);
      pending ||= kind === "whole" || isFirst || changed.size > 0;
      retry();
    },
    progress(names) {
      if (kind !== "brief" || isFirst) return;
      for (const name of names) changed.add(name);
      pending ||= changed.size > 0;
      retry();
    },
    retry,
  };
}
