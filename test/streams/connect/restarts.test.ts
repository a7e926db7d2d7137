/** Rows come once each while a server is killed and started again. */
import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readRun } from "../../../src/arrow/readRun.ts";
import type { Row } from "../../../src/arrow/row.ts";
import { connect } from "../../../src/streams/connect/connect.ts";
import { scratchDirectory, startFluxion } from "../../support/command.ts";
import { assertSameRows } from "../../support/sameRows.ts";

const slowExperiment = fileURLToPath(new URL("../../support/slowExperiment.ts", import.meta.url));
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A port that was free a moment ago. */
async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return String(port);
}

interface Watched {
  readonly seen: readonly Row[];
  readonly done: Promise<void>;
}

function watch(url: string, run: string): Watched {
  const seen: Row[] = [];
  const done = new Promise<void>((resolve, reject) => {
    connect(url, { run }).subscribe({ next: (row) => seen.push(row), error: reject, complete: resolve });
  });
  return { seen, done };
}

async function until(is: () => boolean): Promise<void> {
  for (let k = 0; k < 1200 && !is(); k++) await pause(50);
  assert.ok(is(), "it did not come within a minute");
}

const restarts = suite("connect, over restarts");

restarts("a server is killed twice while a run goes on", async () => {
  const here = scratchDirectory();
  const out = join(here, "a run");
  const secret = join(here, "token");
  writeFileSync(secret, "the-first-secret\nthe-second-secret\n", { mode: 0o600 });
  const flags = ["--steps", "1500", "--milliseconds", "2", "--no-serve", "--out", out];
  const writer = startFluxion(["run", slowExperiment, ...flags], here);
  await until(() => existsSync(join(out, "first", "iterates-0001.arrows")));
  const serve = ["serve", out, "--token-file", secret, "--port", await freePort()];
  let server = startFluxion(serve);
  const [, address] = await server.says(/runs?: (\S+)\n/);
  const { seen, done } = watch(address!, "first");
  for (let k = 0; k < 2; k++) {
    const before = seen.length;
    await until(() => seen.length > before + 50);
    server.process.kill("SIGKILL");
    await server.ended;
    server = startFluxion(serve);
    await server.says(/runs?: (\S+)\n/);
  }
  await done;
  assertSameRows(seen, readRun(join(out, "first")));
  assert.is(seen.length, 1501);
  for (const each of [writer, server]) each.process.kill("SIGKILL");
  await Promise.all([writer.ended, server.ended]);
});

restarts.run();
