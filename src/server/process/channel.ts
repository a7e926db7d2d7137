/**
 * Messages between the process of a run and the process of its page's server.
 *
 * Messages to the server cost credit: at most `window` bytes may be on their way that the server has not acknowledged.
 * What does not fit stays where it is kept anyway (`mirror.ts`) and is read from there later. So a stopped server costs
 * the run no more memory than a running one, and the run never waits.
 */
import type { AppliedCommand, Run } from "../../arrow/row.ts";
import type { ViewerCommand } from "../commands.ts";
import type { FigureTitle, RunCells, RunEnding } from "../messages.ts";
import type { ViewerServerOptions } from "../options.ts";
import type { FinishedFile } from "../runRows.ts";

/** Number of bytes that may be on their way to the server. */
export const window = 4 * 2 ** 20;
/** Number of bytes that a message counts beside its rows. */
const messageCost = 512;

/** Options that can be sent. */
export type SentOptions = Omit<ViewerServerOptions, "warn" | "figures" | "certificates">;

type WithoutReply<C> = C extends unknown ? Omit<C, "reply"> : never;
/** A command as it can be sent: its reply comes as a message. */
type SentCommand = WithoutReply<ViewerCommand>;

/** A run that is over from the beginning. */
export interface FinishedRun {
  readonly name: string;
  readonly run: Run;
  readonly files: readonly FinishedFile[];
  readonly ending: RunEnding | undefined;
  readonly opened: number;
  readonly cells: RunCells | undefined;
}

/** What the server is told about runs. Each costs credit. */
export type RunMessage =
  | {
      readonly kind: "open";
      readonly name: string;
      readonly run: Run;
      readonly header: Uint8Array;
      /** Directory with the file of the attempt; undefined: its rows are sent. */
      readonly directory: string | undefined;
      readonly earlier: readonly FinishedFile[];
      readonly opened: number;
    }
  /** Runs that are over. What they share is sent once, so many are sent together. */
  | { readonly kind: "finished"; readonly runs: readonly FinishedRun[] }
  | { readonly kind: "cells"; readonly name: string; readonly cells: RunCells }
  /** One batch that is in memory only. */
  | {
      readonly kind: "batch";
      readonly name: string;
      readonly bytes: Uint8Array;
      readonly firstStep: number;
      readonly lastStep: number;
      readonly rows: number;
    }
  /** Batches of the file: for each its length in bytes, first step, last step and number of rows. */
  | { readonly kind: "places"; readonly name: string; readonly numbers: Float64Array }
  /** Number of batches that were in memory only and were dropped before they were sent. */
  | { readonly kind: "dropped"; readonly name: string; readonly count: number }
  /** What an earlier command changed. */
  | { readonly kind: "note"; readonly name: string; readonly outcome: AppliedCommand }
  | { readonly kind: "ended"; readonly name: string; readonly ending: RunEnding };

export type ToServer =
  | RunMessage
  /** `runs` are the names of those that it is told of next. */
  | {
      readonly kind: "start";
      readonly options: SentOptions;
      readonly figures: boolean;
      readonly certificates: boolean;
      readonly runs: readonly string[];
    }
  /** Which runs obey commands. */
  | { readonly kind: "steerable"; readonly all: boolean; readonly runs: readonly string[] }
  | { readonly kind: "reply"; readonly id: number; readonly outcome: AppliedCommand }
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown }
  | { readonly kind: "refusal"; readonly id: number; readonly message: string }
  | { readonly kind: "close" };

export type FromServer =
  | { readonly kind: "listening"; readonly port: number }
  | { readonly kind: "failed"; readonly code: string | undefined; readonly message: string }
  /** Number of bytes of messages that the server has taken. */
  | { readonly kind: "taken"; readonly bytes: number }
  | { readonly kind: "viewers"; readonly count: number }
  | { readonly kind: "warning"; readonly message: string }
  | { readonly kind: "command"; readonly id: number; readonly command: SentCommand }
  /** Asks for the list of figures, which is drawn, or for one of them. */
  | { readonly kind: "figures"; readonly id: number }
  | { readonly kind: "figure"; readonly id: number; readonly name: string }
  /** Asks for what is proved of the ends of runs. */
  | { readonly kind: "certificates"; readonly id: number }
  | { readonly kind: "cancel"; readonly id: number };

export type FigureList = readonly FigureTitle[];

export function costOf(message: RunMessage): number {
  if (message.kind === "batch") return messageCost + message.bytes.length;
  if (message.kind === "places") return messageCost + message.numbers.byteLength;
  if (message.kind === "finished") {
    return message.runs.reduce((sum, { files }) => sum + messageCost * (1 + files.length), messageCost * 4);
  }
  if (message.kind !== "open") return messageCost;
  return messageCost * (4 + message.earlier.length) + message.header.length;
}
