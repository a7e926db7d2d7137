import { describeEvent, type RowEvent } from "../../arrow/events/rowEvents.ts";
import { stringify } from "../../arrow/runMetadata.ts";

/** What a command or a webhook is told. All of it is small. */
export interface Notice {
  /** The same for the same event, however often it is told, so that a receiver can drop what it knows. */
  readonly id: string;
  /** Name of the rule, or `ended`, or `silent`. */
  readonly event: string;
  /** The event in one line. Slack and Mattermost show it. */
  readonly text: string;
  /** Name of the experiment's directory, where there is one. */
  readonly experiment?: string;
  readonly run?: string;
  readonly attempt?: number;
  readonly step?: number;
  readonly seconds?: number;
  readonly status?: string;
  readonly measured?: number | string;
  readonly meaning?: string;
  readonly value?: number;
  readonly squaredFieldNorm?: number;
  /** Time at which it was sent first, in ISO 8601. */
  readonly time: string;
}

/** Greatest length of a text in a notice. Names and meanings may come from the files of another program. */
const longest = 500;

/** Makes the notice of an event. `source` is what tells this experiment from others: the time at which it began. */
export function noticeOf(event: RowEvent, source?: string, experiment?: string): Notice {
  const { rule, id, run, attempt, step, seconds, status, measured, meaning, value, squaredFieldNorm } = event;
  const numbers = { step, seconds, status, measured, meaning: cut(meaning), value, squaredFieldNorm };
  return {
    id: source === undefined ? id : `${source}/${id}`,
    event: cut(rule),
    text: cut(describeEvent(event)),
    ...(experiment === undefined ? {} : { experiment }),
    run: cut(run),
    attempt,
    ...numbers,
    time: new Date().toISOString(),
  };
}

/** Writes a notice as one line of JSON. NaN and infinities are the texts "NaN", "Infinity" and "-Infinity". */
export function noticeText(notice: Notice): string {
  return stringify(notice);
}

function cut(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
