/** `fluxion run --every --keep --max-disk`, as a user starts it. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readRun } from "../../src/arrow/readRun.ts";
import { fluxion, scratchDirectory } from "../support/command.ts";

const keeping = suite("fluxion run keeps what it is told");

keeping("--every and --keep thin the files, and keep both ends", async () => {
  const here = scratchDirectory();
  const run = ["run", "bilinear", "--iterations", "45", "--no-serve"];
  assert.is((await fluxion([...run, "--every", "20", "--keep", "numbers", "--out", "thin"], here)).code, 0);
  assert.is((await fluxion([...run, "--out", "whole"], here)).code, 0);
  const [thin, whole] = ["thin", "whole"].map((name) => [...readRun(join(here, name, "extragradient"))]);
  assert.equal(
    thin!.map(({ step }) => step),
    [0, 20, 40, 45],
  );
  assert.equal(
    thin!.map(({ point }) => point !== undefined),
    [true, false, false, true],
  );
  const values = (rows: NonNullable<typeof thin>): number[] => rows.map((row) => row.squaredFieldNorm);
  assert.equal(values(thin!), values(whole!.filter(({ step }) => step % 20 === 0 || step === 45)));
});

keeping("--max-disk stops with a checkpoint, from which resume goes on to the same end", async () => {
  const here = scratchDirectory();
  const run = ["run", "bilinear", "--iterations", "30000", "--no-serve"];
  const small = await fluxion([...run, "--max-disk", "300kB", "--out", "small"], here);
  assert.is(small.code, 1, small.stderr);
  assert.match(small.stderr, /of the 300 kB that --max-disk allows: stopping after this step/);
  assert.match(small.stdout, /npx fluxion resume small/);
  assert.is((await fluxion(["resume", "small", "--no-serve"], here)).code, 0);
  await fluxion([...run, "--out", "whole"], here);
  const ends = ["small", "whole"].map((name) => [...readRun(join(here, name, "gda"))].at(-1)!);
  assert.is(ends[0]!.status, "diverged");
  assert.is(ends[0]!.step, ends[1]!.step);
  assert.equal(ends[0]!.point, ends[1]!.point);
});

keeping("searches start where they start without --keep, since trajectories are kept whole", async () => {
  const here = scratchDirectory();
  const run = [
    "run",
    "digits",
    "--searches",
    "3",
    "--iterations",
    "2",
    "--samples",
    "40",
    "--trajectory-steps",
    "60",
    "--no-serve",
  ];
  for (const [name, flags] of [
    ["all", []],
    ["ends", ["--keep", "ends"]],
    ["every", ["--every", "7", "--keep", "numbers"]],
  ] as const) {
    const { code, stderr } = await fluxion([...run, ...flags, "--out", name], here);
    assert.is(code, 0, stderr);
  }
  const starts = ["all", "ends", "every"].map((name) =>
    readdirSync(join(here, name))
      .filter((run) => existsSync(join(here, name, run, "run.json")))
      .sort()
      .map((run) => `${run} ${[...readRun(join(here, name, run))][0]!.point}`),
  );
  assert.ok(starts[0]!.length >= 4, `${starts[0]!.length} runs`);
  assert.ok(new Set(starts[0]!.map((start) => start.split(" ")[1])).size >= 3);
  assert.equal(starts[1], starts[0]);
  assert.equal(starts[2], starts[0]);
});

keeping("says what it does not understand, and makes nothing", async () => {
  const here = scratchDirectory();
  for (const [flags, says] of [
    [["--every", "0"], /--every: expected a whole number from 1, got "0"/],
    [["--keep", "some"], /Allowed choices are all, numbers, ends/],
    [["--max-disk", "lots"], /expected a size such as 500MB/],
  ] as const) {
    const { code, stderr } = await fluxion(["run", "bilinear", "--no-serve", ...flags], here);
    assert.is(code, 2);
    assert.match(stderr, says);
  }
});

keeping.run();
