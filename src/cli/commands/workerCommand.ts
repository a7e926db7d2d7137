/** `fluxion worker`: runs searches that a campaign has put into a queue. */
import type { Command } from "commander";
import { redisFrom } from "../campaigns/redisOptions.ts";
import { experimentOf } from "../experimentArguments.ts";
import { type ExecutorChoice, executorOption, useExecutor } from "../options/executorOption.ts";
import { workersOption } from "../options/workersOption.ts";
import { note, say } from "../output/say.ts";
import { watchSignals } from "../signals.ts";

interface Flags {
  readonly queue?: string;
  readonly redis?: string;
  readonly concurrency: number;
  readonly out?: string;
  readonly executor?: ExecutorChoice;
}

const help = `
A worker waits for a campaign at its queue and ends when the campaign is over. SIGTERM and Ctrl-C let it finish the
searches that it has begun; a search of more than 5 s leaves a checkpoint, from which another worker goes on. A module of
your own has to be named, and be the same as the coordinator's.

The password of Redis comes from FLUXION_REDIS_PASSWORD, or from the URL; rediss:// is Redis with TLS.

Examples:
  fluxion worker --queue many --redis redis://10.0.0.5
  fluxion worker ./mine.ts --queue many --redis rediss://10.0.0.5:6380 --concurrency 8 --out /mnt/many`;

/** Adds the options of `fluxion worker` and what it does. */
export function workerCommand(command: Command, exit: (code: number) => void): void {
  command
    .option("--queue <name>", "name of the queue", "fluxion")
    .option("--redis <url>", "redis:// or rediss:// (default: FLUXION_REDIS_URL, else redis://127.0.0.1:6379)")
    .addOption(workersOption("--concurrency"))
    .option("--out <directory>", "directory of the campaign on this machine (default: that of the coordinator)")
    .addOption(executorOption("that of a portable campaign, otherwise FLUXION_EXECUTOR, else float64"))
    .option("--debug", "show where an error comes from")
    .addHelpText("after", help)
    .action(async (module: string | undefined, flags: Flags) => exit(await worker(module, flags)));
}

async function worker(module: string | undefined, flags: Flags): Promise<number> {
  const { queue, connection } = redisFrom(flags);
  useExecutor(flags);
  const experiment = module === undefined ? undefined : experimentOf(module);
  const workAtQueue = (await import("../../experiments/campaigns/bullmq/worker.ts")).workAtQueue;
  const abort = new AbortController();
  const signals = watchSignals(() => {
    note("leaving after the searches under way; press Ctrl-C again to quit at once");
    abort.abort();
  });
  try {
    const runs = await workAtQueue({
      queue,
      connection,
      module: experiment,
      directory: flags.out,
      concurrency: flags.concurrency,
      signal: abort.signal,
      tell: note,
    });
    say(`${runs} searches have ended here`);
    return abort.signal.aborted ? signals.exitCode() : 0;
  } finally {
    // Where Redis is gone for good, BullMQ would try to reach it for ever.
    setTimeout(() => process.exit(), 2000).unref();
    signals.close();
  }
}
