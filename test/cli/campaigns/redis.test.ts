/** Queues on servers that ask for a password, speak TLS, forget, or are divided by somebody else. */
import { appendFileSync, copyFileSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sealedJson } from "../../../src/arrow/checks/sealedJson.ts";
import { campaignEnds } from "../../support/campaignEnds.ts";
import { fluxion, scratchDirectory, startFluxion } from "../../support/command.ts";
import { hasRedis, startRedis } from "../../support/redisServer.ts";

const file = fileURLToPath(new URL("../../support/harshExperiment.ts", import.meta.url));
const queue = suite("queues on Redis");
const tested = hasRedis || process.env.FLUXION_TEST_NO_SKIP === "1" ? queue : queue.skip;
const pause = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

tested("take password and certificate from the environment, and never say the password", async () => {
  const cwd = scratchDirectory();
  const redis = await startRedis({ password: "topsecret", tls: true });
  try {
    const place = { FLUXION_REDIS_URL: redis.url, NODE_EXTRA_CA_CERTS: redis.certificate };
    const right = { ...place, FLUXION_REDIS_PASSWORD: "topsecret" };
    const args = ["campaign", file, "--searches", "200", "--engine", "bullmq", "--queue", "t", "--out", "t"];
    const [absent, wrong, untrusted] = await Promise.all([
      startFluxion(args, cwd, place).ended,
      startFluxion(args, cwd, { ...place, FLUXION_REDIS_PASSWORD: "alsosecret" }).ended,
      startFluxion(args, cwd, { FLUXION_REDIS_URL: redis.url, FLUXION_REDIS_PASSWORD: "topsecret" }).ended,
    ]);
    for (const { code, stderr } of [absent, wrong, untrusted]) {
      assert.is(code, 2, stderr);
      assert.match(stderr, /cannot reach Redis at 127\.0\.0\.1:\d+/);
      assert.not.match(stderr, /topsecret|alsosecret/);
    }
    assert.match(absent.stderr, /FLUXION_REDIS_PASSWORD/);
    assert.match(untrusted.stderr, /certificate/);
    const coordinator = startFluxion(args, cwd, right);
    const worker = startFluxion(["worker", file, "--queue", "t", "--concurrency", "1"], cwd, right);
    const { code, stderr } = await coordinator.ended;
    assert.is(code, 0, stderr);
    assert.not.match(stderr + readFileSync(join(cwd, "t", "campaign.json"), "utf8"), /topsecret/);
    assert.is((await worker.ended).code, 0);
    assert.is(campaignEnds(join(cwd, "t"), 200).size, 200);
  } finally {
    await redis.close();
  }
});

tested("refuse a worker of another version, and one whose module differs, by name", async () => {
  const cwd = scratchDirectory();
  const redis = await startRedis();
  const client = new Redis(redis.url);
  const args = ["--engine", "bullmq", "--queue", "v", "--redis", redis.url, "--out", join(cwd, "v")];
  const coordinator = startFluxion(["campaign", file, ...args], cwd);
  try {
    await coordinator.says(/start workers by/);
    const folder = fileURLToPath(new URL("../../support/", import.meta.url));
    const changed = join(folder, `.changed-${process.pid}.ts`);
    copyFileSync(file, changed);
    appendFileSync(changed, "// A change.\n");
    const work = (...more: string[]) => fluxion(["worker", ...more, "--redis", redis.url], cwd);
    const other = await work(changed, "--queue", "v").finally(() => rmSync(changed));
    assert.is(other.code, 2, other.stderr);
    assert.match(other.stderr, /does not fit .* the files of its module have changed: .*harshExperiment\.ts/);
    const unnamed = await work("--queue", "v");
    assert.is(unnamed.code, 2, unnamed.stderr);
    assert.match(unnamed.stderr, /name it, so that its code may run here/);
    // The same campaign, as a coordinator of another version announces it.
    const said = JSON.parse((await client.get("fluxion:campaign:v"))!) as { spec: string };
    const spec = sealedJson({ ...JSON.parse(said.spec), checksum: undefined, version: "9.9.9" });
    await client.set("fluxion:campaign:w", JSON.stringify({ ...said, spec }));
    const old = await work(file, "--queue", "w");
    assert.is(old.code, 2, old.stderr);
    assert.match(
      old.stderr,
      /runs on fluxion 9\.9\.9, and this is \S+ \(build [0-9a-f]{12}\); install the same build here/,
    );
    // Somebody else announces a campaign at the queue of a coordinator that was taken for dead.
    await client.set("fluxion:campaign:v", JSON.stringify({ ...said, session: "another" }));
    const { code, stderr } = await coordinator.ended;
    assert.is(code, 2, stderr);
    assert.match(stderr, /another coordinator has taken the queue "v"/);
    assert.match((await client.get("fluxion:campaign:v")) ?? "", /another/);
  } finally {
    coordinator.process.kill("SIGKILL");
    client.disconnect();
    await redis.close();
  }
});

tested("may forget everything: what is missing is asked for again", async () => {
  const cwd = scratchDirectory();
  const redis = await startRedis();
  try {
    const own = ["campaign", file, "--searches", "200", "--steps", "20"];
    const args = ["--milliseconds", "1", "--engine", "bullmq", "--queue", "e", "--redis", redis.url, "--out", "e"];
    const coordinator = startFluxion([...own, ...args], cwd);
    await coordinator.says(/start workers by/);
    const worker = startFluxion(["worker", file, "--queue", "e", "--redis", redis.url, "--concurrency", "1"], cwd);
    await worker.says(/working at the queue/);
    await pause(2);
    assert.is(coordinator.process.exitCode, null, "it was over before the server was killed");
    await redis.restartEmpty();
    const { code, stdout, stderr } = await coordinator.ended;
    assert.is(code, 0, stderr);
    assert.match(stdout, /200 searches have ended/);
    assert.is(campaignEnds(join(cwd, "e"), 200).size, 200);
    worker.process.kill("SIGTERM");
  } finally {
    await redis.close();
  }
});

queue.run();
