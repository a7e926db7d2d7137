/** What runs the searches of a campaign, as programs choose it: plain values, so that nothing is loaded or opened yet. */
import { availableParallelism } from "node:os";
import { type KindRule, type OptionRules, readOptions } from "../../options.ts";
import type { RedisConnection } from "./bullmq/connect.ts";

/** Options of {@link threads}. */
export interface ThreadsOptions {
  /** Number of threads, from 1 to 1024. Default: one per core. */
  readonly workers?: number;
}

/** Options of {@link bullmq}. */
export interface BullmqOptions {
  /**
   * Address of Redis or Valkey: `redis://host:6379`, or `rediss://` with TLS. Default: the environment's
   * `FLUXION_REDIS_URL`, else `redis://127.0.0.1:6379`.
   */
  readonly connection?: string;
  /** Password of Redis, so that the address need not hold it. Default: the environment's `FLUXION_REDIS_PASSWORD`. */
  readonly password?: string;
  /** Name of the queue, which workers are given too: letters, digits, `.`, `_` and `-`. Default `"fluxion"`. */
  readonly queue?: string;
}

/** What runs the searches of a campaign: {@link threads} or {@link bullmq}. */
export type CampaignEngine =
  | { readonly kind: "threads"; readonly workers: number }
  | {
      readonly kind: "bullmq";
      readonly queue: string;
      readonly connection: RedisConnection;
    };

const threadsRules = {
  workers: { integer: true, min: 1, max: 1024 },
} as const satisfies OptionRules<ThreadsOptions>;

/**
 * Lets threads of this process run the searches of a campaign.
 *
 * @example
 * campaign("dlae", { directory: "runs/many", options: { searches: 1000 }, engine: threads({ workers: 4 }) })
 *   .subscribe((end) => console.log(end.search, end.status, end.value));
 * @throws ERR_OPTION_RANGE, ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 */
export function threads(options: ThreadsOptions = {}): CampaignEngine {
  const { workers = availableParallelism() } = readOptions("threads", options, threadsRules);
  return { kind: "threads", workers };
}

/** Rule of the name of a queue, which becomes a part of keys in Redis. */
const queueRule: KindRule = {
  expected: 'a name of at most 100 letters, digits, ".", "_" and "-"',
  is: (value: unknown) => typeof value === "string" && /^[A-Za-z0-9._-]{1,100}$/.test(value),
};
/** Rule of an address. What is wrong with it is not shown, since it may hold a password. */
const addressRule: KindRule = {
  expected: "an address such as redis://host:6379, or rediss:// with TLS",
  is: (value: unknown) => typeof value === "string" && /^rediss?:\/\//.test(value) && URL.canParse(value),
  secret: true,
};

const bullmqRules = {
  connection: addressRule,
  password: { expected: "a string", is: (value: unknown) => typeof value === "string", secret: true },
  queue: { ...queueRule, default: "fluxion" },
} as const satisfies OptionRules<BullmqOptions>;

/** Where Redis is found if nothing says otherwise. */
const usual = "redis://127.0.0.1:6379";

/**
 * Lets workers at a queue on Redis run the searches of a campaign: `fluxion worker --queue <queue> --redis <address>`,
 * on any number of machines that share the directory of the campaign.
 *
 * It needs the packages `bullmq` and `ioredis`, which are loaded when the campaign begins.
 *
 * @example
 * const engine = bullmq({ connection: "redis://10.0.0.5:6379", queue: "many" });
 * campaign("dlae", { directory: "/shared/many", options: { searches: 100_000 }, engine })
 *   .subscribe((end) => console.log(end.search, end.status, end.value));
 * @throws ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 */
export function bullmq(options: BullmqOptions = {}): CampaignEngine {
  const { FLUXION_REDIS_URL: address = usual, FLUXION_REDIS_PASSWORD: word = "" } = process.env;
  const { connection: url = address, password = word, queue } = readOptions("bullmq", options, bullmqRules);
  return { kind: "bullmq", queue, connection: { url, ...(password === "" ? {} : { password }) } };
}
