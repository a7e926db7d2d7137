/** Training on a file that is killed in the middle of an epoch. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lastValueFrom, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../src/arrow/row.ts";
import { readRunFile } from "../../src/arrow/runFile.ts";
import { replay } from "../../src/streams/replay.ts";
import { fluxion, scratchDirectory, startFluxion } from "../support/command.ts";
import { dataFile } from "../support/dataFiles.ts";
import { until } from "../support/processes.ts";
import { normalVector } from "../support/random.ts";
import { assertSameRows, timeless } from "../support/sameRows.ts";

const experiment = fileURLToPath(new URL("../support/streamedExperiment.ts", import.meta.url));
const rowsOf = async (directory: string): Promise<Row[]> =>
  timeless(await lastValueFrom(replay(directory).pipe(toArray())));

const killed = suite("a run on minibatches of a file");

killed(
  "killed in the middle of an epoch goes on with the bits of the whole run, which are those of arrays",
  async () => {
    // 21 steps are an epoch.
    const path = dataFile(
      { x: { numbers: normalVector(330 * 6, 1), extents: [6] }, y: { numbers: normalVector(330, 2) } },
      100,
    );
    const here = scratchDirectory();
    const args = ["run", experiment, "--no-serve", "--data", path, "--out"];
    const cut = startFluxion([...args, "cut", "--milliseconds", "20"], here);
    const directory = join(here, "cut", "streamed");
    // Until the first batch is written there may be no directory, or no file in it.
    const written = async (): Promise<boolean> => (await rowsOf(directory).catch(() => [])).length > 0;
    await cut.says(/files: cut/);
    await until(written, "row of the run");
    cut.process.kill("SIGKILL");
    await cut.ended;
    const whole = await fluxion([...args, "arrays", "--arrays", "--milliseconds", "0"], here);
    assert.is(whole.code, 0, whole.stderr);
    // Another file in its place, of which one number differs, is noticed, and the right one goes on.
    const bytes = readFileSync(path);
    const kept = await rowsOf(directory);
    for (const which of ["x", "y"] as const) {
      const columns = { x: normalVector(330 * 6, 1), y: normalVector(330, 2) };
      columns[which][329]! += 1e-12;
      const other = dataFile({ x: { numbers: columns.x, extents: [6] }, y: { numbers: columns.y } }, 100);
      writeFileSync(path, readFileSync(other));
      const refused = await fluxion(["resume", "cut", experiment, "--no-serve"], here);
      assert.is.not(refused.code, 0);
      assert.match(
        refused.stderr,
        new RegExp(`data with which the run "streamed" began, got others: .*\\.${which}\\.`),
      );
      assertSameRows(await rowsOf(directory), kept);
    }
    writeFileSync(path, bytes);
    const { code, stderr } = await fluxion(["resume", "cut", experiment, "--no-serve"], here);
    assert.is(code, 0, stderr);
    const rows = await rowsOf(directory);
    assert.is(rows.length, 121);
    assertSameRows(rows, await rowsOf(join(here, "arrays", "streamed")));
    assert.is(readRunFile(directory).attempts.length, 2);
  },
);

killed.run();
