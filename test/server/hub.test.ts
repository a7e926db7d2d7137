import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { recordRun } from "../../src/arrow/recorder.ts";
import { iteratesFileName } from "../../src/arrow/runFile.ts";
import type { ViewerServer } from "../../src/server/createViewerServer.ts";
import { earlierFiles, finishedFiles } from "../../src/server/hub.ts";
import { assertError } from "../support/assert.ts";
import { makeRow, makeRun } from "../support/rows.ts";
import { connect, firstSteps, withServer } from "../support/viewer.ts";

const hub = suite("hub");

/** Appends batches to a file and hands them to the server, as `fluxion run` does. */
function writeAndServe(server: ViewerServer, directory: string, attempt: number) {
  const run = makeRun({ attempt });
  let name = "";
  const recorder = recordRun(run, {
    batch: { rows: 8 },
    sink(message) {
      appendFileSync(join(directory, iteratesFileName(attempt)), message.bytes);
      if (message.kind === "header") name = server.hub.open(run, message.bytes, { directory });
      if (message.kind === "batch") {
        server.hub.batch(name, message.bytes, message.firstStep, message.lastStep, message.rows);
      }
    },
  });
  return {
    emit(from: number, to: number) {
      for (let step = from; step < to; step++) recorder.append(makeRow(run, step));
      recorder.flush();
    },
    end() {
      recorder.close();
      server.hub.close(name, { status: "stopped" });
    },
  };
}

async function withDirectory(act: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "fluxion-"));
  try {
    await act(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

hub("serves a run from its file, which is every viewer's buffer", () =>
  withDirectory((directory) =>
    withServer(
      async (server) => {
        const run = writeAndServe(server, directory, 1);
        run.emit(0, 1000);
        const viewer = await connect(server);
        viewer.send({ subscribe: { run: "example" } });
        run.emit(1000, 1500);
        run.end();
        await viewer.message("ended");
        assert.equal(viewer.steps, firstSteps(1500));
        assert.not.ok(viewer.messages.some((message) => "gap" in message));
      },
      // Less than one batch: memory has no part in it.
      { memoryBytes: 1 },
    ),
  ),
);

hub("goes on with a further attempt of the same run", () =>
  withDirectory((directory) =>
    withServer(async (server) => {
      const first = writeAndServe(server, directory, 1);
      first.emit(0, 40);
      first.end();
      const viewer = await connect(server);
      viewer.send({ subscribe: { run: "example" } });
      await viewer.message("ended");
      const second = writeAndServe(server, directory, 2);
      second.emit(24, 60);
      second.end();
      await viewer.until(() => viewer.messages.filter((message) => "ended" in message).length === 2, "second ending");
      // The viewer had seen 24 to 39 of the first attempt; a new one sees each step once.
      assert.equal(viewer.steps, [...firstSteps(40), ...firstSteps(60).slice(24)]);
      const late = await connect(server);
      late.send({ subscribe: { run: "example" } });
      await late.message("ended");
      assert.equal(late.steps, firstSteps(60));
    }),
  ),
);

hub("gives another name to a second run that is called like one that is still going", () =>
  withServer(async (server) => {
    const header = new Uint8Array(8);
    assert.is(server.hub.open(makeRun(), header), "example");
    assert.is(server.hub.open(makeRun(), header), "example#2");
  }),
);

hub("refuses rows of a run that was never opened, or is closed", () =>
  withServer(async (server) => {
    const batch = (name: string) => server.hub.batch(name, new Uint8Array(8), 0, 0, 1);
    assertError(() => batch("example"), "ERR_RUN_NOT_OPEN", /was never opened; call open\(run, header\) first/);
    const name = server.hub.open(makeRun(), new Uint8Array(8));
    server.hub.close(name, { status: "stopped" });
    server.hub.close(name, { status: "failed" });
    assertError(() => batch(name), "ERR_RUN_NOT_OPEN", /is closed/);
  }),
);

hub("tells the last step of a run that is over without reading its file", () =>
  withDirectory((directory) =>
    withServer(async (server) => {
      appendFileSync(join(directory, iteratesFileName(1)), "not read yet");
      server.hub.addFinished(makeRun(), directory, { status: "stagnated", step: 41 });
      const { runs } = await (await connect(server)).message("runs");
      assert.equal([runs[0]?.lastStep, runs[0]?.ending?.status], [41, "stagnated"]);
    }),
  ),
);

hub("refuses a directory without files of a run", () =>
  withDirectory((directory) =>
    withServer(async (server) => {
      const add = () => server.hub.addFinished(makeRun(), directory);
      assertError(add, "ERR_RUN_FILE", /holds no iterates-0001.arrows/);
    }),
  ),
);

hub("orders attempts by their numbers, of which there may be more than 9999", () =>
  withDirectory((directory) => {
    const attempts = [10_001, 2, 9999, 10_000, 1, 123_456];
    for (const attempt of attempts) appendFileSync(join(directory, iteratesFileName(attempt)), "");
    for (const other of ["iterates-0003.arrows.tmp", "xiterates-0004.arrows", "iterates-.arrows"])
      appendFileSync(join(directory, other), "");
    const found = finishedFiles(directory, 123_456).map(({ attempt }) => attempt);
    assert.equal(found, [1, 2, 9999, 10_000, 10_001, 123_456]);
    assert.is(earlierFiles(directory, 10_000).length, 3);
    return Promise.resolve();
  }),
);

hub("knows the names of attempt files by the one rule that all rooms share", () => {
  const source = fileURLToPath(new URL("../../src/", import.meta.url));
  const own = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && /\/[^/\n]*iterates-[^/\n]*\\d/.test(readFileSync(join(source, file), "utf8")),
  );
  assert.equal(own, [join("arrow", "attemptFiles.ts")]);
});

hub.run();
