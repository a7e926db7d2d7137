/** What travels over `/stream` as JSON text: one object with one key. Rows travel as binary Arrow messages between them. */

import { z } from "zod";
import type { AppliedCommand, Columns, Settings } from "../arrow/row.ts";
import type { JsonValue } from "../json.ts";

const step = z.number().int().nonnegative();
const name = z.string().min(1).max(512);

const subscription = z.strictObject({
  run: name,
  /** Which columns; `step` always comes along. Left out: all of them, points and vectors too. */
  columns: z.array(name).min(1).max(1024).optional(),
  fromStep: step.default(0),
  /** `frames`: every binary message is an Arrow stream with its schema. `continuous`: schema once, then record batches. */
  framing: z.enum(["frames", "continuous"]).default("frames"),
  /** Rows a second while live; more are thinned. */
  maxRate: z.number().positive().optional(),
  /** About how many rows of history at most; more are thinned to the extremes and the last row of each bucket. */
  points: z.number().int().min(16).max(1_000_000).optional(),
  /** How buckets lie along the steps. */
  scale: z.enum(["linear", "log"]).default("linear"),
  /**
   * What a client gets that does not keep up. `thin`: rows it missed come thinned to `points` (default 2000). `wait`: every row,
   * later, from the file. `close`: it is closed with 4429.
   */
  whenSlow: z.enum(["thin", "wait", "close"]).default("thin"),
});

const commandBase = { run: name, id: z.union([z.string().max(64), z.number()]).optional() };
const command = z.discriminatedUnion("type", [
  z.strictObject({ ...commandBase, type: z.enum(["pause", "resume", "stop", "checkpoint"]) }),
  z.strictObject({ ...commandBase, type: z.literal("step"), count: z.number().int().min(1).max(1e9).optional() }),
  z.strictObject({ ...commandBase, type: z.literal("set"), setting: name, value: z.number() }),
]);

/** What a client may send. */
export const clientMessage = z.union([
  z.strictObject({ subscribe: subscription }),
  z.strictObject({ unsubscribe: z.strictObject({}) }),
  z.strictObject({ command }),
  z.strictObject({ acknowledge: z.strictObject({}) }),
]);

export type Subscription = z.output<typeof subscription>;
export type SubscriptionRequest = z.input<typeof subscription>;
export type CommandRequest = z.output<typeof command>;
export type ClientMessage = z.output<typeof clientMessage>;

/** How a run ended, as the page shows it. */
export interface RunEnding {
  readonly status: "converged" | "stagnated" | "diverged" | "stopped" | "failed";
  /** One line: what was found, or why it failed. */
  readonly message?: string;
  /** Of the last row, where it is known before its file is read. */
  readonly step?: number;
}

/** One attempt of a run, as `GET /runs` lists it. */
export interface AttemptInfo {
  readonly attempt: number;
  /** Where its rows can be fetched; undefined: they are kept in memory only. */
  readonly file?: string;
  /** So far; undefined: its file has not been read yet. */
  readonly rows?: number;
  /** Length of the Arrow stream so far. */
  readonly bytes?: number;
}

/** A run, as `GET /runs` and `{ runs }` list it. */
export interface RunInfo {
  readonly name: string;
  readonly attempt: number;
  readonly attempts: readonly AttemptInfo[];
  /** Whether rows may still come. */
  readonly live: boolean;
  /** As far as the replies to commands tell. */
  readonly paused: boolean;
  /** Whether somebody listens to commands. */
  readonly steerable: boolean;
  /** Milliseconds since 1970 at which the server came to know the run. */
  readonly opened: number;
  readonly firstStep?: number;
  readonly lastStep?: number;
  readonly columns: Columns;
  /** With their present values. */
  readonly settings: Settings;
  readonly description?: JsonValue;
  readonly ending?: RunEnding;
}

/** What the server may send. */
export type ServerMessage =
  | { readonly runs: readonly RunInfo[] }
  | { readonly subscribed: Subscription & { readonly rows: number; readonly attempt: number } }
  /** All rows so far are sent; from here on rows are live. */
  | { readonly live: { readonly run: string; readonly step?: number } }
  /** The next binary message holds `sent` of `rows` rows. */
  | {
      readonly thinned: {
        readonly fromStep: number;
        readonly toStep: number;
        readonly rows: number;
        readonly sent: number;
      };
    }
  /** Rows that were kept in memory only and are gone. */
  | { readonly gap: { readonly fromStep: number; readonly toStep: number } }
  /** No more rows will come. */
  | { readonly ended: { readonly run: string; readonly ending: RunEnding } }
  | { readonly reply: { readonly id?: string | number; readonly run: string; readonly outcome: AppliedCommand } }
  | { readonly heartbeat: { readonly time: number } }
  | { readonly error: { readonly code: string; readonly message: string } };

/** Why a connection was closed, as WebSocket close codes. */
export const closeCodes = {
  malformed: 4400,
  token: 4401,
  origin: 4403,
  noSuchRun: 4404,
  silent: 4408,
  tooSlow: 4429,
  shutDown: 1001,
  internal: 1011,
  tooMany: 1013,
} as const;

/** A figure that the server can draw: `GET /figures` lists them, `GET /figures/<name>.svg` is one. */
export interface FigureTitle {
  readonly name: string;
  readonly summary: string;
}
