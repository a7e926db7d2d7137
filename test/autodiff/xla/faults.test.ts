/** What a plugin or a device does wrong comes as an error with a code, and a run keeps what it has written. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GraphBuilder } from "../../../src/autodiff/build/builder.ts";
import { gradient } from "../../../src/autodiff/derivatives/differentiate.ts";
import { compileField, type FieldInstance } from "../../../src/autodiff/program.ts";
import { assertError } from "../../support/assert.ts";
import { startFluxion } from "../../support/command.ts";

const folder = mkdtempSync(join(tmpdir(), "fluxion plugin-"));
const fake = join(folder, "fake.so");
const source = new URL("../../support/programs/pjrt.c", import.meta.url).pathname;
const compiled = spawnSync("cc", ["-shared", "-fPIC", "-o", fake, source]).status === 0;
if (!compiled) console.log("skipped: no C compiler on this machine");

/** L(z) = sum of z^2. */
function instance(): FieldInstance {
  const b = new GraphBuilder();
  const z = b.input("z", "parameter", [3]);
  const value = b.sum(b.mul(z, z));
  const field = gradient(b, value, [z]);
  return compileField({ builder: b, parameters: [z], value, field, symmetric: true, executor: "xla" }).instance();
}

function withVariables<T>(variables: Readonly<Record<string, string>>, work: () => T): T {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    return work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

const faults = suite("xla: faults");

faults("a missing plugin: the message says how to get one", () => {
  withVariables({ FLUXION_PJRT: "", FLUXION_DEVICES: join(folder, "none") }, () => {
    assertError(instance, "ERR_DEVICE", /found no plugin; install one by `fluxion device install cpu`.*FLUXION_PJRT/);
  });
  withVariables({ FLUXION_PJRT: join(folder, "gone.so") }, () => {
    assertError(instance, "ERR_DEVICE", /there is no file .*gone\.so/);
  });
  withVariables({ FLUXION_PJRT: "relative.so" }, () => {
    assertError(instance, "ERR_DEVICE", /expected an absolute path, got "relative\.so"/);
  });
});

faults("a file that is not a plugin", () => {
  const text = join(folder, "text.so");
  writeFileSync(text, "not a library");
  withVariables({ FLUXION_PJRT: text }, () => assertError(instance, "ERR_DEVICE", /cannot load the plugin/));
});

// A process has one plugin per path, so that each way to fail needs a process of its own.
const script = `
import { GraphBuilder, compileField, gradient } from "fluxion/autodiff";
const b = new GraphBuilder();
const z = b.input("z", "parameter", [3]);
const value = b.sum(b.mul(z, z));
try {
  const field = gradient(b, value, [z]);
  const program = compileField({ builder: b, parameters: [z], value, field, symmetric: true, executor: "xla" });
  for (let i = 0; i < 9; i++) program.instance().evaluate(Float64Array.of(i, 0, 0), new Float64Array(3));
  console.log("no error");
} catch (error) {
  console.log(error.code, error.message);
}`;
const inProcess = (mode: string): string =>
  spawnSync(
    process.execPath,
    ["--conditions=fluxion-source", "--import", "tsx", "--input-type=module", "--eval", script],
    { encoding: "utf8", env: { ...process.env, FLUXION_PJRT: fake, FAKE_PJRT: mode } },
  ).stdout;

if (compiled) {
  for (const [mode, code, message] of [
    ["version", "ERR_DEVICE", /expected a plugin that speaks version 0\.\d+ or later of PJRT's interface, got 1\.90/],
    ["device", "ERR_DEVICE", /No visible GPU devices/],
    ["empty", "ERR_DEVICE", /finds no device/],
    ["memory", "ERR_MEMORY", /the device has no memory left: Out of memory/],
    ["unknown", "no error", /./],
    ["crowded", "no error", /./],
    ["lost", "ERR_DEVICE", /LoadedExecutable_Execute failed: CUDA_ERROR_ECC_UNCORRECTABLE: the device is gone/],
  ] as const) {
    // crowded: a device whose memory others use has room for a client that takes what it needs alone.
    faults(`${mode}: ${code}`, () => {
      const said = inProcess(mode);
      assert.ok(said.startsWith(code), said);
      assert.match(said, message);
    });
  }

  faults("a device that is lost amid a run: its directory is whole, and resumes on another executor", async () => {
    const directory = join(folder, "runs");
    const few = ["--searches", "1", "--trajectory-steps", "50", "--iterations", "60", "--workers", "1"];
    const run = ["run", "dlae", "--out", directory, "--no-serve", ...few];
    const broken = { FLUXION_EXECUTOR: "xla", FLUXION_PJRT: fake, FAKE_PJRT: "lost" };
    const lost = await startFluxion(run, folder, broken).ended;
    assert.is.not(lost.code, 0);
    assert.match(lost.stdout + lost.stderr, /the device is gone/);
    const whole = await startFluxion(["verify", directory], folder).ended;
    assert.is(whole.code, 0, whole.stdout + whole.stderr);
    const own = { FLUXION_EXECUTOR: "float64" };
    const resumed = await startFluxion(["resume", directory, "--no-serve"], folder, own).ended;
    assert.is(resumed.code, 0, resumed.stdout + resumed.stderr);
    assert.match(resumed.stdout + resumed.stderr, /up to rounding, not bit for bit/);
  });
}
faults.run();
