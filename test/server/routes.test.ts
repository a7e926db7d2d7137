import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { from } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { iteratesFileName } from "../../src/arrow/runFile.ts";
import type { ViewerServer } from "../../src/server/createViewerServer.ts";
import { rangeOf } from "../../src/server/http/answers.ts";
import { arrowFile } from "../../src/sinks/arrowFile.ts";
import { webSocket } from "../../src/sinks/webSocket.ts";
import { makeRow, makeRows, makeRun } from "../support/rows.ts";
import { connect, firstSteps, withServer } from "../support/viewer.ts";

const routes = suite("routes");

function get(server: ViewerServer, path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${server.port}${path}`, {
    headers: { authorization: `Bearer ${server.token}`, ...headers },
  });
}

async function stepsAt(server: ViewerServer, path: string): Promise<number[]> {
  const response = await get(server, path);
  assert.is(response.status, 200, path);
  return [...tableFromIPC(new Uint8Array(await response.arrayBuffer())).getChild("step")!].map(Number);
}

/** A directory with the files of attempts, each the first and one past the last step. */
function withFiles(attempts: readonly (readonly [number, number])[], act: (directory: string) => Promise<void>) {
  const directory = mkdtempSync(join(tmpdir(), "fluxion-"));
  attempts.forEach(([first, end], index) => {
    const run = makeRun({ attempt: index + 1 });
    const rows = Array.from({ length: end - first }, (_, i) => makeRow(run, first + i));
    from(rows)
      .pipe(arrowFile(join(directory, iteratesFileName(index + 1)), { batch: { rows: 16 } }))
      .subscribe();
  });
  return act(directory).finally(() => rmSync(directory, { recursive: true, force: true }));
}

routes("list the runs with what is known of them", () =>
  withServer(async (server) => {
    from(makeRows(30)).pipe(webSocket(server)).subscribe();
    const { runs } = (await (await get(server, "/runs")).json()) as { runs: Record<string, unknown>[] };
    assert.is(runs.length, 1);
    assert.equal([runs[0]?.name, runs[0]?.live, runs[0]?.firstStep, runs[0]?.lastStep], ["example", false, 0, 29]);
    assert.equal(runs[0]?.ending, { status: "converged" });
  }),
);

routes("give the rows between two steps, thinned on request", () =>
  withServer(async (server) => {
    from(makeRows(2000)).pipe(webSocket(server)).subscribe();
    assert.equal(await stepsAt(server, "/runs/example/rows?fromStep=300&toStep=310"), firstSteps(311).slice(300));
    const thinned = await stepsAt(server, "/runs/example/rows?points=100&scale=log&columns=value");
    assert.ok(thinned.length <= 110 && thinned[0] === 0 && thinned.at(-1) === 1999, `${thinned.length} rows`);
    assert.equal(await stepsAt(server, "/runs/example/rows?fromStep=5000"), []);
    assert.equal(await stepsAt(server, "/runs/example/rows?last=2&columns=value"), [1998, 1999]);
    for (const query of ["points=3", "last=0", "fromStep=-1", "scale=cubic", "what=1", "columns=nonsense"]) {
      assert.is((await get(server, `/runs/example/rows?${query}`)).status, 400, query);
    }
    assert.is((await get(server, "/runs/other/rows")).status, 404);
  }),
);

routes("give a run's file, whole or in ranges, and nothing beside it", () =>
  withFiles([[0, 50]], (directory) =>
    withServer(async (server) => {
      writeFileSync(join(directory, "secret.txt"), "secret");
      server.hub.addFinished(makeRun(), directory);
      const bytes = readFileSync(join(directory, "iterates-0001.arrows"));
      const path = "/runs/example/iterates-0001.arrows";
      const whole = await get(server, path);
      assert.is(whole.headers.get("content-type"), "application/vnd.apache.arrow.stream");
      assert.equal(Buffer.from(await whole.arrayBuffer()), bytes);
      const part = await get(server, path, { range: "bytes=10-19" });
      assert.is(part.status, 206);
      assert.is(part.headers.get("content-range"), `bytes 10-19/${bytes.length}`);
      assert.equal(Buffer.from(await part.arrayBuffer()), bytes.subarray(10, 20));
      assert.is((await get(server, path, { range: `bytes=${bytes.length}-` })).status, 416);
      for (const other of ["secret.txt", "..%2Fsecret.txt", "iterates-0002.arrows", "%2e%2e/secret.txt"]) {
        assert.is((await get(server, `/runs/example/${other}`)).status, 404, other);
      }
    }),
  ),
);

routes("show of an older attempt only what a newer one did not do again", () =>
  withFiles(
    [
      [0, 60],
      [40, 90],
    ],
    (directory) =>
      withServer(async (server) => {
        server.hub.addFinished(makeRun({ attempt: 2 }), directory, { status: "converged" });
        const viewer = await connect(server);
        viewer.send({ subscribe: { run: "example" } });
        await viewer.message("ended");
        assert.equal(viewer.steps, firstSteps(90));
        assert.equal(await stepsAt(server, "/runs/example/rows?fromStep=35&toStep=45"), firstSteps(46).slice(35));
      }),
  ),
);

routes("leave out the torn tail of a file whose writer was killed", () =>
  withFiles([[0, 50]], (directory) =>
    withServer(async (server) => {
      const path = join(directory, "iterates-0001.arrows");
      truncateSync(path, readFileSync(path).length - 300);
      server.hub.addFinished(makeRun(), directory, { status: "stopped", message: "killed" });
      assert.equal(await stepsAt(server, "/runs/example/rows"), firstSteps(48));
    }),
  ),
);

routes("pass over an attempt that was killed before its first row", () =>
  withFiles([[0, 10]], (directory) =>
    withServer(async (server) => {
      writeFileSync(join(directory, "iterates-0002.arrows"), "");
      writeFileSync(
        join(directory, "iterates-0003.arrows"),
        readFileSync(join(directory, "iterates-0001.arrows")).subarray(0, 100),
      );
      server.hub.addFinished(makeRun({ attempt: 3 }), directory);
      assert.equal(await stepsAt(server, "/runs/example/rows"), firstSteps(10));
    }),
  ),
);

routes("say that a file is none of a run", () =>
  withFiles([], (directory) =>
    withServer(async (server) => {
      writeFileSync(join(directory, "iterates-0001.arrows"), "no Arrow stream at all");
      server.hub.addFinished(makeRun(), directory);
      const response = await get(server, "/runs/example/rows");
      assert.is(response.status, 500);
      assert.match(await response.text(), /is not an Arrow stream: expected it to begin with ff ff ff ff/);
      const viewer = await connect(server);
      viewer.send({ subscribe: { run: "example" } });
      assert.match((await viewer.message("error")).error.message, /is not an Arrow stream/);
      assert.is((await viewer.closed).code, 1011);
      // The list of runs and other viewers are as before.
      assert.is((await get(server, "/runs")).status, 200);
    }),
  ),
);

routes("say how to build a page that is missing", () =>
  withFiles([], (directory) =>
    withServer(
      async (server) => {
        const response = await get(server, "/");
        assert.is(response.status, 503);
        assert.match(await response.text(), /npm run build/);
      },
      { pageDirectory: directory },
    ),
  ),
);

const range = suite("rangeOf");

range("reads one range of bytes (RFC 9110, 14.1.2)", () => {
  assert.equal(rangeOf("bytes=0-0", 10), { start: 0, end: 1 });
  assert.equal(rangeOf("bytes=4-", 10), { start: 4, end: 10 });
  assert.equal(rangeOf("bytes=-3", 10), { start: 7, end: 10 });
  assert.equal(rangeOf("bytes=2-100", 10), { start: 2, end: 10 });
  assert.is(rangeOf("bytes=10-", 10), "beyond");
  assert.is(rangeOf("bytes=-0", 10), "beyond");
  for (const ignored of [undefined, "bytes=5-2", "bytes=-", "bytes=1-2,4-5", "lines=1-2"]) {
    assert.is(rangeOf(ignored, 10), undefined);
  }
});

routes("draws figures when asked, and only for those who have the token", async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"/>';
  let drawn = 0;
  const figures = {
    async list() {
      drawn++;
      return [{ name: "loss-index", summary: "loss against index" }];
    },
    svg: (name: string) => (name === "loss-index" && drawn > 0 ? svg : undefined),
  };
  await withServer(
    async (server) => {
      assert.is((await fetch(`http://127.0.0.1:${server.port}/figures`)).status, 401);
      assert.is((await get(server, "/figures/loss-index.svg")).status, 404);
      const list = await get(server, "/figures");
      assert.equal(await list.json(), { figures: [{ name: "loss-index", summary: "loss against index" }] });
      const figure = await get(server, "/figures/loss-index.svg");
      assert.is(await figure.text(), svg);
      assert.match(figure.headers.get("content-type") ?? "", /^image\/svg\+xml/);
      assert.match(figure.headers.get("content-security-policy") ?? "", /default-src 'none'/);
      assert.is((await get(server, "/figures/other.svg")).status, 404);
    },
    { figures },
  );
  await withServer(async (server) => assert.equal(await (await get(server, "/figures")).json(), { figures: [] }));
});

routes(
  "tells what is proved of ends, read once for all who ask meanwhile, and only for those who have the token",
  async () => {
    const ends = [
      { run: "example", point: "0a0b0c0d", outcome: "zero", text: "One zero lies near.", morseIndex: 2 },
    ] as const;
    let calls = 0;
    let answer: (() => void) | undefined;
    const certificates = async () => {
      calls++;
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return { ends, trouble: [] };
    };
    await withServer(
      async (server) => {
        assert.is((await fetch(`http://127.0.0.1:${server.port}/certificates`)).status, 401);
        const asked = [get(server, "/certificates"), get(server, "/certificates")];
        while (answer === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
        await new Promise((resolve) => setTimeout(resolve, 50));
        answer();
        for (const response of await Promise.all(asked)) assert.equal(await response.json(), { ends, trouble: [] });
        assert.is(calls, 1);
      },
      { certificates },
    );
    await withServer(async (server) => {
      assert.equal(await (await get(server, "/certificates")).json(), { ends: [], trouble: [] });
    });
    await withServer(async (server) => assert.is((await get(server, "/certificates")).status, 500), {
      certificates: () => {
        throw new Error("no");
      },
      warn: () => undefined,
    });
  },
);

routes("thinned rows keep every event, however many rows there are", () =>
  withServer(async (server) => {
    const columns = {
      slowEvent: { meaning: "times as long", event: "slow" },
      residual: { meaning: "||J p + F||" },
    };
    const run = makeRun({ columns });
    const at = [3, 1234, 4999];
    const rows = Array.from({ length: 6000 }, (_, step) =>
      makeRow(run, step, { columns: { residual: step, slowEvent: at.includes(step) ? 4 : undefined }, vectors: {} }),
    );
    from(rows).pipe(webSocket(server)).subscribe();
    const steps = await stepsAt(server, "/runs/example/rows?points=50&columns=value,slowEvent");
    assert.ok(steps.length < 300, `${steps.length} rows`);
    for (const step of at) assert.ok(steps.includes(step), `step ${step}`);
  }),
);

routes.run();
range.run();
