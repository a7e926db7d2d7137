import { rootsPlace, type VectorFunction, vectorFunctions } from "../../src/autodiff/float64/emit/maths.ts";
import { Sequence } from "../../src/autodiff/float64/emit/sequence.ts";
import { rootsOfTwo } from "../../src/elementary/coefficients.ts";
import { FunctionBuilder, i32, type Local, loop, v128 } from "../../src/linalg/wasm/code.ts";
import { wasm } from "../../src/linalg/wasm/host.ts";
import { ModuleBuilder } from "../../src/linalg/wasm/module.ts";

export type VectorFunctionName = keyof typeof vectorFunctions;

/** The vector functions as functions of arrays, compiled on their own. */
export function compileVectorFunctions(options: {
  fused: boolean;
}): Readonly<Record<VectorFunctionName, (x: Float64Array) => Float64Array>> {
  const pages = 8;
  const start = 2048;
  const half = (pages * 65536) / 2 - start;
  const module = new ModuleBuilder();
  const number = { parameters: ["f64"], results: ["f64"] } as const;
  const host = new Map(["sin", "cos"].map((name) => [name, module.import(name, number)]));
  const names = Object.keys(vectorFunctions) as VectorFunctionName[];
  for (const name of names) module.add(mapOver(vectorFunctions[name], options.fused, host, half), name);
  const memory = new wasm.Memory({ initial: pages, maximum: pages });
  new Float64Array(memory.buffer, rootsPlace).set(rootsOfTwo);
  const env = { memory, sin: Math.sin, cos: Math.cos };
  const { exports } = new wasm.Instance(new wasm.Module(module.encode(pages)), { env });
  const run = (name: VectorFunctionName, x: Float64Array): Float64Array => {
    const out = new Float64Array(x.length);
    for (let i = 0; i < x.length; i += half / 8) {
      const part = x.subarray(i, i + half / 8);
      new Float64Array(memory.buffer, start).set(part);
      exports[name]!(start, start + 8 * part.length);
      out.set(new Float64Array(memory.buffer, start + half, part.length), i);
    }
    return out;
  };
  const entries = names.map((name) => [name, (x: Float64Array) => run(name, x)] as const);
  return Object.fromEntries(entries) as Record<VectorFunctionName, (x: Float64Array) => Float64Array>;
}

function mapOver(
  f: VectorFunction,
  fused: boolean,
  host: ReadonlyMap<string, number>,
  distance: number,
): FunctionBuilder {
  const builder = new FunctionBuilder(["i32", "i32"]);
  const [place, end] = builder.parameters as [Local, Local];
  const s = new Sequence(builder, { fused, host: (name) => host.get(name)! });
  const y = f(s, s.let(v128.load(place.get)));
  builder.body = loop((again) => [
    s.statements,
    v128.store(place.get, y, distance),
    place.set(i32.add(place.get, i32.constant(16))),
    again(i32.less(place.get, end.get)),
  ]);
  return builder;
}
