/** What the command loads before it does anything: its help is not to wait for everything that it could do. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { builtInExperiments } from "../../src/experiments/catalogue/builtIn.ts";
import { loaders } from "../../src/experiments/catalogue/loaders.ts";
import { summaries } from "../../src/experiments/catalogue/summaries.ts";
import { fluxion } from "../support/command.ts";

const startUp = suite("start-up");

/** Prints the address of every module that is resolved to standard error. */
const hook =
  "export async function resolve(name,context,next){" +
  "const found=await next(name,context);process._rawDebug('loads '+found.url);return found}";
const registration = `import{register}from"node:module";register("data:text/javascript,${encodeURIComponent(hook)}")`;

async function modulesOf(given: readonly string[]): Promise<readonly string[]> {
  const former = process.env.NODE_OPTIONS;
  process.env.NODE_OPTIONS = `${former ?? ""} --import=data:text/javascript,${encodeURIComponent(registration)}`;
  try {
    const { code, stderr } = await fluxion(given);
    assert.is(code, 0, stderr);
    return [...stderr.matchAll(/^loads (.*)$/gm)].map((found) => found[1]!);
  } finally {
    if (former === undefined) delete process.env.NODE_OPTIONS;
    else process.env.NODE_OPTIONS = former;
  }
}

const heavy =
  /node_modules\/(@tensorflow|@observablehq|@duckdb|hyparquet|hyparquet-writer|apache-arrow|koffi|linkedom|zod|ws|rxjs)\//;

for (const given of [["--version"], ["--help"], ["doctor", "--help"], ["list"], ["tag", "--help"], ["rm", "--help"]]) {
  startUp(`fluxion ${given.join(" ")} loads neither TensorFlow.js nor Plot, Arrow, koffi or linkedom`, async () => {
    const modules = await modulesOf(given);
    assert.ok(modules.some((url) => url.includes("/commander/")));
    assert.equal(
      modules.filter((url) => heavy.test(url)),
      [],
    );
  });
}

startUp("other commands load no TensorFlow.js unless they compute", async () => {
  for (const name of [
    "run",
    "resume",
    "check",
    "serve",
    "replay",
    "verify",
    "recover",
    "show",
    "compare",
    "convert",
    "query",
  ]) {
    const modules = await modulesOf([name, "--help"]);
    assert.ok(modules.some((url) => url.includes("/commander/")));
    assert.equal(
      modules.filter((url) => /@tensorflow|@observablehq|koffi|linkedom|@duckdb|hyparquet/.test(url)),
      [],
      name,
    );
  }
});

startUp("the list of modules is what it says: fluxion figure loads Plot", async () => {
  assert.ok((await modulesOf(["figure", "--help"])).some((url) => url.includes("@observablehq")));
});

startUp("every experiment that the list names is loaded by that name", async () => {
  for (const [name, load] of Object.entries(loaders)) assert.is((await load()).name, name);
  assert.equal(
    builtInExperiments.map((each) => [each.name, each.summary]),
    Object.entries(summaries),
  );
});

startUp.run();
