import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { describeExecutor } from "../../src/autodiff/executor.ts";
import { executorChange } from "../../src/cli/executorChange.ts";

/** An experiment with one run whose run.json notes this environment. */
function experimentWith(environment: object | undefined): string {
  const directory = mkdtempSync(join(tmpdir(), "fluxion-executor-"));
  mkdirSync(join(directory, "a"));
  const file = {
    format: 1,
    name: "a",
    fields: {},
    columns: {},
    settings: {},
    versions: {},
    platform: {},
    attempts: [],
  };
  writeFileSync(join(directory, "a", "run.json"), JSON.stringify({ ...file, environment }));
  return directory;
}

const change = suite("executorChange");
change("says nothing where the same computes as before", () => {
  assert.is(executorChange(experimentWith(describeExecutor()), ["a"]), undefined);
});
change("names both where another library computes", () => {
  const other = { ...describeExecutor(), blas: { library: "libother.so", core: "Z80" } };
  const directory = experimentWith(other);
  assert.match(
    executorChange(directory, ["a"]) ?? "",
    /computed by float64, libother\.so Z80(?:, native loops)?, and is now computed by .*up to rounding/,
  );
});
change("names native loops, and takes runs of earlier versions as computed without them", () => {
  const here = describeExecutor();
  const { native, ...earlier } = here;
  const [withLoops, without] = [
    { ...here, native: { library: "/some/library.so" } },
    { ...here, native: {} },
  ];
  const other = native.library === undefined ? withLoops : without;
  assert.match(executorChange(experimentWith(other), ["a"]) ?? "", /native loops/);
  assert.is(executorChange(experimentWith(earlier), ["a"]) === undefined, native.library === undefined);
  assert.is(executorChange(experimentWith({ ...here, native: { ...native, width: 16 } }), ["a"]), undefined);
});
change("names the device and its library", () => {
  const device = {
    library: "/x",
    version: "TensorFlow 2.15.1",
    device: "GPU",
    accelerator: true,
    precision: "float32",
  } as const;
  const other = { ...describeExecutor(), executor: "tensorflow", device } as const;
  assert.match(
    executorChange(experimentWith(other), ["a"]) ?? "",
    /computed by tensorflow \(GPU, float32, TensorFlow 2\.15\.1\), .*and is now computed by float64/,
  );
});
change("says nothing of a portable experiment, which goes on as one wherever it is resumed", () => {
  const other = { ...describeExecutor(), blas: { library: "libother.so", core: "Z80" } };
  assert.is(executorChange(experimentWith(other), ["a"], true), undefined);
});
change("says nothing of runs that have not begun, or noted nothing", () => {
  assert.is(executorChange(experimentWith(undefined), ["a", "b"]), undefined);
});
change.run();
