import { failure } from "../../errors.ts";
import type { RedisConnection } from "../../experiments/campaigns/bullmq/connect.ts";

/** Where Redis is found if nothing says otherwise. */
const usual = "redis://127.0.0.1:6379";

/** Reads queue and connection from flags and environment. A password in the environment is in no list of processes. */
export function redisFrom(
  { queue = "fluxion", redis }: { readonly queue?: string; readonly redis?: string },
  environment: NodeJS.ProcessEnv = process.env,
): { readonly queue: string; readonly connection: RedisConnection } {
  if (!/^[A-Za-z0-9._-]{1,100}$/.test(queue)) {
    throw failure("ERR_COMMAND_LINE", `--queue: expected letters, digits, ".", "_" and "-", got "${queue}"`);
  }
  const url = redis ?? environment.FLUXION_REDIS_URL ?? usual;
  const password = environment.FLUXION_REDIS_PASSWORD;
  return { queue, connection: { url, ...(password === undefined || password === "" ? {} : { password }) } };
}
