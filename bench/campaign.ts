/**
 * What do files and a queue cost a search of a campaign, beside the search itself?
 *
 *     npm run bench -- campaign [searches] [--full]
 *
 * Searches of one step on two numbers, 10,000 by default and 10^6 with `--full`: by a loop that keeps nothing, by
 * `fluxion campaign` in one thread, and by `fluxion worker` at a queue on a Redis server of the bench's own, if there is a
 * redis-server. CPU time of each process, without that of a campaign of one search: milliseconds a search. The last row
 * is BullMQ alone, one empty job for each search, with the settings of the worker. Linux only.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lockDuration, mostStalls, stalledInterval } from "../src/experiments/campaigns/bullmq/names.ts";
import { prepare } from "../src/experiments/campaigns/prepare.ts";
import { hasRedis, type RedisServer, startRedis } from "../test/support/redisServer.ts";
import empty from "./support/emptyCampaign.ts";

const given = process.argv.slice(2);
const count = Number(given.find((word) => /^\d+$/.test(word)) ?? (given.includes("--full") ? 1_000_000 : 10_000));
const scratch = mkdtempSync(join(tmpdir(), "fluxion-campaign-"));
const module = fileURLToPath(new URL("support/emptyCampaign.ts", import.meta.url));
const main = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));

/** What a process has taken: CPU in milliseconds, and its most memory in megabytes. */
interface Taken {
  cpu: number;
  memory: number;
}

const none = (): Taken => ({ cpu: 0, memory: 0 });

/** Reads what a process has taken by now; where it has ended, what it had taken before. */
function look(pid: number, taken: Taken): void {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
    const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
    // A process that has just ended has no memory any more.
    if (Number.isNaN(peak)) return;
    taken.cpu = 10 * (Number(fields[11]) + Number(fields[12]));
    taken.memory = peak / 1024;
  } catch {
    // It has ended.
  }
}

async function watched(child: ChildProcess): Promise<Taken> {
  const taken = none();
  const timer = setInterval(() => look(child.pid!, taken), 50);
  const [code] = (await once(child, "exit")) as [number | null];
  clearInterval(timer);
  if (code !== 0) throw new Error(`a process has ended with ${code}`);
  return taken;
}

function start(...words: readonly string[]): ChildProcess {
  const node = ["--conditions=fluxion-source", "--import", "tsx", main];
  return spawn(process.execPath, [...node, ...words], { stdio: ["ignore", "ignore", "inherit"] });
}

/** Figures of a search: CPU beyond the start, and what else is known. */
function row(what: string, milliseconds: number, more: string): void {
  console.log(`${what.padEnd(36)}${milliseconds.toFixed(4).padStart(9)} ms  ${more}`);
}

async function loop(): Promise<void> {
  const stop = new SharedArrayBuffer(4);
  const searches = Math.min(count, 100_000);
  const { run } = await prepare(empty, { options: { searches }, seed: 1, stop });
  const began = process.cpuUsage();
  for (let i = 0; i < searches; i++) await run(i);
  const { user, system } = process.cpuUsage(began);
  row("the search alone, in a loop", (user + system) / 1000 / searches, "");
}

/** Bytes and files of a campaign's directory. */
function sizeOf(directory: string): string {
  const files = readdirSync(join(directory, "parts")).map((name) => statSync(join(directory, "parts", name)).size);
  const bytes = files.reduce((sum, size) => sum + size, 0);
  return `${files.length} files, ${(bytes / count).toFixed(0)} bytes a search`;
}

async function inThreads(searches: number): Promise<{ readonly taken: Taken; readonly out: string }> {
  const out = join(scratch, `threads-${searches}`);
  const child = start("campaign", module, "--searches", String(searches), "--workers", "1", "--out", out);
  return { taken: await watched(child), out };
}

async function atQueue(redis: RedisServer, searches: number) {
  const out = join(scratch, `queue-${searches}`);
  const queue = ["--queue", `bench-${searches}`, "--redis", redis.url];
  const before = none();
  look(redis.pid, before);
  const [coordinator, worker] = await Promise.all([
    watched(start("campaign", module, "--searches", String(searches), "--engine", "bullmq", ...queue, "--out", out)),
    watched(start("worker", module, ...queue, "--concurrency", "1")),
  ]);
  const after = none();
  look(redis.pid, after);
  return { coordinator, worker, redis: { cpu: after.cpu - before.cpu, memory: after.memory }, out };
}

/** BullMQ alone. */
async function emptyJobs(redis: RedisServer): Promise<void> {
  const [{ Queue, Worker }, { Redis }] = await Promise.all([import("bullmq"), import("ioredis")]);
  const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
  const queue = new Queue("empty", { connection });
  const before = none();
  look(redis.pid, before);
  const began = process.cpuUsage();
  let done = 0;
  const settings = { lockDuration, stalledInterval, maxStalledCount: mostStalls, concurrency: 1 };
  const worker = new Worker("empty", async () => void done++, { connection, ...settings });
  const jobs = Math.min(count, 10_000);
  const opts = { removeOnComplete: true, removeOnFail: true };
  for (let at = 0; at < jobs; at += 1000) {
    await queue.addBulk(Array.from({ length: Math.min(1000, jobs - at) }, () => ({ name: "j", data: {}, opts })));
    while (done < Math.min(at + 800, jobs)) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { user, system } = process.cpuUsage(began);
  const after = none();
  look(redis.pid, after);
  row("an empty job, one for each search", ((user + system) / 1000 + after.cpu - before.cpu) / jobs, "all processes");
  await worker.close();
  await queue.close();
  connection.disconnect();
}

try {
  console.log(`${count.toLocaleString("en")} searches; CPU a search, without that of the start`);
  await loop();
  const [{ taken: one }, { taken, out }] = [await inThreads(1), await inThreads(count)];
  row("fluxion campaign, one thread", (taken.cpu - one.cpu) / count, `${taken.memory.toFixed(0)} MB, ${sizeOf(out)}`);
  if (hasRedis) {
    const redis = await startRedis();
    try {
      const [first, many] = [await atQueue(redis, 1), await atQueue(redis, count)];
      let all = 0;
      for (const part of ["worker", "coordinator", "redis"] as const) {
        const own = Math.max(0, many[part].cpu - (part === "redis" ? 0 : first[part].cpu)) / count;
        all += own;
        const more = part === "worker" ? `, ${sizeOf(many.out)}` : "";
        row(`at a queue: ${part}`, own, `${many[part].memory.toFixed(0)} MB${more}`);
      }
      row("at a queue: all together", all, "");
      await emptyJobs(redis);
    } finally {
      await redis.close();
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
