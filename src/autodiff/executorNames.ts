/**
 * The executors that are part of fluxion. `float64`: WebAssembly SIMD with the machine's BLAS. `interpreter`: plain
 * TypeScript, slow, the reference of the tests. `portable`: WebAssembly SIMD alone, whose bits are the same on every
 * machine and in every engine.
 */
export const executors = ["float64", "interpreter", "portable"] as const;

/** The executors that compute by a library beside fluxion, on a GPU if there is one. `auto` considers them in this order. */
export const deviceNames = ["tensorflow", "xla"] as const;
export type DeviceName = (typeof deviceNames)[number];

/** Name of an executor: one of {@link executors}, or of those for devices. */
export type Executor = (typeof executors)[number] | DeviceName;

/** What may be asked for by name. */
export const executorChoices = [...executors, ...deviceNames, "auto"] as const;

export function isDevice(name: string): name is DeviceName {
  return deviceNames.some((device) => device === name);
}

/** Numbers in which a device computes. What goes in and comes out is always float64. */
export const precisions = ["float64", "float32"] as const;
export type Precision = (typeof precisions)[number];
