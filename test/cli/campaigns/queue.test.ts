/** Campaigns on a real Redis server whose workers, server and network fail. `.ci/run full` runs the long form. */
import type { ChildProcess } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { campaignEnds } from "../../support/campaignEnds.ts";
import { fluxion, type Started, scratchDirectory, startFluxion } from "../../support/command.ts";
import { hasRedis, startProxy, startRedis } from "../../support/redisServer.ts";

const full = process.env.FLUXION_TEST_FULL === "1";
const small = ["--inputs", "4", "--hidden", "2", "--samples", "50", "--trajectory-steps", "200", "--iterations", "40"];
const searches = full ? 60_000 : 3000;
const base = ["campaign", "dlae", ...small, "--searches", String(searches), "--noise", "0.05", "--portable"];
const [workerKills, redisKills] = full ? [20, 5] : [3, 1];

const queue = suite("fluxion worker");

const pause = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

const tested = hasRedis || process.env.FLUXION_TEST_NO_SKIP === "1" ? queue : queue.skip;

tested("each search counts once, bit for bit, whatever is killed, stopped or cut", async () => {
  const cwd = scratchDirectory();
  const redis = await startRedis();
  const proxy = await startProxy(redis.port);
  const single = fluxion([...base, "--workers", "1", "--out", "single"], cwd);
  const out = join(cwd, "queue");
  const coordinator = startFluxion(
    [...base, "--engine", "bullmq", "--queue", "t", "--redis", redis.url, "--out", out],
    cwd,
  );
  const places: { process: ChildProcess | undefined }[] = [{ process: undefined }, { process: undefined }];
  let over = false;
  const begin = (k: number): Started => {
    const url = k === 0 ? redis.url : proxy.url;
    const started = startFluxion(["worker", "--queue", "t", "--redis", url, "--concurrency", "1"], cwd);
    places[k]!.process = started.process;
    started.process.once("exit", () => {
      if (!over) begin(k);
    });
    return started;
  };
  const first = [begin(0), begin(1)];
  await Promise.all(first.map((worker) => worker.says(/working at the queue/)));
  let [workers, servers] = [0, 0];
  const chaos = (async () => {
    for (let k = 0; workers < workerKills || servers < redisKills; k++) {
      await pause(full ? 4 : 2);
      if (coordinator.process.exitCode !== null) return;
      if (k % 5 === 4 || workers === workerKills) {
        servers++;
        await redis.restart();
      } else {
        workers++;
        places[k % 2]!.process!.kill("SIGKILL");
      }
    }
    proxy.cut();
    await pause(full ? 20 : 2);
    proxy.open();
    if (!full) return;
    // Longer than its lock: another worker does the same searches meanwhile.
    const stopped = places[0]!.process!;
    stopped.kill("SIGSTOP");
    await pause(25);
    stopped.kill("SIGCONT");
  })();
  const { code, stdout, stderr } = await coordinator.ended;
  over = true;
  await chaos;
  assert.is(code, 0, stderr);
  assert.match(stdout, new RegExp(`${searches} searches have ended`));
  assert.equal([workers, servers], [workerKills, redisKills], "the campaign was over before everything was killed");
  for (const { process } of places) process?.kill("SIGTERM");
  proxy.close();
  await redis.close();
  assert.is((await single).code, 0);
  assert.equal(campaignEnds(out, searches), campaignEnds(join(cwd, "single"), searches));
  assert.ok(readdirSync(join(out, "parts")).length >= 2);
});

tested("says who does not fit, and ends without what it needs", async () => {
  const redis = await startRedis();
  const cwd = scratchDirectory();
  try {
    const args = ["--engine", "bullmq", "--queue", "own", "--redis", redis.url, "--out", "q"];
    const coordinator = startFluxion([...base, ...args], cwd);
    await coordinator.says(/start workers by/);
    const worker = (...more: string[]) =>
      fluxion(["worker", "--queue", "own", "--redis", redis.url, ...more], scratchDirectory());
    const elsewhere = await worker("--out", "nowhere");
    assert.is(elsewhere.code, 2);
    assert.match(elsewhere.stderr, /is not the directory of a campaign.*--out.*--shard/);
    const nobody = await fluxion(["worker", "--redis", "redis://user:topsecret@127.0.0.1:1"], cwd);
    assert.is(nobody.code, 2);
    assert.match(nobody.stderr, /cannot reach Redis at 127\.0\.0\.1:1: nothing listens there/);
    assert.not.match(nobody.stderr, /topsecret/);
    coordinator.process.kill("SIGTERM");
    const ended = await coordinator.ended;
    assert.is(ended.code, 143, ended.stderr);
    assert.match(ended.stdout, /stopped; the ends so far are in/);
    const single = await fluxion([...base.slice(0, -1), "--indices", "0", "--workers", "1", "--out", "q"], cwd);
    assert.is(single.code, 2);
  } finally {
    await redis.close();
  }
});

queue.run();
