import { suite } from "uvu";
import * as assert from "uvu/assert";
import { describeExecutor } from "../../src/autodiff/executor.ts";
import { deviceNames } from "../../src/autodiff/executorNames.ts";
import { kernelAdvice, libraryAdvice } from "../../src/cli/kernelSpeeds.ts";
import { kernelFacts } from "../../src/linalg/blas/fittingKernels.ts";
import { assertError } from "../support/assert.ts";
import { startFluxion } from "../support/command.ts";

const doctor = suite("fluxion doctor");
doctor("says what multiplies matrices, as describeExecutor does", async () => {
  const { code, stdout } = await startFluxion(["doctor", "--json"]).ended;
  assert.is(code, 0);
  const { cpu, kernels, libraries, speed, peak, ...found } = JSON.parse(stdout);
  assert.type(cpu, "string");
  assert.ok(Array.isArray(kernels) && Array.isArray(libraries));
  if (found.blas.library !== undefined) assert.ok(speed > 0);
  assert.ok(peak === undefined || peak > 0);
  const described = describeExecutor();
  // What follows from the kernels that were measured stands in place of what is known of kernels in general.
  const advice = kernelAdvice(kernelFacts(described.blas), kernels);
  const general = advice === undefined ? undefined : `BLAS: ${described.blas.warning}`;
  const faster = libraryAdvice(libraries);
  const warnings = described.warnings.filter((warning) => warning !== general);
  for (const text of [advice, faster]) if (text !== undefined) warnings.push(`BLAS: ${text}`);
  assert.equal(found, JSON.parse(JSON.stringify({ ...described, warnings })));
  for (const { core, speed } of [...kernels, ...libraries]) assert.ok(typeof core === "string" && speed > 0);
});
doctor("prints a table, and what to do where something is missing", async () => {
  const kept = process.env.FLUXION_NATIVE;
  Object.assign(process.env, { FLUXION_BLAS: "off", FLUXION_NATIVE: "off" });
  const { code, stdout } = await startFluxion(["doctor"]).ended;
  delete process.env.FLUXION_BLAS;
  if (kept === undefined) delete process.env.FLUXION_NATIVE;
  else process.env.FLUXION_NATIVE = kept;
  assert.is(code, 0);
  assert.match(stdout, /matrix products\s+WebAssembly/);
  assert.match(stdout, /switched off by FLUXION_BLAS=off/);
});
doctor("checks and times the devices that are there, and says what is missing and how to mend it", async () => {
  const { code, stdout } = await startFluxion(["doctor", "--device", "--json"]).ended;
  assert.is(code, 0);
  const { devices, timings, accelerator } = JSON.parse(stdout);
  assert.equal(
    devices.map(({ name }: { name: string }) => name),
    deviceNames,
  );
  assert.type(accelerator, "boolean");
  for (const { missing, precision, differences } of devices) {
    if (missing !== undefined) {
      assert.match(missing, /^executor /);
      continue;
    }
    assert.ok(differences.length > 8);
    const most = precision === "float64" ? 1e-12 : 1e-5;
    for (const { what, difference } of differences) assert.ok(difference <= most, `${what}: ${difference}`);
    assert.ok(timings.every(({ gradient, product }: Record<string, number>) => gradient! > 0 && product! > 0));
  }
});
doctor.run();

const executor = suite("describeExecutor");
executor("refuses an executor that does not exist", () => {
  process.env.FLUXION_EXECUTOR = "abacus";
  assertError(
    describeExecutor,
    "ERR_OPTION_RANGE",
    /float64 or interpreter or portable or tensorflow or xla or auto, got "abacus"/,
  );
  delete process.env.FLUXION_EXECUTOR;
});
executor.run();
