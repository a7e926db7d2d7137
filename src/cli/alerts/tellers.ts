/** Tells of events: by a command, by a webhook, or by neither. */
import type { RowEvent } from "../../arrow/events/rowEvents.ts";
import { commandCourier } from "../../sinks/alerts/commandCourier.ts";
import type { Courier, CourierSpec } from "../../sinks/alerts/courier.ts";
import { type Notice, noticeOf } from "../../sinks/alerts/notice.ts";
import { webhookCourier } from "../../sinks/alerts/webhookCourier.ts";
import { note } from "../output/say.ts";
import type { AlertWish } from "./alertOptions.ts";

/** What tells this experiment from others. */
export interface AlertSource {
  /** Time at which it began, with which the ids of its events begin. */
  readonly began: string;
  /** Name of its directory. */
  readonly experiment: string;
}

export interface Tellers {
  /** Takes an event; one that was told before is left out. */
  event(event: RowEvent): void;
  /** Tells that something ended, or no longer writes. */
  tell(
    notice: Pick<Notice, "event" | "text"> & { readonly id: string; readonly run?: string; readonly step?: number },
  ): void;
  /** Waits until all is told, within bounds. */
  close(): Promise<void>;
}

/** Milliseconds for which a command that ends waits for what is not told yet. */
const lastPatience = 15_000;
/** Milliseconds after which it says that it waits. */
const silence = 1000;
const settings = { most: 100, limit: 30, patience: 10_000, tries: 5, retryAfter: 1000 } as const;

/**
 * Opens what tells of events.
 *
 * @param told knows what earlier sessions have told, and notes what this one does. Default: nothing was told before
 * @param hint command with which what was not told can be told later
 */
export function openTellers(
  { command, url }: AlertWish,
  source: AlertSource,
  told?: { knows(to: string, id: string): boolean; note(to: string, id: string): void },
  hint?: string,
): Tellers {
  const couriers: { readonly to: string; readonly courier: Courier }[] = [];
  const warn = (line: string): void => note(`fluxion: ${line}`);
  const common = (to: string): Pick<CourierSpec, "most" | "warn" | "onDelivered"> => ({
    most: settings.most,
    warn,
    onDelivered(notice) {
      try {
        told?.note(to, notice.id);
      } catch (error) {
        // A directory that is lost or full must not keep others from being told.
        warn(`cannot note that ${notice.id} was told: ${(error as Error).message}`);
      }
    },
  });
  const { limit, patience, tries, retryAfter } = settings;
  if (command !== undefined) {
    couriers.push({ to: "command", courier: commandCourier("--on-event", command, { ...common("command"), limit }) });
  }
  if (url !== undefined) {
    const options = { ...common("webhook"), patience, tries, retryAfter };
    couriers.push({ to: "webhook", courier: webhookCourier("--webhook", url, options) });
  }
  const seen = new Set<string>();
  const send = (notice: Notice): void => {
    if (couriers.length === 0 || seen.has(notice.id)) return;
    seen.add(notice.id);
    for (const { to, courier } of couriers) if (told?.knows(to, notice.id) !== true) courier.send(notice);
  };
  return {
    event: (event) => send(noticeOf(event, source.began, source.experiment)),
    tell({ id, ...about }) {
      send({ id: `${source.began}/${id}`, ...about, experiment: source.experiment, time: new Date().toISOString() });
    },
    async close() {
      if (couriers.length === 0) return;
      const timer = setTimeout(
        () => note(`waiting up to ${lastPatience / 1000} s until the events are told; Ctrl-C ends it`),
        silence,
      );
      const missing = await Promise.all(couriers.map(({ courier }) => courier.close(lastPatience)));
      clearTimeout(timer);
      const count = missing.reduce((sum, each) => sum + each, 0);
      if (count === 0) return;
      const later = hint === undefined ? "" : `; they are in the files of the runs, and ${hint} tells of them`;
      note(`fluxion: ${count} ${count === 1 ? "event was" : "events were"} not told${later}`);
    },
  };
}
