/** The part of PJRT's C interface that fluxion calls. See `pjrt_c_api.h` of https://github.com/openxla/xla. */

/** Places of functions in the table of a plugin, counted from its first function. Major version 0 never moves them. */
export const places = {
  Error_Destroy: 0,
  Error_Message: 1,
  Error_GetCode: 2,
  Plugin_Initialize: 3,
  Event_Destroy: 5,
  Event_Await: 8,
  Client_Create: 10,
  Client_PlatformName: 12,
  Client_PlatformVersion: 14,
  Client_AddressableDevices: 16,
  Client_Compile: 20,
  Client_BufferFromHostBuffer: 22,
  DeviceDescription_Kind: 26,
  Device_GetDescription: 29,
  LoadedExecutable_Destroy: 50,
  LoadedExecutable_Execute: 55,
  Buffer_Destroy: 58,
  Buffer_ToHostBuffer: 70,
} as const;
export type Call = keyof typeof places;

/**
 * Number of 8-byte words of the arguments of each function, as of minor version 106. The first is their size, the second
 * is for extensions. A plugin accepts more words than it knows, and refuses fewer by name.
 */
export const words: Readonly<Record<Call, number>> = {
  Error_Destroy: 3,
  Error_Message: 5,
  Error_GetCode: 4,
  Plugin_Initialize: 2,
  Event_Destroy: 3,
  Event_Await: 3,
  Client_Create: 11,
  Client_PlatformName: 5,
  Client_PlatformVersion: 5,
  Client_AddressableDevices: 5,
  Client_Compile: 7,
  Client_BufferFromHostBuffer: 15,
  DeviceDescription_Kind: 5,
  Device_GetDescription: 4,
  LoadedExecutable_Destroy: 3,
  LoadedExecutable_Execute: 10,
  Buffer_Destroy: 3,
  Buffer_ToHostBuffer: 7,
};

/** Words of the structures that arguments point to. */
export const programWords = 6;
export const executeOptionsWords = 14;
export const namedValueWords = 7;

/** Kind of an option that is true or false. */
export const truthValue = 4;

/** The first minor version with all of these functions. Version 106 was run. */
export const oldestMinor = 40;

/** Numbers of a buffer, as the interface counts types. */
export const types = { int32: 4, float32: 11, float64: 12 } as const;
export type NumberKind = keyof typeof types;

/** Codes of errors, which are those of Abseil. */
export const resourceExhausted = 8;

/** Options of a compilation: `executable_build_options { num_replicas: 1 num_partitions: 1 }` as a protocol buffer. */
export const compileOptions = Uint8Array.of(0x1a, 4, 0x20, 1, 0x28, 1);
