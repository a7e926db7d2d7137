import { failure } from "../../../errors.ts";
import {
  compileOptions,
  executeOptionsWords,
  type NumberKind,
  namedValueWords,
  programWords,
  truthValue,
  types,
} from "./interface.ts";
import { addressOf, type Handle, PjrtLibrary } from "./library.ts";

/** Numbers of the host that go to the device or come from it. */
type HostNumbers = Float64Array | Float32Array | Int32Array;

/** Words that a plugin reads: an array and its address. */
interface Words {
  readonly values: BigUint64Array;
  readonly address: Handle;
}

/** A client of one device. Whatever it makes is named by handles and lives until it is released. */
export class PjrtClient {
  readonly library: PjrtLibrary;
  readonly platform: string;
  readonly platformVersion: string;
  /** Name of the device, such as `cpu` or `NVIDIA H100`. */
  readonly device: string;
  readonly #client: Handle;
  readonly #device: Handle;
  readonly #executeOptions = wordsOf(executeOptionsWords);
  readonly #lists = { inputs: wordsOf(16), outputs: wordsOf(16), inputList: wordsOf(16), outputList: wordsOf(16) };
  readonly #shapes = new Map<string, Words>();

  /** @throws {Error} ERR_DEVICE if the plugin cannot be used, or if it finds no device */
  constructor(path: string) {
    this.library = new PjrtLibrary(path);
    const { library } = this;
    this.#client = newClient(library);
    const name = library.call("Client_PlatformName", this.#client);
    this.platform = library.text(name[3]!, name[4]!);
    const version = library.call("Client_PlatformVersion", this.#client);
    this.platformVersion = library.text(version[3]!, version[4]!);
    const devices = library.call("Client_AddressableDevices", this.#client);
    const [first] = library.handles(devices[3]!, Math.min(1, Number(devices[4]!)));
    if (first === undefined) throw failure("ERR_DEVICE", `executor xla: the plugin ${path} finds no device`);
    this.#device = first;
    const kind = library.call("DeviceDescription_Kind", library.call("Device_GetDescription", first)[3]!);
    this.device = library.text(kind[3]!, kind[4]!);
    this.#executeOptions.values[0] = BigInt(8 * executeOptionsWords);
  }

  /** Compiles a module in the text of StableHLO. */
  compile(text: string): Handle {
    const encoder = new TextEncoder();
    const [code, format, options] = [encoder.encode(text), padded(encoder.encode("mlir")), padded(compileOptions)];
    const program = wordsOf(programWords);
    program.values.set([BigInt(8 * programWords), 0n, addressOf(code), BigInt(code.length), addressOf(format), 4n]);
    const result = this.library.call(
      "Client_Compile",
      this.#client,
      program.address,
      addressOf(options),
      BigInt(compileOptions.length),
    );
    return result[6]!;
  }

  /** Copies numbers to the device. */
  upload(values: HostNumbers, kind: NumberKind, shape: readonly number[]): Handle {
    const dimensions = this.#dimensions(shape);
    const held = inMemory(values);
    const result = this.library.call(
      "Client_BufferFromHostBuffer",
      this.#client,
      values.length === 0 ? dimensions.address : addressOf(held),
      BigInt(types[kind]),
      dimensions.address,
      BigInt(shape.length),
      0n,
      0n,
      0n,
      this.#device,
    );
    const [done, buffer] = [result[13]!, result[14]!];
    // The numbers are copied before the call returns.
    if (done !== 0n) this.library.callOne("Event_Destroy", done);
    return buffer;
  }

  /** Runs a program. Errors of the computation come with its results. */
  run(executable: Handle, inputs: readonly Handle[], outputs: number): readonly Handle[] {
    const lists = this.#lists;
    lists.inputs = fitting(lists.inputs, inputs.length);
    lists.outputs = fitting(lists.outputs, outputs);
    for (const [i, handle] of inputs.entries()) lists.inputs.values[i] = handle;
    lists.inputList.values[0] = lists.inputs.address;
    lists.outputList.values[0] = lists.outputs.address;
    this.library.call(
      "LoadedExecutable_Execute",
      executable,
      this.#executeOptions.address,
      lists.inputList.address,
      1n,
      BigInt(inputs.length),
      lists.outputList.address,
    );
    const made: Handle[] = [];
    for (let i = 0; i < outputs; i++) made.push(lists.outputs.values[i]!);
    return made;
  }

  /** Copies a buffer to the host, when it is computed. The array must not lie on the heap of V8. */
  download(buffer: Handle, into: HostNumbers): void {
    if (into.length === 0) return;
    const result = this.library.call("Buffer_ToHostBuffer", buffer, 0n, addressOf(into), BigInt(into.byteLength));
    const done = result[6]!;
    if (done === 0n) return;
    try {
      this.library.callOne("Event_Await", done);
    } finally {
      this.library.callOne("Event_Destroy", done);
    }
  }

  release(buffer: Handle): void {
    this.library.callOne("Buffer_Destroy", buffer);
  }

  releaseProgram(executable: Handle): void {
    this.library.callOne("LoadedExecutable_Destroy", executable);
  }

  #dimensions(shape: readonly number[]): Words {
    const key = shape.join();
    let known = this.#shapes.get(key);
    if (known === undefined) {
      known = wordsOf(Math.max(16, shape.length));
      known.values.set(shape.map(BigInt));
      this.#shapes.set(key, known);
    }
    return known;
  }
}

/**
 * Makes a client that takes the device's memory as it needs it. Plugins for GPUs take three quarters of it otherwise, and
 * a second process finds none. A plugin that does not know the option gets none.
 */
function newClient(library: PjrtLibrary): Handle {
  const name = padded(new TextEncoder().encode("preallocate"));
  const option = wordsOf(namedValueWords);
  const off = 0n;
  option.values.set([BigInt(8 * namedValueWords), 0n, addressOf(name), 11n, BigInt(truthValue), off, 1n]);
  try {
    return library.call("Client_Create", option.address, 1n)[8]!;
  } catch {
    return library.call("Client_Create")[8]!;
  }
}

/** Makes words outside of the heap, where they never move. */
function wordsOf(count: number): Words {
  const values = new BigUint64Array(new ArrayBuffer(Math.max(128, 8 * count)), 0, count);
  return { values, address: addressOf(values) };
}

function fitting(words: Words, count: number): Words {
  return words.values.length >= count ? words : wordsOf(2 * count);
}

/** Copies a few bytes to memory of their own. */
function padded(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new ArrayBuffer(128));
  copy.set(bytes);
  return copy;
}

/** Short arrays may lie on the heap of V8, where they move. */
function inMemory(values: HostNumbers): HostNumbers {
  // To ask for the buffer of an array moves its numbers out of the heap.
  return values.buffer.byteLength >= 0 ? values : values;
}
