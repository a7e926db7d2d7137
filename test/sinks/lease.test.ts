/** Who may write a directory: the rules of leases, with owners on this host and on others, alive, dead and silent. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { concat, from, NEVER } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { assumeProcess } from "../../src/arrow/processIdentity.ts";
import { freeDirectory } from "../../src/sinks/index.ts";
import { checkLease, type Lease, ownerWithoutLife, takeLease } from "../../src/sinks/lease.ts";
import { runDirectory } from "../../src/sinks/runDirectory.ts";
import { assertError, checkError } from "../support/assert.ts";
import { collect, valuesOf } from "../support/collect.ts";
import { deadProcess } from "../support/disk.ts";
import { makeRows, makeRun } from "../support/rows.ts";
import { scratchPath } from "../support/scratch.ts";

process.env.FLUXION_LEASE_SECONDS = "0.5";

function empty(): string {
  const path = scratchPath();
  mkdirSync(path);
  return path;
}

/** Takes a lease as another process, and forgets it in this one. */
function takeAs(identity: Parameters<typeof assumeProcess>[0], directory: string): void {
  const program = `
    import { assumeProcess } from ${JSON.stringify(new URL("../../src/arrow/processIdentity.ts", import.meta.url).href)};
    import { takeLease } from ${JSON.stringify(new URL("../../src/sinks/lease.ts", import.meta.url).href)};
    assumeProcess(${JSON.stringify(identity)});
    takeLease("test", ${JSON.stringify(directory)});`;
  const args = ["--conditions=fluxion-source", "--import", "tsx", "--input-type=module", "-e", program];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  assert.is(status, 0, stderr);
}

async function refusal(of: Promise<unknown>): Promise<unknown> {
  try {
    await of;
  } catch (error) {
    return error;
  }
  return undefined;
}

const elsewhere = { pid: 1, host: "elsewhere" };
/** The same name of the host, but another boot, as two machines that are both called localhost have. */
const namesake = { pid: 1, host: hostname(), started: "another-boot/1" };
const container = { pid: 1, host: hostname(), namespace: "pid:[1]" };

const lease = suite("a lease");

lease("belongs to one at a time and leaves nothing behind", () => {
  const directory = empty();
  const first = takeLease("test", directory);
  assertError(() => takeLease("other", directory), "ERR_RUN_BUSY", /^other: .* is being written by process \d+ on /);
  checkLease("test", first);
  first.release();
  first.release();
  assert.equal(readdirSync(directory), []);
  const second = takeLease("test", directory);
  assertError(() => checkLease("test", first), "ERR_LEASE_LOST", /another process has taken over/);
  checkLease("test", second);
  second.release();
});

lease("of a process that is seen to be dead is taken at once", () => {
  const directory = empty();
  takeAs(deadProcess, directory);
  const taken = takeLease("test", directory);
  assert.is(taken.number, 2);
  assert.ok(taken.tookOver);
  assert.equal(readdirSync(directory), ["lease-2.json"]);
  taken.release();
});

for (const [what, owner] of Object.entries({ "another host": elsewhere, "a namesake": namesake, container })) {
  lease(`of a process on ${what} is taken after a time without a sign of life`, async () => {
    const directory = empty();
    takeAs(owner, directory);
    assertError(() => takeLease("test", directory), "ERR_RUN_BUSY", /If it is gone, freeDirectory\(/);
    let asked: unknown;
    const dead = await ownerWithoutLife("test", directory, (from, seconds) => {
      asked = [from?.host, seconds];
    });
    assert.equal(asked, [owner.host, 0.5]);
    const taken = takeLease("test", directory, { dead });
    assert.is(taken.number, 2);
    taken.release();
  });
}

lease("is not taken from a process elsewhere that shows a sign of life, whatever its clock says", async () => {
  const directory = empty();
  takeAs(elsewhere, directory);
  const path = join(directory, "lease-1.json");
  const beating = setInterval(() => {
    const content = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify({ ...content, beat: String(Number(content.beat) + 1).padStart(12, "0") }));
  }, 100);
  try {
    checkError(await refusal(ownerWithoutLife("test", directory)), "ERR_RUN_BUSY", /process 1 on elsewhere/);
    checkError(await refusal(freeDirectory(directory)), "ERR_RUN_BUSY", /process 1 on elsewhere/);
  } finally {
    clearInterval(beating);
  }
});

lease("shows signs of life in place, so that no reader finds a part of it", async () => {
  const directory = empty();
  const own = takeLease("test", directory);
  const path = join(directory, "lease-1.json");
  const seen = new Set<string>();
  const until = performance.now() + 600;
  while (performance.now() < until) {
    const { beat, token } = JSON.parse(readFileSync(path, "utf8"));
    assert.is(token, own.token);
    seen.add(beat);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.ok(seen.size >= 3, `${seen.size} signs of life`);
  own.release();
});

lease("that was taken by force is lost to its owner, which learns it at the next sign of life", async () => {
  const directory = empty();
  let told: Error | undefined;
  const own = takeLease("test", directory, {
    onLost(error) {
      told = error;
    },
  });
  const program = `
    import { takeLease } from ${JSON.stringify(new URL("../../src/sinks/lease.ts", import.meta.url).href)};
    takeLease("test", ${JSON.stringify(directory)}, { force: true });`;
  const args = ["--conditions=fluxion-source", "--import", "tsx", "--input-type=module", "-e", program];
  assert.is(spawnSync(process.execPath, args).status, 0);
  await new Promise((resolve) => setTimeout(resolve, 300));
  checkError(told, "ERR_LEASE_LOST", /ends and writes nothing more/);
  own.release();
  assert.equal(readdirSync(directory), ["lease-2.json"]);
});

lease("whose file was never filled counts as held, until it has been silent for long enough", async () => {
  const directory = empty();
  writeFileSync(join(directory, "lease-3.json"), "");
  assertError(() => takeLease("test", directory), "ERR_RUN_BUSY", /another process/);
  const dead = await ownerWithoutLife("test", directory);
  takeLease("test", directory, { dead }).release();
  assert.equal(readdirSync(directory), []);
});

lease("keeps the number of a third process, which came between", () => {
  const directory = empty();
  const taken: Lease[] = [];
  for (let k = 0; k < 5; k++) {
    takeAs(deadProcess, directory);
    const next = takeLease("test", directory);
    taken.push(next);
    for (const former of taken.slice(0, -1)) {
      assertError(() => checkLease("test", former), "ERR_LEASE_LOST", /taken over/);
    }
    next.release();
  }
});
lease.run();

const sink = suite("runDirectory under a lease");
const run = makeRun();

sink("writes nothing more once another process has the directory", async () => {
  const path = scratchPath();
  const rows = makeRows(9, run).slice(0, 4);
  const held = collect(concat(from(rows), NEVER).pipe(runDirectory(path, { batch: { rows: 2, seconds: 0.05 } })));
  const name = readdirSync(path).find((file) => file.startsWith("lease-"))!;
  const content = JSON.parse(readFileSync(join(path, name), "utf8"));
  writeFileSync(join(path, name), JSON.stringify({ ...content, token: "other" }));
  const before = readdirSync(path).map((file) => readFileSync(join(path, file), "latin1"));
  // The sink's own timer does not keep a process alive.
  const awake = setInterval(() => {}, 1000);
  const { error } = await held;
  clearInterval(awake);
  checkError(error, "ERR_LEASE_LOST", /^runDirectory: another process has taken over/);
  assert.equal(
    readdirSync(path).map((file) => readFileSync(join(path, file), "latin1")),
    before,
  );
});

sink("goes on in a directory that a process elsewhere has left, once that is freed", async () => {
  const path = scratchPath();
  await valuesOf(from(makeRows(9, run).slice(0, 4)).pipe(runDirectory(path)));
  takeAs(elsewhere, path);
  const rest = makeRows(9, makeRun({ attempt: 2 })).slice(4);
  checkError((await collect(from(rest).pipe(runDirectory(path)))).error, "ERR_RUN_BUSY", /process 1 on elsewhere/);
  assert.not(existsSync(join(path, "iterates-0002.arrows")));
  await freeDirectory(path);
  await valuesOf(from(rest).pipe(runDirectory(path)));
  assert.equal(readdirSync(path).sort(), ["iterates-0001.arrows", "iterates-0002.arrows", "run.json"]);
  await freeDirectory(path);
});
sink.run();
