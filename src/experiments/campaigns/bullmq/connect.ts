/** Connects to Redis and loads BullMQ, both of which are installed only where a campaign needs them. */
import type { Redis as RedisClient } from "ioredis";
import { failure } from "../../../errors.ts";

type BullMQ = typeof import("bullmq");

/** How to reach Redis or Valkey. */
export interface RedisConnection {
  /** `redis://` or, with TLS, `rediss://`, with user, password, port and database if they are needed. */
  readonly url: string;
  /** Password, so that the URL need not hold it. */
  readonly password?: string | undefined;
}

/** An open connection, and BullMQ. */
export interface Connected {
  readonly bullmq: BullMQ;
  readonly redis: RedisClient;
  /** Host and port, without a password, for messages. */
  readonly place: string;
}

/** Milliseconds for which the first connection is waited for. */
const patience = 5000;

/** Loads the packages and connects. @throws ERR_MODULE, ERR_QUEUE, ERR_COMMAND_LINE for a URL that is none */
export async function connect({ url, password }: RedisConnection): Promise<Connected> {
  const { bullmq, Redis } = await load();
  const place = placeOf(url);
  const redis = new Redis(url, {
    // Commands wait while Redis is away, for however long.
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(2000, 100 * times),
    ...(password === undefined ? {} : { password }),
  });
  let last: Error | undefined;
  redis.on("error", (error: Error) => {
    last = error;
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(last ?? new Error(`no answer within ${patience / 1000} s`)), patience);
  });
  try {
    await Promise.race([redis.ping(), late]);
  } catch (cause) {
    redis.disconnect();
    const reason = reasonOf(cause as Error & { code?: string });
    throw failure(
      "ERR_QUEUE",
      `cannot reach Redis at ${place}: ${reason}; start redis-server, or give its address by --redis or FLUXION_REDIS_URL, ` +
        "and a password by FLUXION_REDIS_PASSWORD",
      { cause },
    );
  } finally {
    clearTimeout(timer);
  }
  return { bullmq, redis, place };
}

/** Loads what is installed beside fluxion. @throws ERR_MODULE that says how to install it */
async function load(): Promise<{ bullmq: BullMQ; Redis: typeof RedisClient }> {
  try {
    const [bullmq, { Redis }] = await Promise.all([import("bullmq"), import("ioredis")]);
    return { bullmq, Redis };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const absent = code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
    throw failure(
      "ERR_MODULE",
      absent
        ? "a campaign on a queue needs BullMQ and ioredis, which are not installed: npm install bullmq ioredis. " +
            "Without them: fluxion campaign --shard divides the work without a server"
        : `BullMQ cannot be loaded: ${message}`,
      { cause: error },
    );
  }
}

function placeOf(url: string): string {
  try {
    const { protocol, hostname, port } = new URL(url);
    if (protocol === "redis:" || protocol === "rediss:") return `${hostname || "127.0.0.1"}:${port || "6379"}`;
  } catch {
    // Said below, without the text, which may hold a password.
  }
  throw failure("ERR_COMMAND_LINE", "--redis: expected redis://host:port, or rediss:// with TLS, got another URL");
}

function reasonOf({ message, code }: Error & { code?: string }): string {
  return code === "ECONNREFUSED" ? "nothing listens there" : message || code || "no answer";
}
