import { eventsOf } from "../../arrow/events/rowEvents.ts";
import type { Row } from "../../arrow/row.ts";
import { checkOption, readOptions } from "../../options.ts";
import { defineSink, type RowSink } from "../defineSink.ts";
import { commandCourier } from "./commandCourier.ts";
import type { Courier } from "./courier.ts";
import { noticeOf } from "./notice.ts";
import { webhookCourier } from "./webhookCourier.ts";

/** Options of {@link alertCommand}. */
export interface AlertCommandOptions {
  /** Seconds after which a command that has not ended is ended, with its children. Default 30. */
  readonly limit?: number;
  /** Number of events that wait at most while a command runs; more are left out, and counted. Default 100. */
  readonly most?: number;
  /** Text that tells this experiment from others, with which the events' ids begin. Default: they begin with the run. */
  readonly source?: string;
  /** Gets one line about each event that was not told. Default: standard error. */
  readonly warn?: (line: string) => void;
}

/** Options of {@link alertWebhook}. */
export interface AlertWebhookOptions extends Omit<AlertCommandOptions, "limit"> {
  /** Seconds that an answer may take. Default 10. */
  readonly patience?: number;
  /** Number of attempts per event, at intervals of 1 s, 2 s, 4 s and so on. Default 5. */
  readonly tries?: number;
}

const shared = {
  most: { default: 100, integer: true, min: 1 },
  source: { expected: "a text", is: (value: unknown) => typeof value === "string" },
  warn: { expected: "a function of a line", is: (value: unknown) => typeof value === "function" },
} as const;
const commandRules = { ...shared, limit: { default: 30, above: 0, max: 86_400 } } as const;
const webhookRules = {
  ...shared,
  patience: { default: 10, above: 0, max: 3600 },
  tries: { default: 5, integer: true, min: 1, max: 20 },
} as const;
const commandRule = {
  expected: "a command, such as ./tell.sh",
  is: (value: unknown) => typeof value === "string",
} as const;
const urlRule = { expected: "a URL", is: (value: unknown) => typeof value === "string", secret: true } as const;

/** Milliseconds between the first and the second attempt of a webhook. */
const retryAfter = 1000;
/** Milliseconds for which events that wait at the end of the stream are still told. */
const lastPatience = 30_000;

/**
 * Runs a command at each event of the rows, one at a time, with the event as JSON on its standard input.
 *
 * The events are those of rules such as `stagnation` and `divergence`. There is no shell: the command is split into
 * words by spaces and quotes, and its first word is the program. It gets the environment without fluxion's secrets, and
 * ends with its children after `limit`. A command that fails is not run again; a line says so. Rows are never held up.
 * The JSON is described in docs/alerts.md.
 *
 * @example
 * replay("runs/a").pipe(stagnation(), alertCommand("notify-send fluxion")).subscribe();
 * @param command program and arguments
 * @param options {@link AlertCommandOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE for a program that is not there, an open quote, or an option out of range
 */
export function alertCommand(command: string, options: AlertCommandOptions = {}): RowSink {
  checkOption("alertCommand", "command", command, commandRule);
  const { limit, most, source, warn = toStandardError } = readOptions("alertCommand", options, commandRules);
  const make = (): Courier => commandCourier("alertCommand", command, { limit, most, warn });
  // The command is looked at now, not at the first event.
  make();
  return told("alertCommand", make, source);
}

/**
 * Posts each event of the rows to a URL, as a small JSON.
 *
 * Failures of the network, timeouts and the answers 408, 429 and 5xx are tried again; other answers are not. Redirects
 * are not followed. The queue is bounded, and rows are never held up: a server that hangs costs the run nothing. The URL
 * may hold a secret, and is shown and written nowhere. The JSON is described in docs/alerts.md.
 *
 * @example
 * replay("runs/a").pipe(divergence(), alertWebhook(process.env.MY_WEBHOOK!)).subscribe();
 * @param url a URL that begins with https:// or http://
 * @param options {@link AlertWebhookOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE for a URL that cannot be used, or an option out of range
 */
export function alertWebhook(url: string, options: AlertWebhookOptions = {}): RowSink {
  checkOption("alertWebhook", "url", url, urlRule);
  const { patience, tries, most, source, warn = toStandardError } = readOptions("alertWebhook", options, webhookRules);
  const make = (): Courier =>
    webhookCourier("alertWebhook", url, { patience: 1000 * patience, tries, most, retryAfter, warn });
  make();
  return told("alertWebhook", make, source);
}

function told(name: string, make: () => Courier, source: string | undefined): RowSink {
  return defineSink({
    name,
    begin() {
      const courier = make();
      const append = (row: Row): void => {
        for (const event of eventsOf(row)) courier.send(noticeOf(event, source));
      };
      let ended = false;
      return {
        open: () => ({ append, close: () => {} }),
        end() {
          if (ended) return;
          ended = true;
          void courier.close(lastPatience);
        },
      };
    },
  });
}

function toStandardError(line: string): void {
  process.stderr.write(`fluxion: ${line}\n`);
}
