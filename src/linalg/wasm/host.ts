/** The part of the engine's WebAssembly that is used here. TypeScript declares it for browsers only. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}
export type WasmFunction = (...operands: number[]) => number | undefined;
export type WasmImport = WasmMemory | ((...operands: number[]) => number | void);

interface Host {
  readonly Memory: new (limits: { initial: number; maximum: number }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
    imports: { env: Readonly<Record<string, WasmImport>> },
  ) => { readonly exports: Readonly<Record<string, WasmFunction>> };
  validate(bytes: Uint8Array<ArrayBuffer>): boolean;
}

export const wasm: Host = (globalThis as unknown as { WebAssembly: Host }).WebAssembly;
