import { failure } from "../errors.ts";
import { engine, environment } from "../host.ts";
import { type BlasDescription, describeBlas } from "../linalg/blas/blas.ts";
import { hasMultiplyAdd, hasSimd } from "../linalg/wasm/module.ts";
import { describeNative, type NativeDescription } from "./float64/native/library.ts";
import { threadCount } from "./float64/threads/count.ts";

/**
 * `float64`: WebAssembly SIMD with the machine's BLAS. `interpreter`: plain TypeScript, slow, the reference of the
 * tests. `portable`: WebAssembly SIMD alone, whose bits are the same on every machine and in every engine.
 */
export const executors = ["float64", "interpreter", "portable"] as const;
export type Executor = (typeof executors)[number];

/**
 * Chooses the executor.
 *
 * @param wanted name of the executor; default: the environment variable `FLUXION_EXECUTOR`, else float64 where the
 *   engine has WebAssembly SIMD
 * @throws {RangeError} ERR_OPTION_RANGE if no executor has that name
 * @throws {TypeError} ERR_UNSUPPORTED if float64 or portable is wanted and this engine lacks WebAssembly SIMD
 */
export function executorOf(wanted: string | undefined = environment("FLUXION_EXECUTOR")): Executor {
  if (wanted === undefined || wanted === "") return hasSimd() ? "float64" : "interpreter";
  const found = executors.find((name) => name === wanted);
  if (found === undefined) {
    throw failure("ERR_OPTION_RANGE", `executor: expected ${executors.join(" or ")}, got "${wanted}"`);
  }
  if (found !== "interpreter" && !hasSimd()) {
    throw failure(
      "ERR_UNSUPPORTED",
      `executor: ${found} needs WebAssembly SIMD, which this engine lacks; use interpreter`,
    );
  }
  return found;
}

/**
 * What computes in this process. It decides the last bits of results, so `run.json` keeps it and `fluxion doctor`
 * prints it.
 */
export type ExecutorDescription = {
  readonly executor: Executor;
  readonly node: string;
  /** Library that multiplies matrices; native kernels or WebAssembly do where it names none. */
  readonly blas: BlasDescription;
  /** Library that computes long loops of exp, tanh and the like; WebAssembly does where it names none. */
  readonly native: NativeDescription;
  /** Fused multiply-add: `unavailable` in this engine, or whether `FLUXION_FMA=on` asks for it. */
  readonly multiplyAdd: "on" | "off" | "unavailable";
  /** Most threads that work on a field with many samples. It does not change the bits. */
  readonly threads: number;
  /** What is slower than it need be, and what to do about it. */
  readonly warnings: readonly string[];
};

/**
 * Describes the executor, the libraries and the instruction set of this thread.
 *
 * @example console.log(describeExecutor().blas.library)
 */
export function describeExecutor(): ExecutorDescription {
  const executor = executorOf();
  const blas = describeBlas();
  const native = describeNative();
  const wanted = environment("FLUXION_FMA") === "on" && executor === "float64";
  const warnings: string[] = [];
  if (!hasSimd())
    warnings.push("this engine has no WebAssembly SIMD: everything runs in plain TypeScript, many times slower");
  if (blas.warning !== undefined) warnings.push(`BLAS: ${blas.warning}`);
  if (native.warning !== undefined) warnings.push(`native kernels: ${native.warning}`);
  if (wanted && !hasMultiplyAdd()) warnings.push("FLUXION_FMA=on has no effect: this engine has no relaxed SIMD");
  return {
    executor,
    node: engine(),
    blas,
    native,
    multiplyAdd: hasMultiplyAdd() ? (wanted ? "on" : "off") : "unavailable",
    threads: executor === "interpreter" ? 1 : threadCount(),
    warnings,
  };
}
