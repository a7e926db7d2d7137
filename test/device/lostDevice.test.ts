/** A device that is lost between two rows of a run, and two processes that share one. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readRun } from "../../src/arrow/readRun.ts";
import { scratchDirectory, startFluxion } from "../support/command.ts";
import { hasXla } from "../support/xla.ts";

const programs = new URL("../support/programs/", import.meta.url);
const module_ = fileURLToPath(new URL("../support/deviceExperiment.ts", import.meta.url));
const folder = scratchDirectory();
const fake = join(folder, "fake plugin.so");
const compiled =
  spawnSync("cc", ["-shared", "-fPIC", "-o", fake, fileURLToPath(new URL("pjrt.c", programs))]).status === 0;
if (!compiled) console.log("skipped: no C compiler on this machine");

const own = { FLUXION_EXECUTOR: "float64" };
const run = (directory: string): readonly string[] => ["run", module_, "--out", directory, "--no-serve"];
const rowsOf = (directory: string): number => [...readRun(join(directory, "adam"))].length;

const lost = suite("a device that is lost");
if (compiled && hasXla) {
  lost(
    "the run says so and stays whole; it goes on with another executor and another device, with a warning",
    async () => {
      const directory = join(folder, "lost runs");
      const broken = { ...own, FLUXION_PJRT: fake, FAKE_PJRT: "later" };
      const first = await startFluxion(run(directory), folder, broken).ended;
      assert.is.not(first.code, 0);
      assert.match(first.stdout + first.stderr, /executor xla: LoadedExecutable_Execute failed: .*the device is gone/);
      const listed = await startFluxion(["list", directory], folder).ended;
      assert.match(listed.stdout, /device +1 +failed +1/);
      // Six calls of the device succeed. A row is emitted with what its steps gave, so that the seventh is not.
      assert.is(rowsOf(directory), 6);
      const whole = await startFluxion(["verify", directory], folder).ended;
      assert.is(whole.code, 0, whole.stdout + whole.stderr);
      const resumed = await startFluxion(["resume", directory, module_, "--no-serve"], folder, {
        FLUXION_EXECUTOR: "xla",
      }).ended;
      assert.is(resumed.code, 0, resumed.stdout + resumed.stderr);
      assert.match(resumed.stdout + resumed.stderr, /up to rounding, not bit for bit/);
      assert.is(rowsOf(directory), 13);
    },
  );

  lost("two processes at one device at once have the same digits as one", async () => {
    const [alone, ...both] = ["alone", "left", "right"].map((name) => join(folder, name)) as [string, string, string];
    const options = { FLUXION_EXECUTOR: "xla" };
    assert.is((await startFluxion(run(alone), folder, options).ended).code, 0);
    const ends = await Promise.all(both.map((directory) => startFluxion(run(directory), folder, options).ended));
    assert.equal(
      ends.map(({ code }) => code),
      [0, 0],
    );
    const points = [alone, ...both].map((directory) => [...readRun(join(directory, "adam"))].map(({ value }) => value));
    assert.equal(points[1], points[0]);
    assert.equal(points[2], points[0]);
  });
} else lost("is skipped", () => undefined);
lost.run();
