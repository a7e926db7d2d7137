import { type Code, FunctionBuilder, f64x2, type Local, v128 } from "./code.ts";
import { type WasmMemory, wasm } from "./host.ts";
import { ModuleBuilder } from "./module.ts";
import { pairs } from "./pairs.ts";

/**
 * Computes out_i <- sum of value v_{i + offset}. Addresses are in bytes, that of v is where the lowest band begins; the
 * count is a multiple of the numbers of a turn.
 */
export type BandKernel = (v: number, out: number, count: number) => void;

/** Compiles the kernel of bands of one number each, in ascending order of offsets, for vectors in a memory. */
export function bandKernel(
  bands: readonly { readonly offset: number; readonly value: number }[],
): (memory: WasmMemory) => BandKernel {
  const lowest = bands[0]!.offset;
  const builder = new FunctionBuilder(["i32", "i32", "i32"]);
  const [v, out, count] = builder.parameters as [Local, Local, Local];
  const zero = builder.constant(f64x2.constant(0));
  const sum = (at: number): Code =>
    bands.reduce<Code>((terms, { offset, value }) => {
      const factor = builder.constant(f64x2.constant(value));
      return f64x2.add(terms, f64x2.mul(factor, v128.load(v.get, at + 8 * (offset - lowest))));
    }, zero);
  builder.body = pairs([v, out], count, (at) => v128.store(out.get, sum(at), at));
  const module = new ModuleBuilder();
  module.add(builder, "rows");
  const bytes = module.encode();
  let compiled: object | undefined;
  const known = new WeakMap<WasmMemory, BandKernel>();
  return (memory) => {
    let kernel = known.get(memory);
    if (kernel === undefined) {
      compiled ??= new wasm.Module(bytes);
      kernel = new wasm.Instance(compiled, { env: { memory } }).exports.rows as BandKernel;
      known.set(memory, kernel);
    }
    return kernel;
  };
}
