/** What may stand in a directory from somebody else under the names of its files: pipes, directories, odd links, names. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { from, lastValueFrom, type Observable } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sealedJson } from "../../src/arrow/checks/sealedJson.ts";
import { readRun } from "../../src/arrow/readRun.ts";
import { readRunFile } from "../../src/arrow/runFile.ts";
import { verifyRun } from "../../src/arrow/verifyRun.ts";
import { experimentsIn, newExperiment, readExperiment, writeExperiment } from "../../src/cli/experimentFile.ts";
import { recoverFiles } from "../../src/cli/recover/recoverFiles.ts";
import { readableRuns, runsIn } from "../../src/cli/runDirectories.ts";
import { isFluxionError } from "../../src/errors.ts";
import { experimentContext } from "../../src/experiments/framework/context.ts";
import { directoryStore } from "../../src/experiments/framework/directoryStore.ts";
import { campaignFiles } from "../../src/experiments/threads/campaignFiles.ts";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { bilinear } from "../../src/problems/games/bilinear.ts";
import { temporaryName, writeAtomically } from "../../src/sinks/atomicFile.ts";
import { loadCheckpoint, saveCheckpoint } from "../../src/sinks/checkpointFile.ts";
import { takeLease } from "../../src/sinks/lease.ts";
import { runDirectory } from "../../src/sinks/runDirectory.ts";
import { iterate } from "../../src/streams/iterate.ts";
import { visible } from "../../src/visible.ts";
import { assertError } from "../support/assert.ts";
import { fluxion } from "../support/command.ts";
import * as fc from "../support/fastCheck.ts";
import { makeRows } from "../support/rows.ts";
import { scratchPath } from "../support/scratch.ts";

const strange = suite("strange files in a run directory");
const folder = scratchPath("strange");

strange.before(async () => {
  const about = { name: "mine", source: { module: "built-in", hash: "" }, options: {}, seed: 1 };
  mkdirSync(join(folder, "cut"), { recursive: true });
  const directory = join(folder, "cut", "first");
  const checkpoints = { every: 10, save: saveCheckpoint(directory) };
  const rows = iterate(bilinear(), [1, 1], gradientStep(0.1), { name: "first", checkpoints });
  await lastValueFrom(rows.pipe(untilStep(30), runDirectory(directory)));
  writeExperiment(join(folder, "cut"), { ...newExperiment(about), state: "stopped", runs: ["first"] });
});

/** Every reader of a directory. One that waited for a pipe would never return. */
const readers: Readonly<Record<string, (directory: string) => unknown>> = {
  readExperiment,
  experimentsIn,
  runsIn,
  "readableRuns, as serve and figure do": (directory) => readableRuns(runsIn(directory)),
  readRunFile: (directory) => readRunFile(join(directory, "first")),
  verifyRun: (directory) => verifyRun(join(directory, "first")),
  readRun: (directory) => [...readRun(join(directory, "first"))],
  loadCheckpoint: (directory) => loadCheckpoint(join(directory, "first")),
  "directoryStore, as resume does": (directory) => directoryStore({ directory, resume: () => true }).earlier("first"),
  recoverFiles: (directory) => recoverFiles(directory, `${directory}-recovered`),
};

const pipe = (path: string): void => assert.is(spawnSync("mkfifo", [path]).status, 0);
const kinds: Readonly<Record<string, (path: string) => void>> = { pipe, directory: (path) => void mkdirSync(path) };
const places = ["experiment.json", "first/run.json", "first/checkpoint.bin", "first/iterates-0001.arrows"];

for (const [kind, make] of Object.entries(kinds)) {
  for (const place of places) {
    strange(`a ${kind} as ${place}: every reader does without it or refuses it, and none waits`, () => {
      const directory = join(folder, `${kind}-${place.replaceAll("/", "-")}`);
      cpSync(join(folder, "cut"), directory, { recursive: true });
      const path = join(directory, place);
      rmSync(path);
      make(path);
      const refused = Object.entries(readers).filter(([, read]) => {
        try {
          read(directory);
          return false;
        } catch (error) {
          assert.ok(isFluxionError(error), `${(error as Error).stack}`);
          return true;
        }
      });
      assert.ok(refused.length > 0);
    });
  }
}

strange("a pipe as lease, a link as lease, and a lease with too great a number keep nobody waiting", () => {
  for (const [name, make] of [
    ["lease-3.json", pipe],
    ["lease-3.json", (path: string) => symlinkSync("/nowhere/at/all", path)],
    ["lease-99999999999999999999.json", (path: string) => writeFileSync(path, "{}")],
  ] as const) {
    const directory = scratchPath();
    mkdirSync(directory);
    make(join(directory, name));
    try {
      takeLease("test", directory, { force: true }).release();
    } catch (error) {
      assert.match((error as { code?: string }).code ?? "", /^ERR_(READ|RUN_LINK|RUN_BUSY)$/);
    }
  }
});

strange("a link under the name of a temporary file is not followed", () => {
  const directory = scratchPath();
  mkdirSync(directory);
  const [path, target] = [join(directory, "run.json"), join(directory, "precious")];
  writeFileSync(target, "precious");
  symlinkSync(target, temporaryName(path));
  writeAtomically("test", path, "new");
  assert.is(readFileSync(path, "utf8"), "new");
  assert.is(readFileSync(target, "utf8"), "precious");
});

strange("links under the names of a campaign's files are refused, and their targets stay", async () => {
  for (const name of ["iterates.arrows", "iterates.arrows.part", "ends.arrows", "ends.arrows.part"]) {
    const directory = scratchPath();
    mkdirSync(directory);
    const target = join(directory, "precious");
    writeFileSync(target, "precious");
    symlinkSync(target, join(directory, name));
    assert.match(await rejection(from(makeRows(3)).pipe(campaignFiles(directory))), /is a symbolic link/);
    assert.is(readFileSync(target, "utf8"), "precious");
  }
});

async function rejection(rows: Observable<unknown>): Promise<string> {
  try {
    await lastValueFrom(rows);
  } catch (error) {
    return (error as Error).message;
  }
  return "no error";
}

strange(
  "a run that an experiment made with iterate is kept in the experiment's directory, whatever its name",
  async () => {
    const directory = scratchPath();
    const store = directoryStore({ directory, resume: () => false });
    const { complete } = experimentContext({ seed: 1, signal: new AbortController().signal, store });
    for (const name of ["../outside", "a/b", "..", "/etc/x"]) {
      const rows = iterate(bilinear(), [1, 1], gradientStep(0.1), { name }).pipe(untilStep(2));
      assert.match(await rejection(complete(rows)), /expected a name of letters, digits/);
    }
    assert.not(existsSync(join(directory, "..", "outside")));
  },
);

strange("names and messages from files cannot speak to the terminal", async () => {
  const directory = "loud";
  const evil = "\u001b]0;title\u0007\u001b[2J\u009b31m\u202e";
  cpSync(join(folder, "cut"), join(folder, directory), { recursive: true });
  const path = join(folder, directory, "first", "run.json");
  const { name, attempts, ...rest } = readRunFile(join(folder, directory, "first"));
  const last = { ...attempts.at(-1)!, ended: { how: "failed", message: evil, at: evil, rows: 1e9 } };
  writeFileSync(path, sealedJson({ name: `${name}${evil}`, ...rest, attempts: [...attempts.slice(0, -1), last] }));
  const experiment = join(folder, directory, "experiment.json");
  const content = JSON.parse(readFileSync(experiment, "utf8")) as object;
  writeFileSync(experiment, sealedJson({ ...content, name: evil, source: { module: `/${evil}`, hash: "" } }));
  mkdirSync(join(folder, "runs"));
  renameSync(join(folder, directory), join(folder, "runs", `${directory}${evil}`));
  const given = join("runs", `${directory}${evil}`);
  for (const args of [["list"], ["replay", given], ["resume", given]]) {
    const { stdout, stderr } = await fluxion(args, folder);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are looked for
    assert.not.match(stdout + stderr, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/, `${args[0]}`);
  }
});

strange("visible leaves no control character, and every other text as it is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are looked for
      assert.not.match(visible(text), /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    }),
  );
  for (const plain of ["a\n\tb", "é😀", "‖F‖²"]) assert.is(visible(plain), plain);
});

strange("readRun refuses a pipe at once, and names it", () => {
  const path = scratchPath("pipe.arrows");
  pipe(path);
  assertError(() => [...readRun(path)], "ERR_READ", /pipe\.arrows: it is not a regular file/);
});

strange.run();
