import { tensorflow } from "../tensorflow/executor.ts";
import { xla } from "../xla/executor.ts";
import type { DeviceDescription, DeviceExecutor } from "./deviceExecutor.ts";

/** The executors for devices, one line each. `auto` considers them in this order. */
export const devices = {
  tensorflow,
  xla,
} as const satisfies Readonly<Record<string, DeviceExecutor>>;

export type DeviceName = keyof typeof devices;
export const deviceNames = Object.keys(devices) as readonly DeviceName[];

export function isDevice(name: string): name is DeviceName {
  return Object.hasOwn(devices, name);
}

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
