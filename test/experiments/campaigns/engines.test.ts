/** A campaign of ends in programs: one stream, whatever runs the searches. */
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { lastValueFrom, type Observable, take, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { EndRecord } from "../../../src/experiments/campaigns/endRecord.ts";
import type { EndsCampaignOptions } from "../../../src/experiments/campaigns/endsOptions.ts";
import { bullmq, threads } from "../../../src/experiments/campaigns/engines.ts";
import type { SetAside } from "../../../src/experiments/campaigns/work.ts";
import { campaign } from "../../../src/experiments/framework/campaign.ts";
import { assertError } from "../../support/assert.ts";
import { scratchDirectory, startFluxion } from "../../support/command.ts";
import { hasRedis, startRedis } from "../../support/redisServer.ts";

const options = { inputs: 4, hidden: 2, samples: 50, trajectorySteps: 200, iterations: 20, searches: 40, noise: 0.05 };

const streamOf = (more: Partial<EndsCampaignOptions> = {}): Observable<EndRecord> =>
  campaign("dlae", {
    directory: scratchDirectory(),
    options,
    portable: true,
    engine: threads({ workers: 1 }),
    ...more,
  });
const endsOf = (more: Partial<EndsCampaignOptions> = {}): Promise<EndRecord[]> =>
  lastValueFrom(streamOf(more).pipe(toArray()));
/** An end without the time that it took. */
const content = ({ seconds: _, ...rest }: EndRecord): unknown => rest;

const test = suite("campaign of ends");
let alone: EndRecord[] = [];
test.before(async () => {
  alone = await endsOf();
});

test("emits the end of each search in the order of the searches, whatever the number of threads", async () => {
  assert.equal(
    alone.map(({ search }) => search),
    Array.from({ length: 40 }, (_, k) => k),
  );
  const together = await endsOf({ engine: threads({ workers: 2 }) });
  assert.equal(together.map(content), alone.map(content));
});

test("emits each end at once if that is asked for, and only those that are wanted", async () => {
  const ends = await endsOf({ engine: threads({ workers: 2 }), order: "arrival", indices: "30,3-9:3" });
  assert.equal(
    ends.sort((a, b) => a.search - b.search).map(content),
    [3, 6, 9, 30].map((k) => content(alone[k]!)),
  );
});

test("stops when nobody listens any more, and goes on where it was left", async () => {
  const directory = scratchDirectory();
  const first = await lastValueFrom(streamOf({ directory }).pipe(take(7), toArray()));
  assert.equal(first.map(content), alone.slice(0, 7).map(content));
  assert.equal((await endsOf({ directory })).map(content), alone.map(content));
  // All of it is there by now: it is read, and no search is run.
  const parts = readdirSync(join(directory, "parts"));
  assert.equal((await endsOf({ directory })).map(content), alone.map(content));
  assert.equal(readdirSync(join(directory, "parts")), parts);
});

test("tells of searches that fail each time, after all others", async () => {
  const module = pathToFileURL(fileURLToPath(new URL("../../support/poisonExperiment.ts", import.meta.url)));
  const directory = scratchDirectory();
  const seen: number[] = [];
  const engine = threads({ workers: 1 });
  const error = await new Promise<Error & { code?: string }>((resolve, reject) =>
    campaign(module, { directory, engine }).subscribe({
      next: ({ search }) => seen.push(search),
      error: resolve,
      complete: () => reject(new Error("completed")),
    }),
  );
  assert.equal(seen, [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11]);
  assert.is(error.code, "ERR_CAMPAIGN_INCOMPLETE");
  assert.match(error.message, /search 5, since it failed on .*search five is bad/);
  const aside: SetAside[] = [];
  const onSetAside = (search: SetAside): void => void aside.push(search);
  const ends = await lastValueFrom(campaign(module, { directory, engine, onSetAside }).pipe(toArray()));
  assert.is(ends.length, 11);
  assert.equal(
    aside.map(({ search }) => search),
    [5],
  );
});

test("says what is wrong with options", async () => {
  const call = (more: object) => () => campaign("dlae", { directory: "x", engine: threads(), ...more } as never);
  assertError(call({ engine: { kind: "spark" } }), "ERR_OPTION_TYPE", /engine .*threads\(\) or bullmq\(\)/);
  assertError(call({ order: "random" }), "ERR_OPTION_RANGE", /order/);
  assertError(call({ indices: "3-" }), "ERR_COMMAND_LINE", /campaign: expected indices such as/);
  assertError(call({ keepEvery: -1 }), "ERR_OPTION_RANGE", /keepEvery/);
  assertError(call({ workers: 2 }), "ERR_OPTION_UNKNOWN", /workers/);
  assertError(() => threads({ workers: 0 }), "ERR_OPTION_RANGE", /workers/);
  assertError(() => bullmq({ queue: "a b" }), "ERR_OPTION_TYPE", /queue .*letters/);
  try {
    bullmq({ connection: "http://user:topsecret@host" });
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /connection .*redis:\/\/host:6379/);
    assert.not.match((error as Error).message, /topsecret/);
  }
  const wrongIndices = await endsOf({ indices: "40" }).catch((error: Error) => error.message);
  assert.match(String(wrongIndices), /expected indices from 0 to 39, got 40/);
  const nobody = endsOf({ engine: bullmq({ connection: "redis://127.0.0.1:1" }) });
  const { code, message } = await nobody.then(
    () => ({ code: "none", message: "it ended" }),
    (error: NodeJS.ErrnoException) => error,
  );
  assert.is(code, "ERR_QUEUE", message);
});

const onQueue = hasRedis || process.env.FLUXION_TEST_NO_SKIP === "1" ? test : test.skip;

onQueue("is the same stream when workers at a queue run the searches", async () => {
  const redis = await startRedis();
  const notes: string[] = [];
  const workers = [1, 2].map(() =>
    startFluxion(["worker", "--queue", "s", "--redis", redis.url, "--concurrency", "1"]),
  );
  try {
    const engine = bullmq({ connection: redis.url, queue: "s" });
    const ends = await endsOf({ engine, onNote: (line) => notes.push(line) });
    assert.equal(ends.map(content), alone.map(content));
    assert.match(notes[0]!, /queue s at 127\.0\.0\.1:\d+: start workers by fluxion worker --queue s/);
    const codes = await Promise.all(workers.map(({ ended }) => ended));
    assert.equal(
      codes.map(({ code }) => code),
      [0, 0],
    );
  } finally {
    for (const { process } of workers) process.kill("SIGKILL");
    await redis.close();
  }
});

onQueue("the example prints the same from threads and from workers at a queue", async () => {
  const redis = await startRedis();
  const worker = startFluxion(["worker", "--queue", "example", "--redis", redis.url, "--concurrency", "1"]);
  try {
    const file = fileURLToPath(new URL("../../../examples/campaign.ts", import.meta.url));
    const run = (...more: string[]) =>
      promisify(execFile)(process.execPath, ["--conditions=fluxion-source", "--import", "tsx", file, ...more]);
    const [here, there] = await Promise.all([run(scratchDirectory()), run(scratchDirectory(), redis.url)]);
    assert.match(here.stdout, /^\d+ of 60 searches found a critical point, of \d+ classes\n/);
    assert.is(there.stdout, here.stdout);
  } finally {
    worker.process.kill("SIGKILL");
    await redis.close();
  }
});

test.run();
