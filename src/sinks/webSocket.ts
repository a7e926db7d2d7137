import { thing } from "../arguments.ts";
import { checkLimits, type RecordingOptions, recordRun } from "../arrow/recorder.ts";
import type { Status } from "../arrow/row.ts";
import { checkOption, readOptions } from "../options.ts";
import type { ViewerServer } from "../server/createViewerServer.ts";
import type { RunEnding } from "../server/messages.ts";
import { defineSink, type Ending, type RowSink } from "./defineSink.ts";
import { recordingRules } from "./rules.ts";

/** Options of {@link webSocket}. */
export interface WebSocketOptions extends RecordingOptions {}

/** Default of `batch.seconds`, short enough to look live. */
const liveSeconds = 0.05;

/**
 * Shows each row to the viewers of a server and passes it on.
 *
 * Rows are encoded into Arrow batches once for all viewers and sent to the server, which is another process. Up to
 * `memoryBytes` of them are kept per run, dropping the oldest first, so that a viewer who comes late gets the history.
 * The run never waits for the server or a socket: a viewer who does not keep up gets thinned rows, and whatever comes
 * over the network cannot end the run. Once the server is closed, rows only pass through. While a run of the
 * same name is still going, a second one is served as `name#2`.
 *
 * Cost: about 2 us per row with its encoding, one copy of its point, and one copy of each batch for the server. Viewers
 * cost the thread of the run nothing.
 *
 * @example
 * const server = await createViewerServer();
 * iterate(bilinear(), [1, 1], gradientStep(0.1), { commands: server.commands })
 *   .pipe(untilStep(1e5), webSocket(server))
 *   .subscribe();
 * @param server from `createViewerServer`
 * @param options when a batch is closed (default 256 rows, 4 MB or 0.05 s) and which points are stored
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN at once
 * @throws {RangeError} ERR_OPTION_RANGE at once for a limit, a budget or a number of points that is not positive
 */
export function webSocket(server: Pick<ViewerServer, "hub">, options: WebSocketOptions = {}): RowSink {
  readOptions("webSocket", options, recordingRules);
  const batch = checkLimits({ ...options.batch, seconds: options.batch?.seconds ?? liveSeconds }, "webSocket");
  checkOption(
    "webSocket",
    "server",
    server,
    thing("a server of viewers, as createViewerServer gives", { hub: "object" }),
  );
  const { hub } = server;
  return defineSink({
    name: "webSocket",
    begin: () => ({
      open({ run }, fail) {
        let name = run.name;
        let last: Status = "running";
        const recorder = recordRun(run, {
          ...options,
          batch,
          onError: fail,
          sink(message) {
            if (message.kind === "header") name = hub.open(run, message.bytes);
            else if (message.kind === "batch") {
              hub.batch(name, message.bytes, message.firstStep, message.lastStep, message.rows);
            }
          },
        });
        return {
          append(row) {
            last = row.status;
            recorder.append(row);
          },
          close(ending) {
            recorder.close();
            hub.close(name, endingOf(last, ending));
          },
        };
      },
    }),
  });
}

function endingOf(last: Status, { how, message }: Ending): RunEnding {
  if (last !== "running") return { status: last };
  if (how === "failed") return { status: "failed", ...(message === undefined ? {} : { message }) };
  return { status: "stopped", message: how === "completed" ? "the stream completed without a verdict" : "interrupted" };
}
