import type { Precision } from "../executorNames.ts";
import { type Shape, sizeOf } from "../graph/graph.ts";
import type { HloModule, ModuleConstant } from "./hlo/module.ts";
import type { PjrtClient } from "./pjrt/client.ts";
import type { Handle } from "./pjrt/library.ts";

/** Whatever one engine holds on the device. */
interface Held {
  readonly client: PjrtClient;
  readonly buffers: Set<Handle>;
  readonly programs: Set<Handle>;
}

/** Frees what an engine holds when nobody has the engine any more. */
const registry = new FinalizationRegistry<Held>(({ client, buffers, programs }) => {
  for (const buffer of buffers) client.release(buffer);
  for (const program of programs) client.releaseProgram(program);
});

/** A compiled module with its constants, which lie on the device. */
export interface DeviceProgram {
  readonly executable: Handle;
  readonly constants: readonly Handle[];
}

/** The part of a device's memory that one engine uses, in numbers of one precision. */
export class DeviceMemory {
  readonly client: PjrtClient;
  readonly element: "f64" | "f32";
  readonly #held: Held;
  /** Constants, which several programs may share. */
  readonly #constants = new Map<ModuleConstant["values"], Handle>();
  /** Memory of the host for numbers of single precision on their way. */
  #narrow = new Float32Array(32);

  constructor(client: PjrtClient, precision: Precision) {
    this.client = client;
    this.element = precision === "float32" ? "f32" : "f64";
    this.#held = { client, buffers: new Set(), programs: new Set() };
    registry.register(this, this.#held);
  }

  /** Number of buffers that are held. */
  get count(): number {
    return this.#held.buffers.size;
  }

  upload(values: Float64Array, shape: Shape): Handle {
    const buffer =
      this.element === "f64"
        ? this.client.upload(values, "float64", shape)
        : this.client.upload(this.#narrowed(values), "float32", shape);
    this.#held.buffers.add(buffer);
    return buffer;
  }

  /** Sends whole numbers, as places in lists are. */
  uploadWhole(values: Int32Array, shape: Shape): Handle {
    const buffer = this.client.upload(values, "int32", shape);
    this.#held.buffers.add(buffer);
    return buffer;
  }

  /** Waits for a buffer and copies it. */
  download(buffer: Handle, into: Float64Array): void {
    if (this.element === "f64") {
      this.client.download(buffer, into);
      return;
    }
    const narrow = this.#narrowOf(into.length);
    this.client.download(buffer, narrow);
    into.set(narrow);
  }

  compile({ text, constants }: HloModule): DeviceProgram {
    const executable = this.client.compile(text);
    this.#held.programs.add(executable);
    return { executable, constants: constants.map((constant) => this.#constant(constant)) };
  }

  run({ executable, constants }: DeviceProgram, inputs: readonly Handle[], outputs: number): readonly Handle[] {
    const made = this.client.run(executable, constants.length === 0 ? inputs : [...inputs, ...constants], outputs);
    for (const buffer of made) this.#held.buffers.add(buffer);
    return made;
  }

  release(buffers: readonly Handle[]): void {
    for (const buffer of buffers) {
      if (this.#held.buffers.delete(buffer)) this.client.release(buffer);
    }
  }

  #constant({ values, shape }: ModuleConstant): Handle {
    let known = this.#constants.get(values);
    if (known === undefined) {
      known = values instanceof Float64Array ? this.upload(values, shape) : this.uploadWhole(values, shape);
      this.#constants.set(values, known);
    }
    return known;
  }

  #narrowed(values: Float64Array): Float32Array {
    const narrow = this.#narrowOf(values.length);
    narrow.set(values);
    return narrow;
  }

  #narrowOf(length: number): Float32Array {
    if (this.#narrow.length < length) this.#narrow = new Float32Array(length);
    return this.#narrow.subarray(0, length);
  }
}

/** Number of entries of tensors together. */
export function totalOf(nodes: readonly { readonly shape: Shape }[]): number {
  return nodes.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
