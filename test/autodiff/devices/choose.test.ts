import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GraphBuilder } from "../../../src/autodiff/build/builder.ts";
import { measureSpeed } from "../../../src/autodiff/devices/calibrate.ts";
import { accelerators, fastest } from "../../../src/autodiff/devices/choose.ts";
import { describeExecutor } from "../../../src/autodiff/executor.ts";
import { Engine } from "../../../src/autodiff/interpret/engine.ts";
import { compileField } from "../../../src/autodiff/program.ts";

const own = { overhead: 0.01, speed: 1e6 };
const gpu = { overhead: 1, speed: 1e8 };

const choosing = suite("auto");
choosing("takes the device from the work on for which it is faster", () => {
  const others = new Map([["tensorflow", gpu]] as const);
  const crossing = (gpu.overhead - own.overhead) / (1 / own.speed - 1 / gpu.speed);
  assert.is(fastest(0.99 * crossing, own, others).executor, "own");
  assert.is(fastest(1.01 * crossing, own, others).executor, "tensorflow");
  assert.match(fastest(1e9, own, others).why, /^a gradient takes the CPU about 1\.0e\+3 ms, tensorflow about 11 ms$/);
});

choosing("counts accelerators alone, and says why the others are out", () => {
  const description = { library: "/x", version: "1", device: "CPU", accelerator: false, precision: "float64" } as const;
  assert.equal(accelerators([{ name: "tensorflow", missing: "not there" }]), {
    names: [],
    why: "no accelerator: tensorflow is not installed or unfit",
  });
  assert.match(accelerators([{ name: "tensorflow", description }]).why, /tensorflow found no GPU/);
  const found = accelerators([{ name: "tensorflow", description: { ...description, accelerator: true } }]);
  assert.equal(found.names, ["tensorflow"]);
});

choosing("computes by fluxion itself where there is no accelerator, and notes it for run.json", () => {
  const before = { ...process.env };
  Object.assign(process.env, { FLUXION_EXECUTOR: "auto", FLUXION_TENSORFLOW: "/nowhere" });
  try {
    const builder = new GraphBuilder();
    const z = builder.input("z", "parameter", [2]);
    const field = new Float64Array(2);
    compileField({ builder, parameters: [z], field: [builder.mul(z, z)], symmetric: true })
      .instance()
      .evaluate(Float64Array.of(2, 3), field);
    assert.equal([...field], [4, 9]);
    const { executor, chosen, device } = describeExecutor();
    assert.is(executor, "float64");
    assert.is(device, undefined);
    assert.match(chosen!.join("\n"), /^float64: no accelerator: tensorflow is not installed or unfit/);
  } finally {
    process.env = before;
  }
});

choosing("measures a speed and an overhead", () => {
  const { overhead, speed } = measureSpeed((parts) => new Engine(parts));
  assert.ok(overhead > 0 && Number.isFinite(overhead) && speed > 0 && Number.isFinite(speed));
});
choosing.run();
