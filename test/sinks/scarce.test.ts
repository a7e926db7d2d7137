/** A process that has no descriptor left does not lose a run: its reserve is used, and the user is told. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { whenScarce } from "../../src/arrow/checks/descriptors.ts";
import { readRunFile, runState } from "../../src/arrow/runFile.ts";
import { verifyRun } from "../../src/arrow/verifyRun.ts";
import { loadCheckpoint } from "../../src/sinks/checkpointFile.ts";
import { replay } from "../../src/streams/replay.ts";
import { valuesOf } from "../support/collect.ts";
import { assertSameRows } from "../support/sameRows.ts";
import { scratchPath } from "../support/scratch.ts";

const scarceSteps = 400;

function runIn(directory: string, ...leak: readonly string[]): { readonly stdout: string; readonly stderr: string } {
  const program = fileURLToPath(new URL("scarce.ts", import.meta.url));
  const args = ["--conditions=fluxion-source", "--import", "tsx", program, directory, ...leak];
  const shell = ["-c", 'ulimit -n 200; exec "$@"', "sh", process.execPath, ...args];
  const { status, stdout, stderr } = spawnSync("sh", shell, { encoding: "utf8" });
  assert.is(status, 0, stderr);
  return { stdout, stderr };
}

const timeless = async (path: string) => (await valuesOf(replay(path))).map((row) => ({ ...row, seconds: 0 }));

const scarce = suite("a process without descriptors");

scarce("writes rows, checkpoints, a further run and a further attempt with its reserve, and says so", async () => {
  const [whole, path] = [scratchPath(), scratchPath()];
  runIn(whole);
  const { stdout, stderr } = runIn(path, "leak");
  assert.match(stdout, /EMFILE after \d{2,}/, "nothing was leaked");
  assert.match(stderr, /^fluxion: too many files are open \(EMFILE.*ulimit -n.*reserve/m);
  assert.ok(stderr.trim().split("\n").length < 40, stderr);
  for (const name of ["first", "second"]) {
    const directory = join(path, name);
    assert.is(runState(readRunFile(directory)), "completed");
    assert.equal(verifyRun(directory).problems, []);
    const rows = await timeless(directory);
    const steps = name === "first" ? 2 * scarceSteps : scarceSteps;
    assert.is(rows.length, steps + 1);
    assertSameRows(rows, await timeless(join(whole, name)), name);
    const [one, other] = [loadCheckpoint(directory), loadCheckpoint(join(whole, name))];
    assert.is(one.step, steps);
    assert.equal({ ...one, seconds: 0 }, { ...other, seconds: 0 });
  }
});

scarce("passes on any other error at once", () => {
  for (const code of ["EIO", "ENOENT"]) {
    let calls = 0;
    const fail = (): never => {
      calls++;
      throw Object.assign(new Error(code), { code });
    };
    assert.throws(() => whenScarce("a", fail), code);
    assert.is(calls, 1);
  }
});

scarce("waits when the reserve does not suffice, until somebody else closes a file", () => {
  for (const code of ["EMFILE", "ENFILE"]) {
    let calls = 0;
    const result = whenScarce("a", () => {
      if (++calls < 8) throw Object.assign(new Error(code), { code });
      return calls;
    });
    assert.is(result, 8);
  }
});

scarce.run();
