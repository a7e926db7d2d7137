import type { DeviceExecutor } from "../devices/deviceExecutor.ts";
import { precisionOf } from "../devices/precision.ts";
import { XlaEngine } from "./engine.ts";
import { openClient } from "./plugin.ts";

/** Runs graphs through XLA, the compiler behind JAX, by a plugin for the machine's device. */
export const xla: DeviceExecutor = {
  engine: (parts) => new XlaEngine(parts, openClient()),
  describe() {
    const { library, platform, platformVersion, device } = openClient();
    const { major, minor } = library.version;
    const version = platformVersion === platform ? "" : `, ${platformVersion.split("\n")[0]}`;
    return {
      library: library.path,
      version: `PJRT ${major}.${minor}${version}`,
      device: platform === "cpu" ? "CPU" : device,
      accelerator: platform !== "cpu",
      precision: precisionOf(),
    };
  },
};
