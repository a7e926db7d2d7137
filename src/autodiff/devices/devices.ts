import { type DeviceName, deviceNames } from "../executorNames.ts";
import { tensorflow } from "../tensorflow/executor.ts";
import { xla } from "../xla/executor.ts";
import type { DeviceDescription, DeviceExecutor } from "./deviceExecutor.ts";

/** The executors for devices. */
export const devices: Readonly<Record<DeviceName, DeviceExecutor>> = {
  tensorflow,
  xla,
};

/** What an executor for devices found, or why it cannot compute. */
export type FoundDevice =
  | { readonly name: DeviceName; readonly description: DeviceDescription }
  | { readonly name: DeviceName; readonly missing: string };

/** Looks for the libraries of all executors for devices. */
export function findDevices(): readonly FoundDevice[] {
  return deviceNames.map((name) => {
    try {
      return { name, description: devices[name].describe() };
    } catch (error) {
      return { name, missing: error instanceof Error ? error.message : String(error) };
    }
  });
}
