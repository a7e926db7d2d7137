/**
 * How long does a viewer of a long run wait for its first picture, and does the page stay smooth meanwhile?
 *
 *     npm run bench -- firstPicture [rows ...] [--keep <directory>] [--only server,page,live]
 *
 * Default: 1 and 10 million rows. Three tables, whose rows are printed as they come:
 *
 * - `server`: time from the subscription to the first rows and to all of the picture, the longest wait of somebody else
 *   for `GET /runs` meanwhile, and the CPU time that the server had taken by then (Linux): for the first viewer, whose
 *   file has to be looked through, and for the next one.
 * - `page`: the same in Chromium, with the times of frames (rows come meanwhile) and of zooms; the last row compares
 *   eight runs of a million rows.
 * - `live`: CPU time per iterate of a run at the loop's full rate, alone, served and watched.
 *
 * The files are in the page cache. With `--keep` they stay.
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
import { median } from "./support/compare.ts";
import { runAtFullRate } from "./support/fullRate.ts";
import { makePages } from "./support/watchedPage.ts";

const given = process.argv.slice(2);
const keepAt = given.indexOf("--keep");
const kept = keepAt < 0 ? undefined : given.splice(keepAt, 2)[1];
const onlyAt = given.indexOf("--only");
const only = (onlyAt < 0 ? "server,page,live" : given.splice(onlyAt, 2)[1]!).split(",");
const counts = given.length > 0 ? given.map(Number) : [1e6, 1e7];
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
  readonly cpuAll: number;
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

function view(server: ViewerServer, run: string, points: number): Promise<Waits> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/stream?token=${server.token}`, ["v1.fluxion"]);
  return new Promise((resolve, reject) => {
    let began = 0;
    let first: number | undefined;
    let firstRows = 0;
    const before = cpuOf(server);
    let cpu = Number.NaN;
    socket.on("open", () => {
      began = performance.now();
      socket.send(JSON.stringify({ subscribe: { run, points, progressive: true } }));
    });
    socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary) {
        if (first !== undefined) return;
        first = performance.now() - began;
        cpu = cpuOf(server) - before;
        return;
      }
      const message = JSON.parse(String(data)) as { thinned?: { sent: number }; ended?: unknown };
      if (message.thinned !== undefined && firstRows === 0) firstRows = message.thinned.sent;
      if (message.ended === undefined) return;
      const all = performance.now() - began;
      socket.close();
      resolve({ first: first ?? Number.NaN, firstRows, cpu, all, cpuAll: cpuOf(server) - before });
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

const shown = (milliseconds: number): string => `${Math.round(milliseconds).toLocaleString("en")} ms`;
const tell = (...cells: readonly (string | number)[]): void => console.log(`| ${cells.join(" | ")} |`);
const head = (...cells: readonly string[]): void => {
  tell(...cells);
  tell(...cells.map(() => "---"));
};

/** How long viewers wait that take rows as the page does. */
async function measureServer(): Promise<void> {
  head("rows", "file", "viewer", "first picture", "CPU by then", "rows in it", "all", "CPU of all", "others wait");
  for (const rows of counts) {
    const place = record(rows);
    const server = await createViewerServer();
    server.hub.addFinished(run, place, { status: "stopped" });
    // The first viewer of a server waits for its process, and for what it loads.
    server.hub.addFinished({ ...run, name: "short" }, record(20_000), { status: "stopped" });
    await view(server, "short", 4000);
    for (const [index, viewer] of ["first", "next"].entries()) {
      let done = false;
      const others = askMeanwhile(server, () => done);
      // What was sent to the first viewer is kept for others who want the same.
      const { first, firstRows, cpu, all, cpuAll } = await view(server, "long", 8000 - index);
      done = true;
      const megabytes = Math.round(statSync(join(place, iteratesFileName(1))).size / 2 ** 20);
      const times = [shown(first), shown(cpu), firstRows, shown(all), shown(cpuAll), shown(await others)];
      tell(rows.toLocaleString("en"), `${megabytes} MB`, viewer, ...times);
    }
    await server.close();
  }
}

/** How long a person waits who opens the page, zooms and compares. */
async function measurePage(): Promise<void> {
  const pages = await makePages();
  if (pages === undefined) return console.log("skipped: no Chromium on this machine");
  try {
    head(
      "runs",
      "first picture",
      "all rows",
      "frames p95 until then",
      "zoom to 1/2",
      "to 1/16",
      "to 1/256",
      "frames p95",
    );
    for (const rows of [...counts, "eight"] as const) {
      const server = await createViewerServer({ pageDirectory: pages.pageDirectory });
      const names = rows === "eight" ? Array.from("abcdefgh", (letter) => `long-${letter}`) : ["long"];
      const place = record(rows === "eight" ? 1e6 : rows);
      for (const name of names) server.hub.addFinished({ ...run, name }, place, { status: "stopped" });
      const opened = await pages.open(server.url);
      const { first, all, frames } = rows === "eight" ? await opened.compare(names) : await opened.picture();
      const zooms: number[] = [];
      for (const presses of [1, 3, 4]) zooms.push(await opened.zoom("+", presses));
      const label = rows === "eight" ? "8 runs of 1,000,000" : `1 run of ${rows.toLocaleString("en")}`;
      tell(label, ...[first, all, frames, ...zooms, await opened.frames()].map(shown));
      await opened.page.close();
      await server.close();
    }
  } finally {
    await pages.close();
  }
}

/** What it costs a run at the loop's full rate to be watched, and how soon a viewer sees it. Rounds are interleaved. */
async function measureLive(): Promise<void> {
  const [steps, rounds] = [1_500_000, 3];
  const costs = { alone: [] as number[], served: [] as number[], watched: [] as number[] };
  head("round", "CPU us per iterate alone", "served", "watched", "first rows after", "longest pause between rows");
  for (let round = 1; round <= rounds; round++) {
    const cells: string[] = [];
    for (const how of ["alone", "served", "watched"] as const) {
      const { cpu, seen } = await runAtFullRate(steps, how);
      costs[how].push(cpu);
      cells.push(cpu.toFixed(2), ...(seen === undefined ? [] : [shown(seen.first), shown(seen.longest)]));
    }
    tell(round, ...cells);
  }
  const [served, watched] = [median(costs.served), median(costs.watched)];
  console.log(`CPU per iterate, watched over served, of medians: ${(watched / served).toFixed(3)}`);
}

try {
  if (only.includes("server")) await measureServer();
  if (only.includes("page")) await measurePage();
  if (only.includes("live")) await measureLive();
} finally {
  if (kept === undefined) rmSync(directory, { recursive: true, force: true });
}
