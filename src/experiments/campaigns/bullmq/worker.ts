/** Runs searches that come from a queue, in threads, so that locks are renewed during long steps. */
import type { Job } from "bullmq";
import { failure } from "../../../errors.ts";
import type { WorkerData } from "../../threads/protocol.ts";
import { buildName } from "../build.ts";
import { type CampaignSpec, campaignId, differences, mixedMachines, readCampaign } from "../campaignSpec.ts";
import { type CampaignThread, startCampaignThread, workerName } from "../campaignThread.ts";
import { noteFailures } from "../failures.ts";
import { cannotWrite } from "../localEngine.ts";
import { mostAttempts } from "../work.ts";
import { type Connected, connect, type RedisConnection } from "./connect.ts";
import {
  type Announcement,
  announcementFrom,
  campaignKeyOf,
  lockDuration,
  mostDeaths,
  mostStalls,
  queueName,
  stalledInterval,
} from "./names.ts";
import { pause } from "./pause.ts";

/** Options of {@link workAtQueue}. */
interface QueueWorkerOptions {
  readonly queue: string;
  readonly connection: RedisConnection;
  /** Module of the experiment, if it is not a built-in one. */
  readonly module: WorkerData["experiment"] | undefined;
  /** Directory of the campaign on this machine. Default: where the coordinator has it. */
  readonly directory: string | undefined;
  /** Number of threads. */
  readonly concurrency: number;
  /** Aborted: what was begun is finished or saved, and given back. */
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

/** Milliseconds between looks whether a campaign has begun, or is over. */
const lookEvery = 1000;

/** Waits for a campaign and works on it until it is over, or a stop. Resolves to the number of searches that ended here. */
export async function workAtQueue(options: QueueWorkerOptions): Promise<number> {
  const { queue, connection, signal, tell } = options;
  const connected = await connect(connection);
  const { redis } = connected;
  try {
    const key = campaignKeyOf(queue);
    let text = await redis.get(key);
    if (text === null) tell(`waiting for a campaign at the queue ${queue}`);
    while (text === null && !signal.aborted) {
      await pause(lookEvery, signal);
      text = signal.aborted ? null : await redis.get(key);
    }
    return text === null ? 0 : await work(connected, announcementFrom(text, queue), key, options);
  } finally {
    redis.disconnect();
  }
}

async function work(
  connected: Connected,
  { spec, directory: usual, session }: Announcement,
  key: string,
  { queue, module, directory = usual, concurrency, signal, tell }: QueueWorkerOptions,
): Promise<number> {
  const { bullmq, redis } = connected;
  if (spec.version !== buildName()) {
    throw failure(
      "ERR_QUEUE",
      `the campaign of the queue ${queue} runs on fluxion ${spec.version}, and this is ${buildName()}; install the same build here`,
    );
  }
  if (module === undefined && spec.source.module !== "built-in") {
    throw failure(
      "ERR_QUEUE",
      `the campaign of the queue ${queue} runs a module, ${spec.source.module}; ` +
        `name it, so that its code may run here: fluxion worker ./module.ts --queue ${queue}`,
    );
  }
  checkDirectory(directory, spec, queue);
  const portable = spec.executor === "portable";
  const experiment = module ?? { name: spec.name };
  const { options, seed } = spec;
  const start = (): CampaignThread => startCampaignThread({ experiment, options, seed }, portable);
  const free: { thread: CampaignThread; worker: string }[] = [];
  const all = new Set<CampaignThread>();
  const add = async (): Promise<void> => {
    const thread = start();
    all.add(thread);
    const worker = workerName();
    const { name, source, count, executor } = await thread.prepared;
    refuseOthers(spec, { ...spec, name, source, count, executor }, queue);
    thread.assign({ directory, worker, campaign: campaignId(spec), keepEvery: spec.keepEvery });
    free.push({ thread, worker });
  };
  const usualWorker = workerName();
  const leaving = new AbortController();
  let broken: unknown;
  let runs = 0;
  const process = async (job: Job<{ readonly indices: string }>): Promise<void> => {
    const { indices } = job.data;
    const single = /^\d+$/.test(indices);
    // A job that stalls has lost its worker: killed, cut off, or stopped for longer than its lock. A worker that leaves
    // gives its job back, which does not count.
    const deaths = job.stalledCounter;
    if (deaths >= (single ? mostDeaths.single : mostDeaths.several)) {
      // Several searches are not begun: they are missing then, and come back in smaller pieces.
      if (!single) return;
      const cause = `${deaths} workers were lost while they ran it`;
      noteFailures(directory, usualWorker, [{ search: Number(indices), cause, times: mostAttempts }]);
      return;
    }
    if (free.length === 0) await add();
    const own = free.pop()!;
    const fail = (cause: string): void => noteFailures(directory, own.worker, [{ search: Number(indices), cause }]);
    try {
      const worked = await own.thread.work(indices);
      noteFailures(directory, own.worker, worked.failed);
      runs += worked.runs;
      free.push(own);
      if (worked.stopped) throw new Error("the worker is leaving");
    } catch (error) {
      if (free.includes(own)) throw error;
      // The job goes back to the queue, and this worker leaves: others may have room.
      if (cannotWrite(error)) {
        broken ??= error;
        leaving.abort();
        throw error;
      }
      all.delete(own.thread);
      await own.thread.close();
      if (single) fail(`its thread died: ${(error as Error).message}`);
      tell(`fluxion: a thread has died and another one begins: ${(error as Error).message}`);
      throw error;
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrency }, add));
    const worker = new bullmq.Worker<{ readonly indices: string }>(queueName(queue, spec), process, {
      connection: redis,
      concurrency,
      lockDuration,
      stalledInterval,
      maxStalledCount: mostStalls,
    });
    worker.on("error", () => {
      // Redis is away; the worker goes on when it is back.
    });
    tell(`working at the queue ${queue}: ${spec.name}, ${concurrency} ${concurrency === 1 ? "thread" : "threads"}`);
    await untilOver(connected, key, session, AbortSignal.any([signal, leaving.signal]));
    for (const thread of all) thread.stop();
    // While Redis is away nothing can be acknowledged: the rows are in the files, and others will not miss them.
    const enough = new AbortController();
    await Promise.race([worker.close(), pause(20_000, enough.signal)]);
    enough.abort();
    if (broken !== undefined) throw broken;
    return runs;
  } finally {
    await Promise.all([...all].map((thread) => thread.close()));
  }
}

/** Resolves when the coordinator's announcement is gone, or another one's stands there, or at a stop. */
async function untilOver({ redis }: Connected, key: string, session: string, signal: AbortSignal): Promise<void> {
  let missed = 0;
  while (!signal.aborted) {
    await pause(lookEvery, signal);
    if (signal.aborted || redis.status !== "ready") continue;
    const text = await Promise.race([redis.get(key), pause(lookEvery, signal).then(() => undefined)]);
    if (text === undefined) continue;
    // After Redis was away the coordinator may need a moment to announce itself again.
    if (text !== null && announcedBy(text) === session) missed = 0;
    else if (++missed >= 8 || (text !== null && missed >= 2)) return;
  }
}

function announcedBy(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { readonly session?: string }).session;
  } catch {
    return undefined;
  }
}

/** A worker whose rows the coordinator does not see would work for nothing. */
function checkDirectory(directory: string, spec: CampaignSpec, queue: string): void {
  let there: CampaignSpec;
  try {
    there = readCampaign(directory);
  } catch (cause) {
    throw failure(
      "ERR_QUEUE",
      `the queue ${queue}: ${(cause as Error).message}. Workers write into the directory of the campaign, which all ` +
        "machines share; say by --out where it is here, or use --shard where there is none",
      { cause },
    );
  }
  refuseOthers(spec, there, queue);
}

function refuseOthers(spec: CampaignSpec, here: CampaignSpec, queue: string): void {
  if (campaignId(spec) === campaignId(here)) return;
  const portable = spec.executor === here.executor ? "" : `. ${mixedMachines}`;
  throw failure(
    "ERR_QUEUE",
    `this worker does not fit the campaign of the queue ${queue}: ${differences(spec, here).join("; ")}${portable}`,
  );
}
