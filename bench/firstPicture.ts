/**
 * How long does the first viewer of a long, finished run wait for its first picture, from a server that has served others?
 *
 *     npm run bench -- firstPicture [rows ...] [--keep <directory>]
 *
 * Default: 1, 3 and 10 million rows. Per row of the table: time from the subscription to the first rows, to all rows of
 * the picture that the page asks for next, the longest wait of somebody else for `GET /runs` meanwhile, and the CPU time
 * that the server had taken by the first rows (Linux). The file is in the page cache. With `--keep` the files stay.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import { recordRun } from "../src/arrow/recorder.ts";
import type { Row, Run } from "../src/arrow/row.ts";
import { iteratesFileName } from "../src/arrow/runFile.ts";
import { createViewerServer, type ViewerServer } from "../src/server/createViewerServer.ts";

const given = process.argv.slice(2);
const keepAt = given.indexOf("--keep");
const kept = keepAt < 0 ? undefined : given.splice(keepAt, 2)[1];
const counts = given.length > 0 ? given.map(Number) : [1e6, 3e6, 1e7];
const directory = kept ?? mkdtempSync(join(tmpdir(), "fluxion-first-"));

const run: Run = { name: "long", attempt: 1, columns: { residual: { meaning: "||J p + F||" } }, settings: {} };

/** Writes a run, unless a former bench has. */
function record(rows: number): string {
  const place = join(directory, String(rows));
  const path = join(place, iteratesFileName(1));
  if (existsSync(path)) return place;
  mkdirSync(place, { recursive: true });
  const file = openSync(path, "w");
  const recorder = recordRun(run, { points: "none", sink: (message) => void writeSync(file, message.bytes) });
  const empty = new Float64Array(2);
  for (let step = 0; step < rows; step++) {
    const row: Row = {
      run,
      step,
      seconds: step / 1000,
      status: "running",
      evaluations: step,
      products: step,
      value: Math.sin(step / 1e5) + 1 / (1 + step),
      squaredFieldNorm: 1 / (1 + step) ** 2,
      stepSize: 0.1,
      point: empty,
      columns: { residual: Math.cos(step) },
      vectors: {},
      commands: undefined,
    };
    recorder.append(row);
  }
  recorder.close();
  closeSync(file);
  return place;
}

interface Waits {
  readonly first: number;
  readonly firstRows: number;
  /** CPU milliseconds of the server up to the first rows. */
  readonly cpu: number;
  readonly all: number;
}

/** CPU milliseconds that the server's process has taken. */
function cpuOf({ processId }: ViewerServer): number {
  try {
    const fields = readFileSync(`/proc/${processId}/stat`, "utf8").split(") ")[1]!.split(" ");
    return 10 * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return Number.NaN;
  }
}

function view(server: ViewerServer, run: string): Promise<Waits> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/stream?token=${server.token}`, ["v1.fluxion"]);
  return new Promise((resolve, reject) => {
    let began = 0;
    let first: number | undefined;
    let firstRows = 0;
    let refining = false;
    let cpu = cpuOf(server);
    socket.on("open", () => {
      began = performance.now();
      socket.send(JSON.stringify({ subscribe: { run, points: 4000, preview: true } }));
    });
    socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary) {
        if (first === undefined) {
          first = performance.now() - began;
          cpu = cpuOf(server) - cpu;
        }
        return;
      }
      const message = JSON.parse(String(data)) as { thinned?: { sent: number }; ended?: unknown };
      if (message.thinned !== undefined && firstRows === 0) firstRows = message.thinned.sent;
      if (message.ended === undefined) return;
      if (!refining) {
        refining = true;
        socket.send(JSON.stringify({ subscribe: { run, points: 4000 } }));
        return;
      }
      socket.close();
      resolve({ first: first ?? Number.NaN, firstRows, cpu, all: performance.now() - began });
    });
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("closed early")));
  });
}

/** Asks for the list of runs again and again, until `done`. Returns the longest wait. */
async function askMeanwhile(server: ViewerServer, done: () => boolean): Promise<number> {
  let longest = 0;
  while (!done()) {
    const began = performance.now();
    await (await fetch(`http://127.0.0.1:${server.port}/runs?token=${server.token}`)).text();
    longest = Math.max(longest, performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return longest;
}

const shown = (milliseconds: number): string => `${Math.round(milliseconds).toLocaleString("en")} ms`.padStart(10);
console.log(
  "rows".padStart(10),
  "file".padStart(8),
  "first rows".padStart(10),
  "all rows".padStart(10),
  "longest wait of others, CPU to the first rows",
);
try {
  for (const rows of counts) {
    const place = record(rows);
    const server = await createViewerServer();
    server.hub.addFinished(run, place, { status: "stopped" });
    // The first viewer of a server waits for its process, and for what it loads.
    server.hub.addFinished({ ...run, name: "short" }, record(20_000), { status: "stopped" });
    await view(server, "short");
    let done = false;
    const others = askMeanwhile(server, () => done);
    const { first, firstRows, cpu, all } = await view(server, "long");
    done = true;
    const megabytes = statSync(join(place, iteratesFileName(1))).size / 2 ** 20;
    console.log(
      rows.toLocaleString("en").padStart(10),
      `${Math.round(megabytes)} MB`.padStart(8),
      shown(first),
      shown(all),
      shown(await others),
      shown(cpu),
      `  (${firstRows} rows in the first picture)`,
    );
    await server.close();
  }
} finally {
  if (kept === undefined) rmSync(directory, { recursive: true, force: true });
}
