/** Puts the searches of a campaign into a queue, in pages, until all ends are in the directory. */
import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import type { JobsOptions, Queue } from "bullmq";
import { failure } from "../../../errors.ts";
import type { CampaignSpec } from "../campaignSpec.ts";
import { chunkOfRound } from "../localEngine.ts";
import type { Work } from "../work.ts";
import { type Connected, connect, type RedisConnection } from "./connect.ts";
import { announcedFor, announceEvery, announcementText, campaignKeyOf, queueName } from "./names.ts";
import { pause } from "./pause.ts";

/** Options of {@link runOnQueue}. */
interface QueueOptions {
  readonly work: Work;
  readonly directory: string;
  readonly spec: CampaignSpec;
  readonly queue: string;
  readonly connection: RedisConnection;
  readonly signal: AbortSignal;
  /** Gets a line for the user now and then. */
  readonly tell: (line: string) => void;
}

/** Most jobs that wait, of which each takes Redis 0.7 kB, and how few of them call for more. */
const mostWaiting = 1000;
const fewWaiting = 200;
/** Most jobs that wait before it is known how long a search takes. */
const firstJobs = 64;
const lookEvery = 250;

const jobOptions = { attempts: 100, removeOnComplete: true, removeOnFail: true } as const satisfies JobsOptions;

/** Renews the announcement unless another coordinator's stands there; 0 then. After a loss of Redis nothing stands there. */
const renewal = `local there = redis.call("get", KEYS[1])
if there and there ~= ARGV[1] then return 0 end
redis.call("set", KEYS[1], ARGV[1], "EX", ARGV[2])
return 1`;
/** Removes the announcement if it is one's own. */
const removal = `if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) end
return 0`;

/**
 * Runs a campaign by workers at a queue. What is done is what lies in the directory, whatever the queue says: a search
 * whose job was lost is asked for again when the queue is empty.
 *
 * @throws ERR_QUEUE if Redis cannot be reached at first, or another coordinator works on the queue
 */
export async function runOnQueue(options: QueueOptions): Promise<void> {
  const { spec, queue, signal, tell, directory, connection } = options;
  const connected = await connect(connection);
  const { bullmq, redis, place } = connected;
  const key = campaignKeyOf(queue);
  const session = randomBytes(6).toString("hex");
  const text = announcementText({ spec, directory: resolve(directory), session });
  let timer: NodeJS.Timeout | undefined;
  let jobs: Queue | undefined;
  let announced = false;
  const lost = new AbortController();
  try {
    await claimQueue(connected, key, text, queue, signal, tell);
    announced = true;
    const renew = async (): Promise<void> => {
      if ((await redis.eval(renewal, 1, key, text, announcedFor)) === 0) lost.abort();
    };
    timer = setInterval(() => void renew().catch(() => {}), announceEvery);
    jobs = new bullmq.Queue(queueName(queue, spec), { connection: redis });
    jobs.on("error", () => {
      // Redis is away. Commands wait until it is back.
    });
    tell(`queue ${queue} at ${place}: start workers by fluxion worker --queue ${queue} with the same --redis`);
    const either = AbortSignal.any([signal, lost.signal]);
    await unlessAborted(jobs.drain(true), either);
    await feed(jobs, { ...options, signal: either });
    if (lost.signal.aborted) {
      throw failure(
        "ERR_QUEUE",
        `another coordinator has taken the queue "${queue}" after this one gave no sign of life for ${announcedFor} s. ` +
          "What workers have done is in the directory; the same command goes on when that campaign is over, or at another --queue",
      );
    }
  } finally {
    clearInterval(timer);
    // What stands at the queue now belongs to the other coordinator.
    if (lost.signal.aborted) redis.disconnect();
    else await cleanUp(connected, announced ? { key, text } : undefined, jobs);
  }
}

/** Announces the campaign, once no other coordinator lives. */
async function claimQueue(
  { redis }: Connected,
  key: string,
  text: string,
  queue: string,
  signal: AbortSignal,
  tell: QueueOptions["tell"],
): Promise<void> {
  const until = Date.now() + 1000 * (announcedFor + 5);
  let told = false;
  while ((await redis.set(key, text, "EX", announcedFor, "NX")) === null) {
    if (signal.aborted) return;
    if (Date.now() > until) {
      throw failure(
        "ERR_QUEUE",
        `another campaign is divided by the queue "${queue}" now; wait for its end, or choose another --queue`,
      );
    }
    if (!told) tell(`waiting up to ${announcedFor} s, since the queue ${queue} has belonged to another coordinator`);
    told = true;
    await pause(500, signal);
  }
}

async function feed(jobs: Queue, { work, signal, tell }: QueueOptions): Promise<void> {
  let all = false;
  let workersTold = Date.now();
  while (!signal.aborted) {
    const counts = await unlessAborted(jobs.getJobCounts("waiting", "active", "delayed", "prioritized"), signal);
    if (counts === undefined) return;
    const { waiting = 0, active = 0, delayed = 0, prioritized = 0 } = counts;
    const mean = work.tally.meanSeconds;
    if (!all && waiting < (mean === undefined ? firstJobs : fewWaiting)) {
      const page: { name: string; data: { indices: string }; opts: JobsOptions }[] = [];
      const room = (mean === undefined ? firstJobs : mostWaiting) - waiting;
      while (page.length < room) {
        const indices = work.next(chunkOfRound(work.round, mean));
        if (indices === undefined) {
          all = true;
          break;
        }
        page.push({ name: "searches", data: { indices }, opts: jobOptions });
      }
      if (page.length > 0) await unlessAborted(jobs.addBulk(page), signal);
    } else if (waiting + active + delayed + prioritized === 0 && all) {
      if (!work.again()) return;
      all = false;
    }
    if (active > 0) workersTold = Date.now();
    else if (Date.now() - workersTold > 30_000) {
      workersTold = Date.now();
      tell("no worker has taken a search for 30 s");
    }
    await pause(lookEvery, signal);
  }
}

/** Removes what waits, so that workers have nothing left, and the announcement. */
async function cleanUp(
  { redis }: Connected,
  own: { readonly key: string; readonly text: string } | undefined,
  jobs: Queue | undefined,
): Promise<void> {
  const enough = new AbortController();
  const away = pause(3000, enough.signal).then(() => redis.disconnect());
  const tidy = async (): Promise<void> => {
    if (own !== undefined) await redis.eval(removal, 1, own.key, own.text);
    if (jobs !== undefined) {
      // Workers finish what they have begun, and no more.
      await jobs.drain(true);
      const { active = 0 } = await jobs.getJobCounts("active");
      if (active === 0) await jobs.obliterate({ force: true });
    }
    await jobs?.close();
    redis.disconnect();
  };
  await Promise.race([tidy().catch(() => redis.disconnect()), away]);
  enough.abort();
}

/** Waits for something that never comes while Redis is away, unless the user has had enough. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(undefined);
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
