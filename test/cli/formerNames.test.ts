/** Directories written before columns were renamed: every command that looks at them does, under either name; resume refuses. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { replay } from "../../src/streams/replay.ts";
import { type Batch, readStream } from "../../src/viewer/arrowReader.ts";
import { valuesOf } from "../support/collect.ts";
import { fluxion, startFluxion } from "../support/command.ts";
import { scratchPath } from "../support/scratch.ts";

const written = fileURLToPath(new URL("../fixtures/first-names", import.meta.url));

function copy(): string {
  const directory = scratchPath();
  cpSync(written, directory, { recursive: true });
  return directory;
}

const former = suite("directories written before the renaming");

former("are replayed with the present names", async () => {
  const rows = await valuesOf(replay(join(written, "bilinear", "gda")));
  assert.is(rows.length, 31);
  assert.is(rows[1]!.squaredFieldNorm, 2.5);
});

former("are printed by the command under either name", async () => {
  for (const name of ["squaredNorm", "squaredFieldNorm"]) {
    const { stdout, code } = await fluxion([
      ...["replay", join(written, "bilinear"), "--run", "gda"],
      ...["--columns", `step,${name}`, "--format", "csv", "--to", "1"],
    ]);
    assert.is(code, 0);
    assert.equal(stdout.trim().split("\n"), ["step,squaredFieldNorm", "0,2", "1,2.5"]);
  }
});

former("are drawn", async () => {
  const directory = copy();
  for (const [figure, runs] of [
    ["gradient-norm", "quartic"],
    ["spiral", "bilinear"],
  ] as const) {
    const { code, stderr } = await fluxion(["figure", figure, join(directory, runs)]);
    assert.is(code, 0, stderr);
    assert.match(readFileSync(join(directory, runs, `${figure}.svg`), "utf8"), /<svg/);
  }
});

former("are served with the present names", async () => {
  const { process, says } = startFluxion(["serve", join(written, "bilinear")]);
  const [, address] = await says(/runs: (http\S+)/);
  const url = new URL(address!);
  const rows = async (columns: string): Promise<readonly Batch[]> => {
    const response = await fetch(
      new URL(`/runs/gda/rows?columns=${columns}&last=31&token=${url.searchParams.get("token")}`, url),
    );
    assert.is(response.status, 200, columns);
    return readStream(await response.arrayBuffer());
  };
  try {
    for (const name of ["squaredNorm", "squaredFieldNorm"]) {
      const [batch] = await rows(name);
      const column = batch!.columns.get("squaredFieldNorm");
      assert.ok(column?.kind === "number" && column.values[1] === 2.5, name);
    }
  } finally {
    process.kill("SIGINT");
  }
});

former("are not resumed, and the message says what to do", async () => {
  const directory = join(copy(), "quartic");
  const file = join(directory, "experiment.json");
  writeFileSync(file, readFileSync(file, "utf8").replace('"finished"', '"interrupted"'));
  const { code, stderr } = await fluxion(["resume", directory]);
  assert.is(code, 2);
  assert.match(
    stderr,
    /written by an earlier version.*not resumed; run it again with npx fluxion run quartic --seed 1/,
  );
});

former.run();
