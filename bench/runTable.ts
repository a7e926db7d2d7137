/**
 * How quickly do 100,000 runs appear in the table of the page, and how quickly are they sorted and found?
 *
 *     npm run bench -- runTable [runs] [--keep <directory>]
 *
 * Directories of finished runs are written first, in experiments of 1000; with `--keep` they stay, and are used again.
 * Then `fluxion list --runs` and `fluxion serve` of the build in `dist` read them (`npm run build` first), and Chromium
 * opens the page. Linux only. A row is printed as soon as it is measured: wall time, CPU time, and what else is said there.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { openChromium } from "../test/support/chromium.ts";
import { writeManyRuns } from "./support/manyRuns.ts";

const given = process.argv.slice(2);
const keepAt = given.indexOf("--keep");
const kept = keepAt < 0 ? undefined : given.splice(keepAt, 2)[1];
const count = Number(given[0] ?? 100_000);
const scratch = kept ?? mkdtempSync(join(tmpdir(), "fluxion-table-"));
const directory = join(scratch, `runs-${count}`);
const command = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

/** CPU milliseconds that a process has taken. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

/** Megabytes of memory that a process takes now, and has taken at most. */
function memoryOf(pid: number): readonly [number, number] {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const read = (name: string): number => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
  return [read("VmRSS"), read("VmHWM")];
}

function say(what: string, wall: number, cpu: number, more = ""): void {
  const [waited, worked] = [wall, cpu].map((time) => `${Math.round(time).toLocaleString("en")} ms`.padStart(10));
  console.log(`${what.padEnd(44)}${waited}${worked}  ${more}`);
}

function start(...words: readonly string[]): ChildProcess {
  return spawn(process.execPath, [command, ...words], { stdio: ["ignore", "pipe", "ignore"] });
}

/** Runs a command to its end. Its CPU time is that of all children that have ended. */
async function run(what: string, ...words: readonly string[]): Promise<void> {
  const [began, cpu] = [performance.now(), childrenCpu()];
  const child = start(...words);
  let bytes = 0;
  child.stdout?.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  await once(child, "close");
  say(what, performance.now() - began, childrenCpu() - cpu, `${(bytes / 2 ** 20).toFixed(1)} MB of text`);
}

function childrenCpu(): number {
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]!.split(" ");
  return 10 * (Number(fields[13]) + Number(fields[14]));
}

/** Scrolls through the table and measures the time between frames. */
const scrolling = `new Promise((resolve) => {
  const frame = document.querySelector(".run-frame");
  const times = [];
  let last = performance.now();
  const step = (now) => {
    times.push(now - last);
    last = now;
    frame.scrollTop += 1700;
    if (times.length < 120) requestAnimationFrame(step);
    else resolve(times.slice(1));
  };
  requestAnimationFrame(step);
})`;

const began = performance.now();
writeManyRuns(directory, count);
say("directories written, or found", performance.now() - began, Number.NaN, directory);
await run("fluxion list --runs", "list", "--runs", directory);
await run(
  "... sorted and filtered",
  "list",
  "--runs",
  directory,
  "--sort",
  "loss",
  "--filter",
  "index < 3",
  "--limit",
  "10",
);

const serve = start("serve", directory);
const served = performance.now();
let text = "";
await new Promise<void>((resolve) => {
  serve.stdout?.on("data", (chunk: Buffer) => {
    text += String(chunk);
    if (text.includes("http:")) resolve();
  });
});
const url = /http:\S+/.exec(text)?.[0] ?? "";
const { origin, searchParams } = new URL(url);
const token = searchParams.get("token");
const servePid = serve.pid!;
const serverPid = Number(readFileSync(`/proc/${servePid}/task/${servePid}/children`, "utf8").trim().split(" ")[0]);
say("fluxion serve, until all are read", performance.now() - served, cpuOf(servePid));
for (let listed = 0; listed < count; ) {
  const [asked, cpu] = [performance.now(), cpuOf(serverPid)];
  const list = await (await fetch(`${origin}/runs?token=${token}`)).text();
  listed = (JSON.parse(list) as { runs: readonly unknown[] }).runs.length;
  if (listed < count) await new Promise((resolve) => setTimeout(resolve, 200));
  else {
    const size = `${(list.length / 2 ** 20).toFixed(1)} MB of JSON`;
    say("GET /runs", performance.now() - asked, cpuOf(serverPid) - cpu, size);
  }
}

const browser = await openChromium();
try {
  if (browser === undefined) console.log("no Chromium on this machine: the page is not measured");
  else await measurePage(await browser.newPage({ viewport: { width: 1360, height: 900 }, bypassCSP: true }));
  const [[now, most], [itsNow, itsMost]] = [memoryOf(serverPid), memoryOf(servePid)];
  console.log(`memory: server ${now} MB (at most ${most}), fluxion serve ${itsNow} MB (at most ${itsMost})`);
} finally {
  await browser?.close();
  serve.kill("SIGINT");
  await once(serve, "exit");
  if (kept === undefined) rmSync(scratch, { recursive: true, force: true });
}

async function measurePage(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const metric = async (name: string): Promise<number> => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find((each) => each.name === name)?.value ?? Number.NaN;
  };
  /** Does something and waits until the page shows it. CPU time is that of the page's thread. */
  async function timed(what: string, act: () => Promise<unknown>, done: string): Promise<void> {
    const [from, cpu, server] = [performance.now(), await metric("TaskDuration"), cpuOf(serverPid)];
    await act();
    await page.waitForFunction(done, undefined, { timeout: 120_000, polling: 20 });
    const spent = 1000 * ((await metric("TaskDuration")) - cpu);
    say(what, performance.now() - from, spent, `and the server ${cpuOf(serverPid) - server} ms`);
  }
  const rows = `[...document.querySelectorAll(".run-row[data-row]")]`;
  const title = `(document.querySelector(".run-table h2")?.textContent ?? "")`;
  const all = `${rows}.length > 5 && ${title}.replace(/\\D/g, "") === "${count}"`;
  await timed("page: table of all runs", () => page.goto(url), all);
  // What comes after the first picture is not part of what follows.
  await page.waitForTimeout(4000);
  const sorted = `document.querySelector('[data-sort="loss"]').parentElement.ariaSort`;
  await timed("page: sorted by loss", () => page.click('[data-sort="loss"]'), `${sorted} === "ascending"`);
  const verdicts = `document.querySelector('[data-sort="verdict"]').parentElement.ariaSort`;
  await timed("page: sorted by verdict", () => page.click('[data-sort="verdict"]'), `${verdicts} === "ascending"`);
  const found = `/found/.test(document.querySelector("#run-filter-state").textContent)`;
  await timed("page: index>=2 loss<3", () => page.fill("#run-filter", "index>=2 loss<3"), found);
  await timed("page: all again", () => page.fill("#run-filter", ""), all);
  const frames = (await page.evaluate(scrolling)) as number[];
  frames.sort((a, b) => a - b);
  console.log(
    `page: scrolling, frames p95 ${frames[Math.floor(0.95 * frames.length)]!.toFixed(0)} ms (${frames.length})`,
  );
  const heap = Math.round((await metric("JSHeapUsedSize")) / 2 ** 20);
  const renderer = rendererOf();
  const [now, most] = renderer === undefined ? [Number.NaN, Number.NaN] : memoryOf(renderer);
  console.log(`memory: page ${now} MB (at most ${most}), ${heap} MB of it objects`);
}

/** The renderer with most memory is that of the page. */
function rendererOf(): number | undefined {
  const children = (pid: number): number[] => {
    try {
      const own = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
        .trim()
        .split(" ")
        .filter(Boolean)
        .map(Number);
      return own.flatMap((child) => [child, ...children(child)]);
    } catch {
      return [];
    }
  };
  const renderers = children(process.pid).filter((pid) => {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer");
  });
  return renderers.sort((a, b) => memoryOf(b)[0] - memoryOf(a)[0])[0];
}
