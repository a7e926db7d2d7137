/**
 * Optimisers whose steps run on a device, many in one call.
 *
 * `iterate` takes them as it takes the operators of `fluxion/operators`; they need a plugin of XLA, see docs/executors.md.
 */
export { type DeviceBatches, type DeviceStepsOptions, deviceSteps } from "./deviceSteps.ts";
