/** Kernels that call the program of a map in the same memory, so that an iteration of a solver is one call. */
import type { ProgramMemory } from "../programMemory.ts";
import { call, FunctionBuilder, f64, type Local } from "./code.ts";
import { type WasmFunction, wasm } from "./host.ts";
import { type MinresKernels, minresKernels } from "./minresKernels.ts";
import { ModuleBuilder } from "./module.ts";

/** Kernels over vectors beside a program. Addresses are in bytes; counts are numbers of entries. */
export interface StepKernels extends Pick<MinresKernels, "minresStep" | "qlpStep"> {
  /**
   * Computes v <- now / beta, the product of v, before <- product + shift v - back before, alpha = <before, v>, before
   * <- before - (alpha / beta) now. Writes alpha and returns ||before||^2.
   */
  lanczosStep(
    now: number,
    v: number,
    product: number,
    before: number,
    alpha: number,
    beta: number,
    back: number,
    shift: number,
    count: number,
  ): number;
}

let module: object | undefined;
const known = new WeakMap<WasmFunction, StepKernels>();

/** Gives the kernels over the memory of a program. */
export function stepKernels({ memory, product }: Pick<ProgramMemory, "memory" | "product">): StepKernels {
  let kernels = known.get(product);
  if (kernels === undefined) {
    module ??= new wasm.Module(encode());
    kernels = new wasm.Instance(module, { env: { memory, product } }).exports as unknown as StepKernels;
    known.set(product, kernels);
  }
  return kernels;
}

function encode(): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  const product = module.import("product", { parameters: [], results: [] });
  const add = (name: keyof MinresKernels): number => module.add(minresKernels[name](), name);
  add("minresStep");
  add("qlpStep");
  const [normalise, lanczosProduct, lanczosRemainder] = [
    add("normalise"),
    add("lanczosProduct"),
    add("lanczosRemainder"),
  ];
  const builder = new FunctionBuilder(["i32", "i32", "i32", "i32", "i32", "f64", "f64", "f64", "i32"], ["f64"]);
  const [now, v, out, before] = builder.parameters as [Local, Local, Local, Local];
  const [alpha, beta, back, shift, count] = builder.parameters.slice(4) as [Local, Local, Local, Local, Local];
  const overlap = builder.local("f64");
  builder.body = [
    call(normalise, now.get, beta.get, v.get, count.get),
    call(product),
    overlap.set(call(lanczosProduct, out.get, v.get, shift.get, before.get, back.get, count.get)),
    f64.store(alpha.get, overlap.get),
    call(lanczosRemainder, before.get, f64.div(overlap.get, beta.get), now.get, count.get),
  ];
  module.add(builder, "lanczosStep");
  return module.encode();
}
