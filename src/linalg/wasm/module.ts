import { type Code, FunctionBuilder, f64x2, type Signature, unsigned, valueTypes } from "./code.ts";
import { wasm } from "./host.ts";

/** A module under construction. It imports its memory, `env.memory`, and functions of `env`, and exports functions. */
export class ModuleBuilder {
  readonly #types: string[] = [];
  readonly #typeBytes: number[][] = [];
  readonly #imports: { readonly name: string; readonly type: number }[] = [];
  readonly #functions: { readonly type: number; readonly builder: FunctionBuilder }[] = [];
  readonly #exports: { readonly name: string; readonly index: number }[] = [];

  /** Imports a function and returns its index for `call`. All imports come before the first `add`. */
  import(name: string, signature: Signature): number {
    if (this.#functions.length > 0) throw new Error("internal: wasm: imports come before functions");
    const known = this.#imports.findIndex((other) => other.name === name);
    if (known >= 0) return known;
    this.#imports.push({ name, type: this.#type(signature) });
    return this.#imports.length - 1;
  }

  /** Adds a function and returns its index for `call`. */
  add(builder: FunctionBuilder, exportAs?: string): number {
    const index = this.#imports.length + this.#functions.length;
    this.#functions.push({ type: this.#type(builder.signature), builder });
    if (exportAs !== undefined) this.#exports.push({ name: exportAs, index });
    return index;
  }

  /** Encodes the module. Its memory must have at least `pages` pages. */
  encode(pages = 0): Uint8Array<ArrayBuffer> {
    const section = (id: number, content: number[]): number[] => [id, ...unsigned(content.length), ...content];
    const vector = (items: readonly number[][]): number[] => {
      const out = unsigned(items.length);
      for (const item of items) for (const byte of item) out.push(byte);
      return out;
    };
    const imports = this.#imports.map(({ name, type }) => [...text("env"), ...text(name), 0, ...unsigned(type)]);
    imports.push([...text("env"), ...text("memory"), 2, 0, ...unsigned(pages)]);
    const bodies = this.#functions.map(({ builder }) => {
      const body = builder.encode();
      const head = unsigned(body.length);
      return head.concat(body);
    });
    const parts = [
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, vector(this.#typeBytes)),
      section(2, vector(imports)),
      section(3, vector(this.#functions.map(({ type }) => unsigned(type)))),
      section(7, vector(this.#exports.map(({ name, index }) => [...text(name), 0, ...unsigned(index)]))),
      section(10, vector(bodies)),
    ];
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let place = 0;
    for (const part of parts) {
      bytes.set(part, place);
      place += part.length;
    }
    return bytes;
  }

  #type({ parameters, results }: Signature): number {
    const bytes = [
      0x60,
      ...[parameters, results].flatMap((types) => [...unsigned(types.length), ...types.map((t) => valueTypes[t])]),
    ];
    const key = bytes.join();
    const known = this.#types.indexOf(key);
    if (known >= 0) return known;
    this.#types.push(key);
    this.#typeBytes.push(bytes);
    return this.#types.length - 1;
  }
}

function text(value: string): number[] {
  const bytes = [...new TextEncoder().encode(value)];
  return [...unsigned(bytes.length), ...bytes];
}

/** Tells whether this engine runs the 128-bit vectors of WebAssembly. */
export function hasSimd(): boolean {
  simd ??= compiles(() => f64x2.constant(0));
  return simd;
}

let simd: boolean | undefined;

/** Tells whether this engine has `f64x2.relaxed_madd`. */
export function hasMultiplyAdd(): boolean {
  multiplyAdd ??= compiles(() => f64x2.relaxedMultiplyAdd(f64x2.constant(0), f64x2.constant(0), f64x2.constant(0)));
  return multiplyAdd;
}

let multiplyAdd: boolean | undefined;

/**
 * Tells whether a function with such a value compiles. Validation is not enough, since the content security policy of a
 * page may allow it and forbid to compile.
 */
function compiles(value: () => Code): boolean {
  const probe = new ModuleBuilder();
  const builder = new FunctionBuilder([]);
  builder.body = builder.local("v128").set(value());
  probe.add(builder);
  try {
    return new wasm.Module(probe.encode(0)) !== undefined;
  } catch {
    return false;
  }
}
