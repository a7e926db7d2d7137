/** What a user types or writes wrongly is named at once, in the user's words, and leaves nothing behind. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { inWordsOfCommand } from "../../src/cli/complain.ts";
import { drawFigures } from "../../src/cli/drawFigures.ts";
import { fluxion, scratchDirectory, startFluxion } from "../support/command.ts";
import { makeRun } from "../support/rows.ts";
import { fallingRows, recordRows } from "../support/threeRuns.ts";

const faults = suite("small faults");

/** Runs a module whose experiment has this `run`, in a folder of its own; returns what is left there. */
async function running(body: string): Promise<{ code: number | null; stderr: string; left: string[] }> {
  const here = scratchDirectory();
  const text =
    `import { EMPTY, of } from "rxjs"; import { experiment, iterate, bilinear, objective } from "fluxion";\n` +
    `export default experiment({ name: "mine", summary: "mine", run: ${body} });\n`;
  writeFileSync(join(here, "mine.ts"), text);
  const { code, stderr } = await fluxion(["run", "./mine.ts", "--no-serve"], here);
  return { code, stderr, left: readdirSync(here) };
}

for (const [body, got] of [
  ["async () => EMPTY", "a promise"],
  ["async () => { throw new Error('lost'); }", "a promise"],
  ["() => 3", "a number"],
  ["() => undefined", "undefined"],
  ["() => [1, 2]", "an object"],
] as const) {
  faults(`a run that returns ${got} (${body}) is told what to return, and leaves nothing`, async () => {
    const { code, stderr, left } = await running(body);
    assert.is(code, 2);
    assert.match(stderr, new RegExp(`mine: expected run to return an Observable of rows, got ${got}`));
    assert.equal(left, ["mine.ts"]);
  });
}

faults("a stream of something other than rows is named", async () => {
  const { code, stderr } = await running("() => of(3)");
  assert.is(code, 2);
  assert.match(stderr, /expected the Observable to emit rows, .*, got number 3/);
});

faults("input that is found wrong only when the problem is built leaves no folder", async () => {
  const { code, stderr, left } = await running("() => { objective([[2]], () => { throw new Error('wrong data'); }); }");
  assert.is(code, 2);
  assert.match(stderr, /wrong data/);
  assert.equal(left, ["mine.ts"]);
});

faults("a directory is not a module", async () => {
  const here = scratchDirectory();
  mkdirSync(join(here, "my experiments"));
  const { code, stderr } = await fluxion(["run", "./my experiments"], here);
  assert.is(code, 2);
  assert.match(stderr, /my experiments is a directory, not a module; give the path of a file/);
});

faults("more searches than any machine has room for are refused at once", async () => {
  for (const experiment of ["dlae", "digits", "mnist-autoencoder"]) {
    const { code, stderr } = await fluxion(["run", experiment, "--searches", "1e12", "--no-serve"]);
    assert.is(code, 2, experiment);
    assert.match(stderr, /--searches: expected .*1000000/);
  }
});

faults("messages name no function that the user has not called", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((listening) => taken.once("listening", listening));
  const { port } = taken.address() as { readonly port: number };
  try {
    const here = scratchDirectory();
    recordRows(join(here, "a run"), fallingRows(makeRun(), 3));
    const { code, stderr } = await fluxion(["serve", "a run", "--port", String(port)], here);
    assert.is(code, 2);
    assert.match(stderr, /^fluxion: another program listens on port/);
  } finally {
    taken.close();
  }
  assert.is(inWordsOfCommand("replay: no rows"), "replay: no rows");
});

faults("a BLAS that cannot be loaded is said once, however many threads there are", async () => {
  const flags = ["--searches", "3", "--iterations", "2", "--workers", "3", "--no-serve"];
  const { stderr } = await startFluxion(["run", "dlae", ...flags], scratchDirectory(), { FLUXION_BLAS: "/no/blas.so" })
    .ended;
  assert.is(stderr.match(/FLUXION_BLAS:/g)?.length, 1, stderr);
});

faults("commands that are printed can be typed, also where a path has spaces", async () => {
  const here = scratchDirectory();
  recordRows(join(here, "a run"), fallingRows(makeRun(), 3));
  writeFileSync(join(here, "a run/run.json"), '{"format":1,\n  "checksum": "00000000"\n}\n');
  const { stderr } = await fluxion(["replay", "a run"], here);
  assert.match(stderr, /fluxion recover 'a run' makes/);
  const out = await fluxion(["run", "bilinear", "--iterations", "2", "--no-serve", "--out", "an out"], here);
  assert.match(out.stdout, /fluxion serve 'an out'/);
});

faults("figures are drawn over the runs of several directories", async () => {
  const here = scratchDirectory();
  for (const directory of ["one", "two"])
    recordRows(join(here, directory, "r"), fallingRows(makeRun({ name: "r" }), 12));
  const both = await drawFigures([join(here, "one"), join(here, "two")]);
  assert.ok(both.length > 0);
  assert.ok(both.some(({ svg }) => svg.includes("one/r") && svg.includes("two/r")));
});

faults.run();
