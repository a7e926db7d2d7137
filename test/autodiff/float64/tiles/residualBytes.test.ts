import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { residualBytes } from "../../../../src/autodiff/float64/tiles/residualBytes.ts";
import { memoryBytes } from "../../../../src/host.ts";
import { assertError } from "../../../support/assert.ts";

const tests = suite("bytes of residuals");

tests("are those of FLUXION_RESIDUALS, else 1 GiB or an eighth of the memory", () => {
  const usual = Math.min(2 ** 30, memoryBytes() / 8);
  assert.is(residualBytes(), usual);
  try {
    for (const [said, bytes] of [
      ["0", 0],
      ["0.5", 2 ** 19],
      ["300", 300 * 2 ** 20],
      ["", usual],
    ] as const) {
      process.env.FLUXION_RESIDUALS = said;
      assert.is(residualBytes(), bytes);
    }
    for (const said of ["-1", "1 GiB", "Infinity", "NaN", " "]) {
      process.env.FLUXION_RESIDUALS = said;
      assertError(residualBytes, "ERR_OPTION_RANGE", /FLUXION_RESIDUALS: expected a number of MiB/);
    }
  } finally {
    delete process.env.FLUXION_RESIDUALS;
  }
});

tests("are shared among worker threads", async () => {
  const module = new URL("../../../../src/autodiff/float64/tiles/residualBytes.ts", import.meta.url);
  const program = `import { register } from ${JSON.stringify(import.meta.resolve("tsx/esm/api"))}; register();
    const { residualBytes } = await import(${JSON.stringify(module.href)});
    (await import("node:worker_threads")).parentPort.postMessage(residualBytes());`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`));
  const [bytes] = await once(worker, "message");
  assert.is(bytes, residualBytes() / availableParallelism());
});

tests.run();
