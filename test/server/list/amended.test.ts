/** What becomes known of a run after its last row: why it ended so, and what its experiment found. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { serveRuns } from "../../../src/cli/servedRuns.ts";
import { summaryOf } from "../../../src/experiments/threads/protocol.ts";
import type { RunInfo } from "../../../src/server/messages.ts";
import type { ViewerServer } from "../../../src/server/viewerServer.ts";
import { makeRow, makeRun } from "../../support/rows.ts";
import { withProcess } from "../../support/serverProcess.ts";
import { streamOf } from "../../support/streams.ts";
import { withServer } from "../../support/viewer.ts";

const late = suite("what is known after the end");

async function runOf(server: ViewerServer, name: string, is: (run: RunInfo) => boolean): Promise<RunInfo> {
  for (let k = 0; ; k++) {
    const response = await fetch(`http://127.0.0.1:${server.port}/runs/${name}`, {
      headers: { Authorization: `Bearer ${server.token}` },
    });
    const { run } = (await response.json()) as { run?: RunInfo };
    if (run !== undefined && (is(run) || k === 200)) return run;
    assert.ok(k < 400, "no run");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

for (const [where, withOne] of [
  ["this process", withServer],
  ["a process of its own", withProcess],
] as const) {
  late(`is added to an ending, which stays what it was, in ${where}`, () =>
    withOne(async (server: ViewerServer) => {
      const { hub } = server;
      hub.open(makeRun({ name: "a" }), streamOf([makeRow(makeRun({ name: "a" }), 0)], [1]).parts[0]!);
      hub.close("a", { status: "converged", value: 1 });
      await runOf(server, "a", ({ ending }) => ending !== undefined);
      hub.close("a", { status: "failed", value: 2, because: "it is flat", index: 3 });
      const { ending, live } = await runOf(server, "a", (run) => run.ending?.because !== undefined);
      assert.equal(ending, { status: "converged", value: 1, because: "it is flat", index: 3 });
      assert.is(live, false);
    }),
  );
}

for (const order of [
  ["finding", "closed"],
  ["closed", "finding"],
] as const) {
  late(`reaches the page of the experiment that runs, as ${order.join(" before ")}`, () =>
    withServer(async (server: ViewerServer) => {
      const thread = { post: () => undefined } as unknown as Parameters<typeof serveRuns>[1];
      const served = serveRuns(server, thread, { name: "mine", seed: 7, options: { width: 3, kinds: ["a"] } });
      const run = makeRun({ name: "a" });
      const row = makeRow(run, 0, { status: "converged" });
      const [header, batch] = streamOf([row], [1]).parts as [Uint8Array, Uint8Array];
      served.take({ kind: "opened", run, directory: "/nowhere", header: header });
      const before = await runOf(server, "a", ({ cells }) => cells !== undefined);
      assert.equal(before.cells, { experiment: "mine", seed: 7, width: 3, kinds: '["a"]' });
      served.take({
        kind: "batch",
        run: "a",
        bytes: batch,
        rows: 1,
        firstStep: 0,
        lastStep: 0,
        last: summaryOf(row),
      });
      const numbers = { loss: 1, r: 0.5, index: 2, none: undefined };
      const finding = { run: "a", verdict: "critical point", because: "r 0.5 < 0.9", meaning: "a zero", numbers };
      for (const kind of order) served.take(kind === "closed" ? { kind, run: "a" } : { kind, finding });
      const after = await runOf(server, "a", ({ ending }) => ending?.because !== undefined);
      assert.equal(after.cells, { ...before.cells, r: 0.5 });
      const { status, verdict, because, meaning, index } = after.ending!;
      assert.equal(
        { status, verdict, because, meaning, index },
        { status: "converged", verdict: "critical point", because: "r 0.5 < 0.9", meaning: "a zero", index: 2 },
      );
      served.close();
      assert.is((await runOf(server, "a", () => true)).ending?.status, "converged");
    }),
  );
}

late.run();
