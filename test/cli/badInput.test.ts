import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fluxion, type Outcome, scratchDirectory } from "../support/command.ts";

/** One clear message, exit code 2, no stack trace. */
function assertRefused({ code, stdout, stderr }: Outcome, message: RegExp): void {
  assert.is(code, 2, `${stdout}${stderr}`);
  assert.match(stderr, message);
  assert.not.match(stderr, /^\s+at /m);
}

const refuses = suite("fluxion, given what it cannot use,");

for (const [what, args, message] of [
  ["an unknown command", ["frob"], /unknown command 'frob'/],
  ["an unknown experiment", ["run", "bilinaer"], /no experiment is called "bilinaer"\. Did you mean "bilinear"\?/],
  ["an unknown option", ["run", "dlae", "--smples", "3"], /unknown option '--smples'\s+\(Did you mean --samples\?\)/],
  ["a value that is no number", ["run", "dlae", "--samples", "x"], /--samples: expected a positive integer, got "x"/],
  ["a value out of range", ["run", "bilinear", "--step-size", "-1"], /--step-size: .*-1/],
  ["a value of no choice", ["run", "bilinear", "--method", "sgd"], /--method: expected .*gda, .*, got \["sgd"\]/],
  ["a start of the wrong length", ["run", "quartic", "--start", "1,2,3"], /--start: /],
  ["a port that is none", ["run", "bilinear", "--serve", "99999"], /--serve: expected a port from 0 to 65535/],
  ["another host without a token", ["run", "bilinear", "--host", "0.0.0.0"], /--host .*--token|token/],
  ["a module that is not there", ["run", "./missing.ts"], /there is no module .*missing\.ts/],
  ["a directory that is none", ["replay", "nowhere"], /nowhere: there is no such directory/],
  [
    "a path through a file",
    ["run", "bilinear", "--no-serve", "--out", "/dev/null/x"],
    /cannot write \/dev\/null\/x: a part of the path is a file/,
  ],
  [
    "a directory that cannot be made",
    ["run", "bilinear", "--no-serve", "--out", "/proc/fluxion"],
    /cannot write \/proc\/fluxion/,
  ],
] as const) {
  refuses(`refuses ${what}`, async () => assertRefused(await fluxion(args), message));
}

refuses(
  "refuses a module that throws, one without an experiment, one whose run throws or gives no stream",
  async () => {
    const here = scratchDirectory();
    writeFileSync(join(here, "throws.mjs"), 'throw new Error("boom at load");\n');
    writeFileSync(join(here, "empty.mjs"), "export default 3;\n");
    writeFileSync(join(here, "syntax.mjs"), "export default {;\n");
    const module = (body: string): string =>
      `export default { kind: "fluxion experiment", name: "mine", summary: "s", options: (await import(${JSON.stringify(import.meta.resolve("zod"))})).z.object({}), run() { ${body} } };\n`;
    writeFileSync(join(here, "runs.mjs"), module('throw new Error("boom in run");'));
    assertRefused(await fluxion(["run", "./throws.mjs", "--no-serve"], here), /cannot be loaded: boom at load/);
    assertRefused(
      await fluxion(["run", "./empty.mjs", "--no-serve"], here),
      /must have an experiment as default export, got number/,
    );
    assertRefused(await fluxion(["run", "./syntax.mjs", "--no-serve"], here), /cannot be loaded/);
    assertRefused(await fluxion(["run", "./runs.mjs", "--no-serve"], here), /boom in run \(at \/\S+runs\.mjs:1:\d+\)/);
    const debug = await fluxion(["run", "./runs.mjs", "--no-serve", "--debug"], here);
    assert.is(debug.code, 2);
    assert.match(debug.stderr, /at .*runs\.mjs/);
  },
);

refuses("refuses a directory that holds something already", async () => {
  const here = scratchDirectory();
  mkdirSync(join(here, "full"));
  writeFileSync(join(here, "full", "notes.txt"), "mine");
  assertRefused(await fluxion(["run", "bilinear", "--no-serve", "--out", "full"], here), /full is not empty/);
  await fluxion(["run", "bilinear", "--iterations", "2", "--no-serve", "--out", "done"], here);
  assertRefused(await fluxion(["run", "bilinear", "--no-serve", "--out", "done"], here), /holds an experiment already/);
});

refuses("refuses a port that another program has, before it begins", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const address = other.address();
  const port = typeof address === "object" ? address?.port : undefined;
  try {
    assertRefused(await fluxion(["run", "bilinear", "--serve", String(port)]), /another program listens on port/);
  } finally {
    other.close();
  }
});

refuses("ends with a message on a full disk, and keeps the rows written before", async () => {
  const here = scratchDirectory();
  const disk = join(here, "disk");
  mkdirSync(disk);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=512k", "tmpfs", disk], { stdio: "ignore" });
  } catch {
    console.log("skipped: a full disk needs the right to mount a small one");
    return;
  }
  try {
    const outcome = await fluxion(
      ["run", "bilinear", "--iterations", "100000", "--no-serve", "--out", "disk/run"],
      here,
    );
    assertRefused(outcome, /the disk is full; free some space \(ENOSPC\); the \d+ bytes written before are kept/);
    const rows = await fluxion(["replay", "disk/run", "--columns", "step", "--format", "csv"], here);
    assert.is(rows.code, 0, rows.stderr);
    assert.ok(rows.stdout.split("\n").length > 256);
  } finally {
    execFileSync("umount", [disk]);
  }
});

refuses.run();
