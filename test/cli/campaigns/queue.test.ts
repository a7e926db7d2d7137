/** Campaigns on a real Redis server whose workers, server and network fail. `.ci/run full` runs the long form. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { randomSource } from "../../../src/random.ts";
import { campaignEnds } from "../../support/campaignEnds.ts";
import { fluxion, type Started, scratchDirectory, startFluxion } from "../../support/command.ts";
import { hasRedis, startProxy, startRedis } from "../../support/redisServer.ts";

const full = process.env.FLUXION_TEST_FULL === "1";
const small = ["--inputs", "4", "--hidden", "2", "--samples", "50", "--trajectory-steps", "200", "--iterations", "40"];
const searches = full ? 60_000 : 3000;
const base = ["campaign", "dlae", ...small, "--searches", String(searches), "--noise", "0.05", "--portable"];
const [workerKills, redisKills, stops] = full ? [20, 5, 3] : [3, 1, 0];

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
  const places: (Started | undefined)[] = [undefined, undefined];
  let over = false;
  const begin = (k: number): Started => {
    const url = k === 0 ? redis.url : proxy.url;
    const started = startFluxion(["worker", "--queue", "t", "--redis", url, "--concurrency", "1"], cwd);
    places[k] = started;
    started.process.once("exit", () => {
      if (!over) begin(k);
    });
    return started;
  };
  const first = [begin(0), begin(1)];
  await Promise.all(first.map((worker) => worker.says(/working at the queue/)));
  const source = randomSource(20, "failures");
  const random = (): number => source.uniform();
  const wanted = [
    ...Array.from({ length: workerKills }, () => "worker"),
    ...Array.from({ length: redisKills }, () => "server"),
    ...Array.from({ length: stops }, () => "stop"),
  ];
  const done = { worker: 0, server: 0, stop: 0 };
  const resumed: Promise<void>[] = [];
  const chaos = (async () => {
    while (wanted.length > 0) {
      // Any of them that is at work, at any moment of it.
      const place = places[random() < 0.5 ? 0 : 1]!;
      const [kind] = wanted.splice(Math.floor(random() * wanted.length), 1) as [keyof typeof done];
      const working = await place.says(/working at the queue/).catch(() => undefined);
      await pause(0.2 + 3 * random());
      if (coordinator.process.exitCode !== null) return;
      const ended = place.process.exitCode !== null || place.process.signalCode !== null;
      if (kind !== "server" && (working === undefined || ended)) {
        wanted.push(kind);
        continue;
      }
      done[kind]++;
      if (kind === "server") await redis.restart();
      else if (kind === "worker") place.process.kill("SIGKILL");
      else {
        // Some for longer than their lock, which lasts 15 s: another worker does the same searches meanwhile.
        place.process.kill("SIGSTOP");
        resumed.push(pause(30 * random()).then(() => void place.process.kill("SIGCONT")));
      }
    }
    proxy.cut();
    await pause(full ? 20 : 2);
    proxy.open();
  })();
  const { code, stdout, stderr } = await coordinator.ended;
  over = true;
  await chaos;
  assert.is(code, 0, stderr);
  assert.match(stdout, new RegExp(`${searches} searches have ended`));
  assert.equal(
    done,
    { worker: workerKills, server: redisKills, stop: stops },
    "it was over before everything was killed",
  );
  await Promise.all(resumed);
  for (const place of places) place?.process.kill("SIGTERM");
  proxy.close();
  await redis.close();
  assert.is((await single).code, 0);
  assert.equal(campaignEnds(out, searches), campaignEnds(join(cwd, "single"), searches));
  assert.ok(readdirSync(join(out, "parts")).length >= 2);
  if (full) console.log(stdout, JSON.stringify(done));
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
