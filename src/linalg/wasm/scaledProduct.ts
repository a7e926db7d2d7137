/** The program of R A C for diagonal R and C, made of the program of A in the same memory. */
import { call, FunctionBuilder, f64x2, i32, type Local } from "./code.ts";
import { type WasmFunction, type WasmMemory, wasm } from "./host.ts";
import { ModuleBuilder } from "./module.ts";
import { entries } from "./pairs.ts";

/** Addresses in bytes. The vectors of the program of A are `inner` and `output`. */
interface ScaledPlaces {
  readonly input: number;
  readonly columns: number;
  readonly inner: number;
  readonly rows: number;
  readonly output: number;
}

/** Returns the program that computes output <- R A C input. It is compiled once per module of A and memory. */
export function scaledProduct(
  product: WasmFunction,
  memory: WasmMemory,
  { input, columns, inner, rows, output }: ScaledPlaces,
  n: number,
): WasmFunction {
  const module = new ModuleBuilder();
  const program = module.import("product", { parameters: [], results: [] });
  const builder = new FunctionBuilder(["i32", "i32", "i32", "i32"]);
  const [a, b, out, count] = builder.parameters as [Local, Local, Local, Local];
  builder.body = entries(builder, [a, b, out], count, ({ load, store }) => store(out, f64x2.mul(load(a), load(b))));
  const times = module.add(builder);
  const run = new FunctionBuilder([]);
  run.body = [
    call(times, ...[input, columns, inner, n].map(i32.constant)),
    call(program),
    call(times, ...[output, rows, output, n].map(i32.constant)),
  ];
  module.add(run, "run");
  return new wasm.Instance(new wasm.Module(module.encode()), { env: { memory, product } }).exports.run!;
}
