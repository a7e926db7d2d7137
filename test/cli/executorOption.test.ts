/** The option `--executor`: what computes, what is kept of it, and what is refused. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readRunFile } from "../../src/arrow/runFile.ts";
import { readExperiment } from "../../src/cli/experimentFile.ts";
import { fluxion, scratchDirectory, startFluxion } from "../support/command.ts";

const nowhere = { FLUXION_PJRT: "", FLUXION_DEVICES: "/nowhere", FLUXION_EXECUTOR: "" };
const quick = ["run", "quartic", "--iterations", "3", "--no-serve"];
const executorIn = (directory: string): string =>
  (readRunFile(join(directory, "search")).environment as { executor: string }).executor;

const option = suite("--executor");
option("computes by that executor, whatever the environment says, and keeps it", async () => {
  const cwd = scratchDirectory();
  const environment = { FLUXION_EXECUTOR: "portable" };
  const given = [...quick, "--out", "a b", "--executor", "interpreter"];
  const { code, stdout, stderr } = await startFluxion(given, cwd, environment).ended;
  assert.is(code, 0, stderr);
  assert.match(stdout, /computed by the executor interpreter/);
  const out = join(cwd, "a b");
  assert.is(executorIn(out), "interpreter");
  const { executor, portable } = readExperiment(out);
  assert.equal([executor, portable], ["interpreter", undefined]);
});
option("portable is the same as --portable, and an executor turns off what is portable by default", async () => {
  for (const [given, executor, portable] of [
    [["quartic", "--iterations", "3", "--executor", "portable"], "portable", true],
    [["--iterations", "2", "--trajectory-steps", "20", "--executor", "float64"], "float64", undefined],
  ] as const) {
    const cwd = scratchDirectory();
    const { code, stderr } = await fluxion(["run", ...given, "--no-serve", "--out", "out"], cwd);
    assert.is(code, 0, stderr);
    assert.is(executorIn(join(cwd, "out")), executor);
    assert.is(readExperiment(join(cwd, "out")).portable, portable);
  }
});
option("an unknown name, a missing device and contradictions are refused, and nothing is left behind", async () => {
  for (const [given, message] of [
    [
      [...quick, "--executor", "tensorfow"],
      /--executor: expected float64, .*auto, got "tensorfow"\. Did you mean "tensorflow"\?/,
    ],
    [[...quick, "--executor", ""], /--executor: expected float64, .*got ""/],
    [[...quick, "--executor"], /argument missing/],
    [[...quick, "--executor", "xla"], /executor xla: found no plugin; install one by `fluxion device install cpu`/],
    [[...quick, "--executor", "xla", "--portable"], /--executor xla contradicts --portable/],
    [[...quick, "--executor", "portable", "--no-portable"], /--executor portable contradicts --no-portable/],
    [["check", "dlae", "--executor", "xla"], /executor xla: found no plugin/],
    [["check", "quartic", "--executor", "abacus"], /--executor: expected/],
    [["campaign", "dlae", "--executor", "abacus"], /--executor: expected/],
    [["campaign", "dlae", "--searches", "2", "--executor", "xla"], /executor xla: found no plugin/],
    [["worker", "--executor", "abacus"], /--executor: expected/],
    [["resume", "nothing", "--executor", "abacus"], /--executor: expected/],
  ] as const) {
    const cwd = scratchDirectory();
    const { code, stdout, stderr } = await startFluxion(given, cwd, nowhere).ended;
    const said = `${given.join(" ")}: ${stdout}${stderr}`;
    assert.is(code, 2, said);
    assert.match(stderr, message, said);
    assert.not(existsSync(join(cwd, "runs")), said);
  }
});
option("resume goes on with the executor that began, or with the one that it is given and says so", async () => {
  const cwd = scratchDirectory();
  const begun = async (name: string): Promise<void> => {
    const few = ["--searches", "1", "--trajectory-steps", "100", "--iterations", "600", "--workers", "1"];
    const run = startFluxion(["run", "dlae", ...few, "--no-serve", "--out", name, "--executor", "interpreter"], cwd);
    await run.says(/trajectory|step \d/);
    run.process.kill("SIGINT");
    await run.ended;
  };
  await begun("same");
  const same = await startFluxion(["resume", "same", "--no-serve"], cwd).ended;
  if (!/is finished/.test(same.stderr)) assert.is(same.code, 0, same.stderr);
  assert.not.match(same.stderr, /up to rounding/);
  await begun("other");
  const other = await startFluxion(["resume", "other", "--no-serve", "--executor", "float64"], cwd).ended;
  if (/is finished/.test(other.stderr)) return;
  assert.is(other.code, 0, other.stderr);
  assert.match(other.stderr, /computed by interpreter, .*is now computed by float64/);
  assert.is(readExperiment(join(cwd, "other")).executor, "float64");
});
option("every command that computes tells of it in its help", async () => {
  for (const given of [["run"], ["run", "dlae"], ["campaign"], ["check"], ["resume"], ["worker"]]) {
    const { code, stdout } = await fluxion([...given, "--help"]);
    assert.is(code, 0);
    assert.match(stdout, /--executor <name> +what computes: float64,/, given.join(" "));
  }
});
option.run();
