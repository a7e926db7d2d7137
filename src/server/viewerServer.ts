import type { Observable } from "rxjs";
import type { ViewerCommand } from "./commands.ts";
import type { Hub } from "./hub.ts";

/** A running server. */
export interface ViewerServer {
  /** Address of the page, with the token of those who may read and steer. */
  readonly url: string;
  /** Address of the page for those who may only read. */
  readonly readUrl: string;
  readonly host: string;
  readonly port: number;
  readonly token: string;
  readonly readToken: string;
  /** Entrance for rows, which the sink `webSocket` uses. */
  readonly hub: Hub;
  /**
   * Commands of viewers, a hot stream; `iterate(problem, start, update, { commands: server.commands })` obeys it. A
   * subscriber calls the `reply` of each command when it took effect or was refused. While nobody subscribes, commands
   * are refused and the page shows no controls. Where several runs go on at once, give each run its own stream:
   * `commandsFor`.
   */
  readonly commands: Observable<ViewerCommand>;
  /** Returns the commands for the run of this name only. */
  commandsFor(run: string): Observable<ViewerCommand>;
  /** Process id of the server; undefined: it has died and is being started again. */
  readonly processId: number | undefined;
  /** Number of viewers connected now. */
  readonly viewers: number;
  /** Resolves when viewers who ask are told of every run and row that this process has given so far. */
  told(): Promise<void>;
  /** Closes every connection (1001) and the port. A second call waits for the first. */
  close(): Promise<void>;
}
