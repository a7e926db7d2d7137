import { failure } from "../../../errors.ts";
import { builtin } from "../../../host.ts";
import { type Call, oldestMinor, places, resourceExhausted, words } from "./interface.ts";

/** Address of something that a plugin made, such as a buffer. 0 if there is none. */
export type Handle = bigint;

interface Library {
  func(prototype: string): (...operands: readonly unknown[]) => unknown;
}
interface Koffi {
  load(path: string): Library;
  proto(prototype: string): unknown;
  decode(address: bigint, type: unknown): unknown;
  view(address: bigint, bytes: number): ArrayBuffer;
  address(view: ArrayBufferView): bigint;
}

/** Arguments of a function: memory that is reused by each call. */
interface Arguments {
  readonly words: BigUint64Array;
  readonly address: number;
  readonly call: (address: number) => number;
}

let foundKoffi: Koffi | undefined;
let prototype: unknown;

function koffi(): Koffi {
  foundKoffi ??= builtin("node:module", "xla").createRequire(import.meta.url)("koffi") as Koffi;
  return foundKoffi;
}

/** Returns the address of the first byte of an array, whose memory must not lie on the heap of V8. */
export function addressOf(view: ArrayBufferView): bigint {
  return koffi().address(view);
}

/** A plugin that is loaded: its functions take arguments as 8-byte words. */
export class PjrtLibrary {
  readonly path: string;
  readonly version: { readonly major: number; readonly minor: number };
  readonly #arguments = new Map<Call, Arguments>();
  readonly #table: BigUint64Array;

  /**
   * Loads a plugin and sets it up.
   *
   * @throws {Error} ERR_DEVICE if it cannot be loaded, is not a plugin, or is of a version that fluxion does not speak
   */
  constructor(path: string) {
    this.path = path;
    const start = BigInt(tableOf(path));
    const head = new Int32Array(koffi().view(start, 40));
    this.version = { major: head[8]!, minor: head[9]! };
    const { major, minor } = this.version;
    if (major !== 0 || minor < oldestMinor) {
      throw failure(
        "ERR_DEVICE",
        `executor xla: expected a plugin that speaks version 0.${oldestMinor} or later of PJRT's interface, got ` +
          `${major}.${minor} from ${path}; install another one by: fluxion device install cpu`,
      );
    }
    this.#table = new BigUint64Array(koffi().view(start + 40n, 8 * (Math.max(...Object.values(places)) + 1)));
    // Without it, the plugin for CUDA crashes when the process ends.
    this.call("Plugin_Initialize");
  }

  /**
   * Calls a function with arguments from the third word on. Returns all words of the arguments, among which are the
   * results; they are valid until the next call of the same function.
   *
   * @throws {Error} ERR_DEVICE or ERR_MEMORY with the words of the plugin
   */
  call(name: Call, ...operands: readonly Handle[]): BigUint64Array {
    const block = this.#arguments.get(name) ?? this.#prepare(name);
    for (let i = 2; i < block.words.length; i++) block.words[i] = operands[i - 2] ?? 0n;
    const error = block.call(block.address);
    if (error !== 0) throw this.#failure(name, BigInt(error));
    return block.words;
  }

  /** Calls a function whose only argument is a handle, such as one that frees something. */
  callOne(name: Call, operand: Handle): void {
    const block = this.#arguments.get(name) ?? this.#prepare(name);
    block.words[2] = operand;
    const error = block.call(block.address);
    if (error !== 0) throw this.#failure(name, BigInt(error));
  }

  /** Reads a text in the memory of the plugin. */
  text(start: Handle, length: bigint): string {
    if (start === 0n || length === 0n) return "";
    return new TextDecoder().decode(new Uint8Array(koffi().view(start, Number(length))));
  }

  /** Reads addresses in the memory of the plugin. */
  handles(start: Handle, count: number): readonly Handle[] {
    return count === 0 ? [] : [...new BigUint64Array(koffi().view(start, 8 * count))];
  }

  /** Calls a function that returns nothing. */
  #callVoid(name: "Error_Message" | "Error_Destroy", error: Handle): BigUint64Array {
    const block = this.#arguments.get(name) ?? this.#prepare(name);
    for (let i = 2; i < block.words.length; i++) block.words[i] = i === 2 ? error : 0n;
    block.call(block.address);
    return block.words;
  }

  #prepare(name: Call): Arguments {
    // A word more than the structure has, since small arrays would lie where the collector moves them.
    const block = new BigUint64Array(new ArrayBuffer(Math.max(128, 8 * words[name])), 0, words[name]);
    block[0] = BigInt(8 * words[name]);
    prototype ??= koffi().proto("size_t fluxion_pjrt_call(size_t arguments)");
    const call = koffi().decode(this.#table[places[name]]!, prototype) as Arguments["call"];
    const made = { words: block, address: Number(addressOf(block)), call };
    this.#arguments.set(name, made);
    return made;
  }

  #failure(name: Call, error: Handle): Error {
    const message = this.#callVoid("Error_Message", error);
    const text = this.text(message[3]!, message[4]!);
    const code = Number(this.call("Error_GetCode", error)[3]! & 0xffffffffn);
    this.#callVoid("Error_Destroy", error);
    if (code === resourceExhausted) {
      return failure(
        "ERR_MEMORY",
        `executor xla: the device has no memory left: ${text}; use smaller batches or float32`,
      );
    }
    return failure("ERR_DEVICE", `executor xla: ${name} failed: ${text}`);
  }
}

/** Koffi unloads a library that nobody holds. The addresses of its functions do not hold it. */
const loaded: Library[] = [];

function tableOf(path: string): number {
  let library: Library;
  try {
    library = koffi().load(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw failure("ERR_DEVICE", `executor xla: cannot load the plugin ${path}: ${why}`, { cause });
  }
  let start: unknown;
  try {
    start = library.func("size_t GetPjrtApi()")();
  } catch (cause) {
    throw failure("ERR_DEVICE", `executor xla: ${path} is not a plugin: it has no function GetPjrtApi`, { cause });
  }
  if (typeof start === "number" && start !== 0) {
    loaded.push(library);
    return start;
  }
  throw failure("ERR_DEVICE", `executor xla: ${path} is not a plugin: GetPjrtApi gives no table of functions`);
}
