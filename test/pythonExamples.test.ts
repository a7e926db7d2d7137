/** The examples in Python run and show what they say. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { iteratesFileName } from "../src/arrow/runFile.ts";
import { missingModules, runPython } from "./support/python.ts";
import { makeRow, makeRun } from "./support/rows.ts";
import { scratchPath } from "./support/scratch.ts";
import { withProcess } from "./support/serverProcess.ts";
import { slowRun } from "./support/slowRun.ts";
import { streamOf } from "./support/streams.ts";
import { connect } from "./support/viewer.ts";

const folder = fileURLToPath(new URL("../examples/", import.meta.url));
const examples = suite("examples in Python");

const noPlot = missingModules("pyarrow", "websockets", "matplotlib");
if (noPlot !== undefined) console.log(`skipped: ${noPlot}`);

examples("livePlot.py draws a run until it ends", async () => {
  if (noPlot !== undefined) return;
  await withProcess(async (server) => {
    const ended = slowRun(server, "live");
    const picture = scratchPath("picture with spaces.svg");
    const plotted = runPython([`${folder}livePlot.py`, server.url, "live", picture], { MPLBACKEND: "svg" });
    const viewer = await connect(server);
    // The plot is the other viewer: the run is stopped only after it has come.
    await viewer.until(() => server.viewers === 2, "plot");
    viewer.send({ command: { run: "live", type: "stop" } });
    await ended;
    const { code, stdout, stderr } = await plotted;
    assert.is(code, 0, stderr);
    const [, count] =
      /^(\d+) rows drawn, \{'ended': \{'run': 'live', 'ending': \{'status': 'stopped'/.exec(stdout) ?? [];
    assert.ok(Number(count) > 1, stdout);
    assert.match(readFileSync(picture, "utf8"), /<svg /);
    viewer.socket.terminate();
  });
});

const noQuery = missingModules("duckdb", "polars", "pyarrow");
if (noQuery !== undefined) console.log(`skipped: ${noQuery}`);

examples("queryFiles.py merges attempts and answers", async () => {
  if (noQuery !== undefined) return;
  const directory = scratchPath("an [experiment]");
  for (const [name, attempts] of [
    ["search-01", [0, 5]],
    ["search-02", [0]],
  ] as const) {
    mkdirSync(join(directory, name), { recursive: true });
    for (const [index, from] of attempts.entries()) {
      const run = makeRun({ name, attempt: index + 1 });
      const rows = Array.from({ length: 9 }, (_, i) => makeRow(run, from + i, { value: 100 * (index + 1) + from + i }));
      writeFileSync(join(directory, name, iteratesFileName(index + 1)), streamOf(rows, [4, 5]).bytes);
    }
  }
  const { code, stdout, stderr } = await runPython([`${folder}queryFiles.py`, directory]);
  assert.is(code, 0, stderr);
  assert.equal(stdout.trimEnd().split("\n"), [
    "Polars: search-01 ends at step 13 with the value 213",
    "Polars: search-02 ends at step 8 with the value 108",
    `DuckDB: search-01 has 14 rows, the smallest squared norm is ${(1 / 196).toPrecision(6)}`,
    `DuckDB: search-02 has 9 rows, the smallest squared norm is ${(1 / 81).toPrecision(6)}`,
  ]);
});

examples("all are tried here", () => {
  const tried = readFileSync(fileURLToPath(import.meta.url), "utf8");
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".py")))
    assert.ok(tried.includes(`"${file} `), file);
});

examples.run();
