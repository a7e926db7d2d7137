/**
 * The JSON messages of `/stream`: each is an object with one key. Rows travel between them as binary Arrow messages.
 */

import { z } from "zod";
import type { AppliedCommand, Columns, Settings } from "../arrow/row.ts";
import { sliceDirections } from "../arrow/slices/sliceData.ts";
import type { JsonValue } from "../json.ts";

const step = z.number().int().nonnegative();
const name = z.string().min(1).max(512);

const subscription = z.strictObject({
  run: name,
  /** Names of the columns to send; `step` is always sent. Default: all columns, points and vectors too. */
  columns: z.array(name).min(1).max(1024).optional(),
  fromStep: step.default(0),
  /**
   * `frames`: every binary message is an Arrow stream with its schema. `continuous`: the schema comes once, then record
   * batches.
   */
  framing: z.enum(["frames", "continuous"]).default("frames"),
  /** Number of rows per second while the run is live; more rows are thinned. Default: no limit. */
  maxRate: z.number().positive().optional(),
  /**
   * Number of rows of history at most, about; more are thinned to the extremes and the last row of each bucket.
   * Default: no limit.
   */
  points: z.number().int().min(16).max(1_000_000).optional(),
  /** Scale on which the buckets of thinning have equal widths along the steps. */
  scale: z.enum(["linear", "log"]).default("linear"),
  /**
   * Whether a long history that is thinned may come from a sample of its rows: soon, but without the extremes between
   * them. `thinned` tells so by `read`. Subscribe again without it to get all extremes. Default false.
   */
  preview: z.boolean().default(false),
  /**
   * Whether a history that is longer than `points` comes progressively: from a sample first, as with `preview`, then in
   * parts, the newest first, each of which stands in the place of all rows of its steps. Live rows come in between.
   * Default: no, and every row comes once, in order.
   */
  progressive: z.boolean().optional(),
  /**
   * What happens to a client that does not keep up. `thin`: the rows it missed come thinned to `points` (default 2000).
   * `wait`: every row comes, later, from the file. `close`: its connection is closed with 4429.
   */
  whenSlow: z.enum(["thin", "wait", "close"]).default("thin"),
});

const commandBase = { run: name, id: z.union([z.string().max(64), z.number()]).optional() };
const command = z.discriminatedUnion("type", [
  z.strictObject({ ...commandBase, type: z.enum(["pause", "resume", "stop", "checkpoint"]) }),
  z.strictObject({ ...commandBase, type: z.literal("step"), count: z.number().int().min(1).max(1e9).optional() }),
  z.strictObject({ ...commandBase, type: z.literal("set"), setting: name, value: z.number() }),
  z.strictObject({
    ...commandBase,
    type: z.literal("slice"),
    along: z
      .array(z.enum(sliceDirections))
      .min(1)
      .max(sliceDirections.length)
      .refine((list) => new Set(list).size === list.length, "each direction at most once")
      .optional(),
    points: z
      .number()
      .int()
      .min(3)
      .max(401)
      .refine((points) => points % 2 === 1, "expected an odd number")
      .optional(),
    radius: z.number().positive().optional(),
    seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
    seconds: z.number().positive().max(60).optional(),
  }),
]);

/** Messages that a client may send. */
export const clientMessage = z.union([
  z.strictObject({ subscribe: subscription }),
  z.strictObject({ unsubscribe: z.strictObject({}) }),
  z.strictObject({ command }),
  z.strictObject({ acknowledge: z.strictObject({}) }),
]);

/** What a viewer has subscribed to, with defaults filled in. */
export type Subscription = z.output<typeof subscription>;
export type SubscriptionRequest = z.input<typeof subscription>;
export type CommandRequest = z.output<typeof command>;
/** Message that a viewer sends. */
export type ClientMessage = z.output<typeof clientMessage>;

/** How a run ended, as the page shows it. */
export interface RunEnding {
  readonly status: "converged" | "stagnated" | "diverged" | "stopped" | "failed";
  /** What was found, or why the run failed, in one line. */
  readonly message?: string;
  /** Step of the last row, where it is known before the file is read. So are the numbers below. */
  readonly step?: number;
  readonly seconds?: number;
  readonly value?: number;
  readonly squaredFieldNorm?: number;
  /** Class of the end, such as "critical point", where it was judged. */
  readonly verdict?: string;
  /** What such an end means, in two sentences. */
  readonly meaning?: string;
  /** Numbers that decided the verdict, in words. */
  readonly because?: string;
  /** Morse index at the end, where it was measured. */
  readonly index?: number;
}

/** One attempt of a run, as `GET /runs` lists it. */
export interface AttemptInfo {
  readonly attempt: number;
  /** Name of the file in which its rows can be fetched; undefined: they are kept in memory only. */
  readonly file?: string;
  /** Number of rows so far; undefined: the file has not been read yet. */
  readonly rows?: number;
  /** Length of the Arrow stream so far, in bytes. */
  readonly bytes?: number;
}

/** A run, as `GET /runs` and `{ runs }` list it. */
export interface RunInfo {
  readonly name: string;
  readonly attempt: number;
  readonly attempts: readonly AttemptInfo[];
  /** Whether rows may still come. */
  readonly live: boolean;
  /** Whether the run is paused, as far as the replies to commands tell. */
  readonly paused: boolean;
  /** Whether somebody obeys commands for the run. */
  readonly steerable: boolean;
  /** Time at which the server came to know the run, in milliseconds since 1970. */
  readonly opened: number;
  readonly firstStep?: number;
  readonly lastStep?: number;
  readonly columns: Columns;
  /** Settings with their present values. */
  readonly settings: Settings;
  readonly description?: JsonValue;
  readonly ending?: RunEnding;
  /** What tells the run apart in a table, such as its experiment, seed, options and tags. */
  readonly cells?: RunCells;
}

/** Cells of a run in the table of runs, by the names of their columns. */
export type RunCells = Readonly<Record<string, string | number>>;

type Shared = "columns" | "settings" | "description";

/** A run of a list. Columns, settings and description that are absent are those of the run `like`. */
export interface ListedRun extends Omit<RunInfo, Shared>, Partial<Pick<RunInfo, Shared>> {
  /** Name of a run that stands earlier in the same list, and has them itself. */
  readonly like?: string;
}

/** Messages that the server may send. */
export type ServerMessage =
  | { readonly runs: readonly ListedRun[] }
  /** Runs that are new or have changed, for connections that asked for a brief list. */
  | { readonly changed: readonly ListedRun[] }
  | { readonly subscribed: Subscription & { readonly rows: number; readonly attempt: number } }
  /** All rows so far are sent; those that follow are live. */
  | { readonly live: { readonly run: string; readonly step?: number } }
  /** The binary messages that follow hold `sent` rows together, chosen from `rows`. */
  | {
      readonly thinned: {
        readonly fromStep: number;
        readonly toStep: number;
        readonly rows: number;
        readonly sent: number;
        /** Number of rows that were looked at, if not all of them: a preview. */
        readonly read?: number;
      };
    }
  /**
   * The binary messages that follow hold `sent` rows together, chosen from `rows`. They stand in the place of all rows
   * of these steps that came before. Of the `of` rows of the history, `read` have been read.
   */
  | {
      readonly part: {
        readonly fromStep: number;
        readonly toStep: number;
        readonly rows: number;
        readonly sent: number;
        readonly read: number;
        readonly of: number;
      };
    }
  /** Before `subscribed`, if asked for `progressive`: the run's files are looked through, so many bytes of so many. */
  | { readonly reading: { readonly run: string; readonly bytes: number; readonly of: number } }
  /** Rows that were kept in memory only and were dropped. */
  | { readonly gap: { readonly fromStep: number; readonly toStep: number } }
  /** No more rows will come. */
  | { readonly ended: { readonly run: string; readonly ending: RunEnding } }
  | { readonly reply: { readonly id?: string | number; readonly run: string; readonly outcome: AppliedCommand } }
  | { readonly heartbeat: { readonly time: number } }
  | { readonly error: { readonly code: string; readonly message: string } };

/** WebSocket close codes, which say why a connection was closed. */
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

/** What a certificate says of the end of a run, made after it had ended: `GET /certificates` lists them. */
export interface EndCertificate {
  /** Name under which the run is served. */
  readonly run: string;
  /**
   * Point that was certified: the CRC-32C of its bytes, in hexadecimal. A run that went on has another end, about which
   * nothing is said.
   */
  readonly point: string;
  /**
   * `zero`: the end lies next to a critical point, proved; `given`: the same if a symmetry that is not proved is one;
   * `none`: there is no critical point near it, proved; `away`: Newton's method leads from it to one that is farther away.
   */
  readonly outcome: "zero" | "given" | "none" | "away" | "undecided";
  /** What is proved, or why nothing is, in a sentence or two. */
  readonly text: string;
  /** Exact Morse index at the critical point. */
  readonly morseIndex?: number;
}

/** The certificates of all runs that have one, and what cannot be read. */
export interface EndCertificates {
  readonly ends: readonly EndCertificate[];
  /** One line for each file that cannot be read. */
  readonly trouble: readonly string[];
}

/** Numbers and texts of a row by the names of their columns; those that were not measured are absent. */
export type EndRow = Readonly<Record<string, string | number>>;

/** The last rows of a run that is over, at most two: `GET /ends` lists them. */
export interface RunEnd {
  readonly run: string;
  readonly attempt: number;
  readonly rows: readonly EndRow[];
  /** The CRC-32C of the bytes of the last row's point, in hexadecimal; absent if that row has none. */
  readonly point?: string;
}

/** A figure that the server can draw. `GET /figures` lists them, `GET /figures/<name>.svg` returns one. */
export interface FigureTitle {
  readonly name: string;
  readonly summary: string;
}
