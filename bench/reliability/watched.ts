/**
 * A run with a server, for the sections that measure them: `watched.ts '{"rows": 1e6, ...}'`. It prints what it has used
 * so far as lines of JSON, twice per second, and ends with its rows.
 */

import { Subject } from "rxjs";
import type { Row } from "../../src/arrow/row.ts";
import { createViewerServer } from "../../src/server/createViewerServer.ts";
import { runDirectory } from "../../src/sinks/runDirectory.ts";
import { webSocket } from "../../src/sinks/webSocket.ts";
import { makeRow, makeRun } from "../../test/support/rows.ts";

export interface Watched {
  readonly rows: number;
  /** Default: as many as there can be. */
  readonly rowsPerSecond?: number;
  /** Number of multiplications per row, in place of the work of a problem. */
  readonly work?: number;
  /** Path of the run directory. Default: rows are kept in memory only. */
  readonly directory?: string;
}

export interface Usage {
  readonly rows: number;
  /** CPU time of this process in microseconds. */
  readonly cpu: number;
  readonly heap: number;
  readonly rss: number;
}

export interface Greeting {
  readonly port: number;
  readonly token: string;
  readonly processId: number;
}

const { rows, rowsPerSecond, work = 0, directory } = JSON.parse(process.argv[2]!) as Watched;
const say = (what: Greeting | Usage): void => void process.stdout.write(`${JSON.stringify(what)}\n`);

const server = await createViewerServer({ memoryBytes: 4 << 20 });
const run = makeRun({ name: "watched" });
const source = new Subject<Row>();
if (directory === undefined) source.pipe(webSocket(server)).subscribe();
else {
  let name = "";
  const show = runDirectory(directory, {
    batch: { seconds: 0.05 },
    onMessage(message) {
      if (message.kind === "header") name = server.hub.open(run, message.bytes, { directory });
      else if (message.kind === "batch") {
        server.hub.batch(name, message.bytes, message.firstStep, message.lastStep, message.rows);
      }
    },
  });
  source.pipe(show).subscribe({ complete: () => server.hub.close(name, { status: "stopped" }) });
}

const { port, token, processId } = server;
say({ port, token, processId: processId! });

let step = 0;
let sum = 0;
function emit(): void {
  for (let i = 0; i < work; i++) sum = (Math.imul(sum, 1664525) + 1013904223) | 0;
  // The time of the row goes with it, so that its delay can be told where it arrives.
  source.next(makeRow(run, step, { value: Date.now(), stepSize: sum }));
  step++;
}
const began = performance.now();
let next = 0;
while (step < rows) {
  const elapsed = (performance.now() - began) / 1000;
  // A machine that is too slow for the rate falls behind, and still says what is used.
  const due = Math.min(step + 500, rowsPerSecond === undefined ? rows : elapsed * rowsPerSecond);
  while (step < Math.min(rows, due)) emit();
  if (performance.now() >= next) {
    globalThis.gc?.();
    const { user, system } = process.cpuUsage();
    const { heapUsed, rss } = process.memoryUsage();
    say({ rows: step, cpu: user + system, heap: heapUsed, rss });
    next = performance.now() + 500;
  }
  await new Promise((resolve) => (rowsPerSecond === undefined ? setImmediate(resolve) : setTimeout(resolve, 5)));
}
source.complete();
await server.close();
