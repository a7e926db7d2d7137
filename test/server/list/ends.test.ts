/** Lists and ends of many runs over the wire. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crc32c, hex } from "../../../src/arrow/checks/checksum.ts";
import { iteratesFileName } from "../../../src/arrow/runFile.ts";
import type { ListedRun, RunEnd } from "../../../src/server/messages.ts";
import type { ViewerServer } from "../../../src/server/viewerServer.ts";
import { assertError } from "../../support/assert.ts";
import { makeRow, makeRun } from "../../support/rows.ts";
import { scratchPath } from "../../support/scratch.ts";
import { withProcess } from "../../support/serverProcess.ts";
import { streamOf } from "../../support/streams.ts";
import { connect, withServer } from "../../support/viewer.ts";

const lists = suite("lists of many runs");
const point = Float64Array.of(1, -0, 2.5);

function addMany(server: ViewerServer, count: number): void {
  const directory = scratchPath("many");
  mkdirSync(directory);
  const run = makeRun();
  const rows = [0, 1, 2].map((step) => makeRow(run, step, { point, value: step === 2 ? Number.NaN : step }));
  writeFileSync(join(directory, iteratesFileName(1)), streamOf(rows, [2, 1]).bytes);
  for (let i = 0; i < count; i++) {
    const name = server.hub.addFinished(makeRun({ name: `run ${i}` }), directory, { status: "stopped", step: 2 });
    server.hub.describe(name, { seed: i });
  }
}
const get = async <T>(server: ViewerServer, path: string): Promise<T> => {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
    headers: { Authorization: `Bearer ${server.token}` },
  });
  return (await response.json()) as T;
};

lists("say columns once, reach the server's process whole, and come one by one to those who ask", () =>
  withProcess(async (server) => {
    addMany(server, 1200);
    const all = async (): Promise<readonly ListedRun[]> =>
      (await get<{ runs: readonly ListedRun[] }>(server, "/runs")).runs;
    const end = Date.now() + 30_000;
    while ((await all()).length < 1200 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
    const runs = await all();
    assert.equal(
      runs.map(({ name, cells }) => [name, cells?.seed]),
      Array.from({ length: 1200 }, (_, i) => [`run ${i}`, i]),
    );
    assert.is(runs.filter(({ columns }) => columns !== undefined).length, 1);
    const { run } = await get<{ run: ListedRun }>(server, "/runs/run%20700");
    assert.equal(run.columns, runs[0]!.columns);
    assert.match(JSON.stringify(await get(server, "/runs/none")), /there is no such run/);
  }),
);

lists("tell of changes only to a connection that asked for it, and of nothing to one that wants nothing", () =>
  withServer(async (server) => {
    addMany(server, 3);
    const [brief, none] = [await connect(server, { runs: "brief" }), await connect(server, { runs: "none" })];
    const first = await brief.message("runs");
    assert.is(first.runs.length, 3);
    server.hub.describe("run 1", { tags: "paper" });
    /** What came of each run; what was said of the runs before may come again. */
    const told = (): Map<string, unknown> =>
      new Map(
        brief.messages.flatMap((message) =>
          "changed" in message ? message.changed.map(({ name, cells }) => [name, cells] as const) : [],
        ),
      );
    await brief.until(() => JSON.stringify(told().get("run 1")) === '{"tags":"paper"}', "the tag of run 1");
    assert.ok([...told().keys()].every((name) => first.runs.some((run) => run.name === name)));
    none.send({ subscribe: { run: "run 2" } });
    await none.message("ended");
    assert.not.ok(none.messages.some((message) => "runs" in message || "changed" in message));
  }),
);

lists("are read by their ends in one request", () =>
  withServer(async (server) => {
    addMany(server, 40);
    const { ends } = await get<{ ends: readonly RunEnd[] }>(server, "/ends?from=10&to=13");
    assert.equal(
      ends.map(({ run, attempt, point: sum }) => [run, attempt, sum]),
      [10, 11, 12].map((i) => [`run ${i}`, 1, hex(crc32c(new Uint8Array(point.buffer)))]),
    );
    const [before, last] = ends[0]!.rows;
    assert.equal([before!.step, before!.value, last!.step, last!.value], [1, 1, 2, "NaN"]);
    assert.is((await get<{ ends: readonly RunEnd[] }>(server, "/ends?from=39")).ends.length, 1);
    for (const wrong of ["/ends?from=-1", "/ends?from=x", "/ends?names=a"]) {
      assert.ok("error" in (await get<object>(server, wrong)), wrong);
    }
  }),
);

lists("refuse cells that are neither texts nor numbers, and runs that are not known", () =>
  withServer(async (server) => {
    addMany(server, 1);
    assertError(() => server.hub.describe("other", {}), "ERR_RUN_NOT_OPEN", /"other" is not known/);
    const odd = { deep: {} } as unknown as Record<string, string>;
    assertError(() => server.hub.describe("run 0", odd), "ERR_OPTION_TYPE", /a cell "deep" that is neither/);
  }),
);

lists.run();
