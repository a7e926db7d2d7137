import type { DeviceExecutor } from "../devices/deviceExecutor.ts";
import { describeTensorFlow } from "./describe.ts";
import { TensorFlowEngine } from "./engine.ts";

/** The executor on the native binding of TensorFlow.js. */
export const tensorflow: DeviceExecutor = {
  engine: (parts) => new TensorFlowEngine(parts),
  describe: describeTensorFlow,
};
