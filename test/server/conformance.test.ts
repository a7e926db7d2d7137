/** The server keeps what docs/protocol.md says: a client in Python, without any code of fluxion, checks it. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { iteratesFileName } from "../../src/arrow/runFile.ts";
import type { ViewerServer } from "../../src/server/createViewerServer.ts";
import { missingModules, runPython } from "../support/python.ts";
import { recordedRun } from "../support/recordedRun.ts";
import { makeRow, makeRun } from "../support/rows.ts";
import { scratchPath } from "../support/scratch.ts";
import { withProcess } from "../support/serverProcess.ts";
import { slowRun } from "../support/slowRun.ts";
import { streamOf } from "../support/streams.ts";

const program = fileURLToPath(new URL("../../clients/python/conformance.py", import.meta.url));
const conformance = suite("the wire");
const lacking = missingModules("pyarrow", "websockets");
if (lacking !== undefined) console.log(`skipped: ${lacking}`);

/** Adds a run of two attempts, of which the second goes on from step 5 and has another column. */
function addResumed(server: ViewerServer, name: string): string {
  const directory = scratchPath("resumed");
  mkdirSync(directory);
  const first = makeRun({ name });
  const second = makeRun({ name, attempt: 2, columns: { ...first.columns, cosine: { meaning: "of an angle" } } });
  for (const [run, from] of [
    [first, 0],
    [second, 5],
  ] as const) {
    const rows = Array.from({ length: 9 }, (_, i) => makeRow(run, from + i));
    writeFileSync(join(directory, iteratesFileName(run.attempt)), streamOf(rows, [4, 5]).bytes);
  }
  return server.hub.addFinished(second, directory, { status: "stopped", step: 13 });
}

conformance("is as docs/protocol.md says", async () => {
  if (lacking !== undefined) return;
  await withProcess(async (server, warnings) => {
    const finished = server.hub.addFinished(makeRun(), recordedRun(20_000), { status: "converged", step: 19_999 });
    const resumed = addResumed(server, "näme #2 / resumed");
    const ended = slowRun(server, "live");
    const { code, stdout, stderr } = await runPython([
      ...[program, server.url, "--read", server.readUrl],
      ...["--finished", finished, "--resumed", resumed, "--live", "live"],
    ]);
    assert.is(code, 0, `${stdout}${stderr}`);
    const checks = readFileSync(program, "utf8").match(/^def check_/gm) ?? [];
    assert.ok(checks.length >= 13);
    assert.is(stdout.trimEnd().split("\n").length, checks.length, stdout);
    assert.ok(stdout.split("\n").every((line) => line === "" || line.startsWith("ok   ")));
    await ended;
    assert.equal(warnings, []);
  });
});

conformance.run();
