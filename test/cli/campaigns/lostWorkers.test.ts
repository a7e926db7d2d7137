/** Workers at a queue that are killed by a search, or in the middle of a long one, or stopped for longer than their lock. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { campaignEnds } from "../../support/campaignEnds.ts";
import { fluxion, type Started, scratchDirectory, startFluxion } from "../../support/command.ts";
import { hasRedis, type RedisServer, startRedis } from "../../support/redisServer.ts";

const module = fileURLToPath(new URL("../../support/harshExperiment.ts", import.meta.url));
const queue = suite("lost workers");
const tested = hasRedis || process.env.FLUXION_TEST_NO_SKIP === "1" ? queue : queue.skip;
const pause = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

let redis: RedisServer;
queue.before(async () => {
  if (hasRedis) redis = await startRedis();
});
queue.after(async () => {
  if (hasRedis) await redis.close();
});

const worker = (name: string, variables: Readonly<Record<string, string>> = {}): Started =>
  startFluxion(["worker", module, "--queue", name, "--redis", redis.url, "--concurrency", "1"], undefined, variables);

/** Waits until a file says something. */
async function fileSays(path: string, pattern: RegExp): Promise<void> {
  for (;;) {
    try {
      if (pattern.test(readFileSync(path, "utf8"))) return;
    } catch {
      // It is not there yet.
    }
    await pause(0.1);
  }
}

tested("a search that kills its workers is set aside after three of them, and all others are done", async () => {
  const cwd = scratchDirectory();
  const args = ["campaign", module, "--kills", "5", "--engine", "bullmq", "--queue", "p", "--redis", redis.url];
  const coordinator = startFluxion([...args, "--out", "p"], cwd);
  await coordinator.says(/start workers by/);
  let killed = 0;
  let over = false;
  const begin = (): void => {
    const { process } = worker("p");
    process.once("exit", (_, signal) => {
      if (signal === "SIGKILL") killed++;
      if (!over) begin();
    });
  };
  begin();
  const { code, stdout, stderr } = await coordinator.ended;
  over = true;
  assert.is(code, 1, stderr);
  assert.is(killed, 3);
  assert.match(stdout, /11 searches have ended/);
  assert.match(stdout, /search 5 is set aside, since it failed on .*: 3 workers were lost while they ran it/);
  const merge = await fluxion(["merge", "p", "--no-parquet"], cwd);
  assert.is(merge.code, 1);
  assert.match(merge.stdout, /missing: 5\n {2}search 5: 3 workers were lost/);
});

tested("a long search goes on from its checkpoint where another worker was killed, to the same bits", async () => {
  const cwd = scratchDirectory();
  // 500 steps of two evaluations, 20 ms each: 20 s at least.
  const own = ["campaign", module, "--searches", "1", "--steps", "500", "--portable"];
  const onQueue = ["--milliseconds", "20", "--engine", "bullmq", "--queue", "l", "--redis", redis.url, "--out", "l"];
  const coordinator = startFluxion([...own, ...onQueue], cwd);
  await coordinator.says(/start workers by/);
  const [first, second] = [join(cwd, "first"), join(cwd, "second")];
  const one = worker("l", { FLUXION_TEST_PROGRESS: first });
  // Checkpoints are left from 5 s on.
  await fileSays(first, /^0 300 /m);
  one.process.kill("SIGKILL");
  worker("l", { FLUXION_TEST_PROGRESS: second });
  const { code, stderr } = await coordinator.ended;
  assert.is(code, 0, stderr);
  const begins = Number(/^0 (\d+) /.exec(readFileSync(second, "utf8"))?.[1]);
  assert.ok(begins > 100, `the second worker began at step ${begins}`);
  const single = await fluxion([...own, "--milliseconds", "20", "--workers", "1", "--out", "single"], cwd);
  assert.is(single.code, 0, single.stderr);
  assert.equal(campaignEnds(join(cwd, "l"), 1), campaignEnds(join(cwd, "single"), 1));
});

tested(
  "a worker that was stopped for longer than its lock repeats what another one has done, bit for bit",
  async () => {
    const cwd = scratchDirectory();
    const own = ["campaign", module, "--searches", "2", "--steps", "150", "--milliseconds", "10"];
    const coordinator = startFluxion(
      [...own, "--engine", "bullmq", "--queue", "s", "--redis", redis.url, "--out", "s"],
      cwd,
    );
    await coordinator.says(/start workers by/);
    const progress = join(cwd, "progress");
    const one = worker("s", { FLUXION_TEST_PROGRESS: progress });
    await fileSays(progress, /^\d+ 20 /m);
    one.process.kill("SIGSTOP");
    worker("s");
    // Its lock lasts 15 s, and is looked at every 5 s.
    await fileSays(join(cwd, "s", "status.json"), /"doneOfWanted": 2/);
    one.process.kill("SIGCONT");
    const { code, stderr } = await coordinator.ended;
    assert.is(code, 0, stderr);
    await one.ended;
    const merge = await fluxion(["merge", "s", "--no-parquet"], cwd);
    assert.is(merge.code, 0, merge.stderr);
    assert.match(merge.stdout, /2 of 2 searches are there/);
    assert.match(merge.stdout, /1 were run again with the same bits/);
  },
);

queue.run();
