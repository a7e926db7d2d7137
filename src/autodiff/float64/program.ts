import { type WasmFunction, wasm } from "../../linalg/wasm/host.ts";
import type { Node } from "../graph/graph.ts";
import type { Arena } from "./arena.ts";
import { type EmitOptions, emit, isCalled } from "./emit/emit.ts";
import { lower } from "./lower/lower.ts";
import type { Result } from "./lower/lowerOptions.ts";
import type { Buffer } from "./lower/values.ts";
import type { Outside } from "./outside.ts";
import { type Plan, plan } from "./plan.ts";

/** A graph to compile: its nodes in topological order, except those that are given. */
export interface Draft {
  readonly nodes: readonly Node[];
  readonly given: ReadonlyMap<Node, Buffer>;
  readonly results: readonly Result[];
}

/** A compiled graph over the memory of an arena. */
export interface Program {
  readonly plan: Plan;
  readonly codeBytes: number;
  run(): void;
  /** Returns the code of `run` over the memory that there is now; undefined if there are no steps. */
  code(): WasmFunction | undefined;
}

/**
 * Compiles graphs that share an arena. They use its scratch memory one after the other.
 *
 * @param outside data that products may read where they lie, if nothing else reads them
 */
export function compilePrograms(
  arena: Arena,
  drafts: readonly Draft[],
  options: EmitOptions,
  outside?: Outside,
): readonly Program[] {
  const plans = drafts.map((draft) => plan(lower({ ...draft, constants: arena, windows: options.native?.windows })));
  const scratch = arena.scratch(Math.max(0, ...plans.map(({ bytes }) => bytes)));
  outside?.settle(
    plans.flatMap(({ steps }) => steps),
    (m, n, k) => isCalled(m, n, k, options),
  );
  const programs = plans.map((made) => {
    made.settle(scratch);
    if (made.steps.length === 0) return { plan: made, codeBytes: 0, run: () => {}, code: () => undefined };
    const bytes = emit(made.steps, options, outside);
    const code = runner(arena, bytes);
    return { plan: made, codeBytes: bytes.length, run: () => void code()(), code };
  });
  arena.settle();
  return programs;
}

/**
 * Makes a function that gives the code of a module. It instantiates the module at the first call, and again when the
 * memory has moved.
 */
function runner(arena: Arena, bytes: Uint8Array<ArrayBuffer>): () => WasmFunction {
  const module = new wasm.Module(bytes);
  let version = -1;
  let run: WasmFunction | undefined;
  return () => {
    if (version !== arena.version || run === undefined) {
      const env = arena.settle();
      run = new wasm.Instance(module, { env }).exports.run!;
      version = arena.version;
    }
    return run;
  };
}
