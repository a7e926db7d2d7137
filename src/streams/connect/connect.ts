import { Observable } from "rxjs";
import { callable, textual } from "../../arguments.ts";
import type { Row } from "../../arrow/row.ts";
import { readOptions } from "../../options.ts";
import { streamAddress } from "./address.ts";
import type { ConnectionState, Gap } from "./message.ts";
import { Reception } from "./reception.ts";

/** Options of {@link connect}. */
export interface ConnectOptions {
  /** Name of the run. Default: the only one that the server has. */
  readonly run?: string;
  /**
   * Names of the operators' columns that are sent, and `point`. The fields that every row has come too. Default: all of
   * them, points and vectors too.
   */
  readonly columns?: readonly string[];
  /** First step that is asked for. Default 0. */
  readonly fromStep?: number;
  /**
   * Seconds without a connection after which the stream ends with ERR_CONNECTION. Default: 10 before the first
   * connection, Infinity later.
   */
  readonly giveUpAfter?: number;
  /**
   * Function that is called after the rows of each message, for consumers that work asynchronously: no further row is
   * emitted until its promise has resolved. Default: the next rows come as soon as `next` has returned.
   */
  readonly ready?: (() => PromiseLike<unknown> | undefined) | undefined;
  /** Function that gets each {@link Gap}, which is then passed over. Default: ERR_GAP. */
  readonly onGap?: ((gap: Gap) => void) | undefined;
  /** Function that is told when the connection is there, and when and why it is lost. */
  readonly onConnection?: ((state: ConnectionState) => void) | undefined;
}

const names = {
  expected: "a list of names, with at least one",
  is: (value: unknown) =>
    Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "string" && each !== ""),
};
const rules = {
  run: { expected: "a name", is: (value: unknown) => textual.is(value as never) && value !== "" },
  columns: names,
  fromStep: { default: 0, min: 0, max: Number.MAX_SAFE_INTEGER, integer: true },
  giveUpAfter: { above: 0, infinite: true },
  ready: callable,
  onGap: callable,
  onConnection: callable,
} as const;

/**
 * Emits the rows of a run that a server shows: those that there are, then those that come.
 *
 * A connection that is lost or falls silent is made again, after pauses that double from 0.4 s to 10 s, and goes on
 * behind the last row: **each row comes once, and none is left out**, even if the server was started anew meanwhile.
 * The stream completes when the run has ended and all its rows have come. If the run is resumed while the stream goes
 * on, rows with the next `run.attempt` come, perhaps from an earlier step on; they replace those of that step and later
 * ones. The stream is cold: each subscription has a connection of its own, which unsubscribing closes.
 *
 * A slow consumer costs the run nothing, and memory stays bounded. While `next` works nothing is read, and the server
 * waits; with `ready`, a connection on which more than 4 MB have come meanwhile is closed and made again later. The rows
 * wait in the file of the run.
 *
 * It works in Node, Deno and browsers. Cost: about 3 us per row; a message holds 100 ms of rows.
 *
 * @example
 * connect("http://127.0.0.1:4747/?token=SECRET", { run: "search-01", columns: ["flat"] })
 *   .pipe(filter((row) => row.columns.flat === 1))
 *   .subscribe((row) => console.log(row.step));
 * @param url address that the server prints, also behind a proxy under a path
 * @param options {@link ConnectOptions}
 * @throws ERR_OPTION_TYPE, ERR_OPTION_RANGE, ERR_OPTION_UNKNOWN at once; in the stream ERR_CONNECTION if the server
 *   cannot be reached or refuses the token, the origin or a column, ERR_RUN_UNKNOWN if it does not have the run or has
 *   several and none is named, ERR_RUN_CHANGED if another run has taken its name, ERR_GAP, and ERR_MESSAGE or
 *   ERR_ARROW_CORRUPT, _EMPTY, _FORMAT, _FOREIGN for a server that sends something else
 */
export function connect(url: string | URL, options: ConnectOptions = {}): Observable<Row> {
  const address = streamAddress("connect", url);
  const wanted = readOptions("connect", options, rules);
  return new Observable((subscriber) => {
    const reception = new Reception(address, wanted, subscriber);
    subscriber.add(() => reception.close());
    reception.open();
  });
}
