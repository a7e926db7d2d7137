/** Deno runs the built package: its numbers are Node's, and so is the command. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { replay } from "../../src/streams/replay.ts";
import { valuesOf } from "../support/collect.ts";
import { findDeno } from "../support/deno.ts";
import { knownFingerprint } from "../support/fingerprint.ts";
import { generators } from "../support/generators.ts";
import { scratchPath } from "../support/scratch.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const command = join(root, "dist/cli/main.js");
const deno = findDeno();
if (deno === undefined) console.log("skipped: no Deno on this machine (npm install --global deno, or DENO=path)");

const test = suite("in Deno");

test("elementary functions and seeded numbers have Node's bits", () => {
  if (deno === undefined) return;
  const program = `import { fingerprint } from "./test/support/fingerprint.ts";
    import { hashes } from "./test/support/generators.ts";
    console.log(fingerprint()); console.log(hashes().join(" "));`;
  const args = ["run", "--allow-all", "--no-check", "--ext=ts", "-"];
  const { stdout, stderr } = spawnSync(deno, args, { input: program, encoding: "utf8", cwd: root });
  assert.equal(stdout.trim().split("\n"), [knownFingerprint, generators.map(({ hash }) => hash).join(" ")], stderr);
});

test("the command runs an experiment, to Node's rows", async () => {
  if (deno === undefined) return;
  assert.ok(existsSync(command), "npm run build makes it");
  const rows = await Promise.all(
    [deno, process.execPath].map(async (engine) => {
      const out = join(scratchPath(), "run");
      const before = engine === deno ? ["run", "--allow-all"] : [];
      const args = [...before, command, "run", "bilinear", "--no-serve", "--out", out, "--iterations", "50"];
      const { status, stderr } = spawnSync(engine, args, { encoding: "utf8" });
      assert.is(status, 0, stderr);
      return valuesOf(replay(join(out, "extragradient")));
    }),
  );
  const numbers = rows.map((run) => run.map(({ step, squaredFieldNorm, point }) => [step, squaredFieldNorm, point]));
  assert.is(numbers[0]!.length, 51);
  assert.equal(numbers[0], numbers[1]);
});

test.run();
