import { failure } from "../errors.ts";
import { engine, environment } from "../host.ts";
import { type BlasDescription, describeBlas } from "../linalg/blas/blas.ts";
import { hasMultiplyAdd, hasSimd } from "../linalg/wasm/module.ts";
import { choicesMade, knownAccelerators } from "./devices/choose.ts";
import type { DeviceDescription } from "./devices/deviceExecutor.ts";
import { devices } from "./devices/devices.ts";
import { type Executor, executorChoices, isDevice } from "./executorNames.ts";
import { describeNative, type NativeDescription } from "./float64/native/library.ts";
import { threadCount } from "./float64/threads/count.ts";

export { type Executor, executors } from "./executorNames.ts";

/**
 * Chooses the executor.
 *
 * @param wanted name of the executor; default: the environment variable `FLUXION_EXECUTOR`, else float64 where the
 *   engine has WebAssembly SIMD
 * @throws {RangeError} ERR_OPTION_RANGE if no executor has that name
 * @throws {TypeError} ERR_UNSUPPORTED if float64 or portable is wanted and this engine lacks WebAssembly SIMD
 */
export function executorOf(wanted: string | undefined = environment("FLUXION_EXECUTOR")): Executor | "auto" {
  if (wanted === undefined || wanted === "") return ownExecutor();
  const found = executorChoices.find((name) => name === wanted);
  if (found === undefined) {
    throw failure("ERR_OPTION_RANGE", `executor: expected ${executorChoices.join(" or ")}, got "${wanted}"`);
  }
  if ((found === "float64" || found === "portable") && !hasSimd()) {
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
  readonly executor: Executor | "auto";
  /** Library and device of an executor for devices; absent if only those of fluxion compute. */
  readonly device?: DeviceDescription;
  /** What `auto` and options of problems have chosen so far, and why. */
  readonly chosen?: readonly string[];
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
 * @throws ERR_DEVICE if an executor for devices is wanted whose library is missing or unfit
 */
export function describeExecutor(): ExecutorDescription {
  const wanted = executorOf();
  const blas = describeBlas();
  const native = describeNative();
  const fused = environment("FLUXION_FMA") === "on" && wanted === "float64";
  const warnings: string[] = [];
  if (!hasSimd())
    warnings.push("this engine has no WebAssembly SIMD: everything runs in plain TypeScript, many times slower");
  if (blas.warning !== undefined) warnings.push(`BLAS: ${blas.warning}`);
  if (native.warning !== undefined) warnings.push(`native kernels: ${native.warning}`);
  if (fused && !hasMultiplyAdd()) warnings.push("FLUXION_FMA=on has no effect: this engine has no relaxed SIMD");
  return {
    ...deviceParts(wanted),
    node: engine(),
    blas,
    native,
    multiplyAdd: hasMultiplyAdd() ? (fused ? "on" : "off") : "unavailable",
    threads: wanted === "interpreter" ? 1 : threadCount(),
    warnings,
  };
}

function deviceParts(wanted: Executor | "auto"): Pick<ExecutorDescription, "executor" | "device" | "chosen"> {
  if (isDevice(wanted)) return { executor: wanted, device: devices[wanted].describe() };
  const own = wanted === "auto" ? ownExecutor() : wanted;
  const made = choicesMade();
  const chosen = made.map(({ executor, why }) => `${executor === "own" ? own : executor}: ${why}`);
  const [used] = made.flatMap(({ executor }) => (executor === "own" ? [] : [executor]));
  if (wanted !== "auto") {
    return used === undefined ? { executor: own } : { executor: own, device: devices[used].describe(), chosen };
  }
  const { names, why } = knownAccelerators();
  const [first] = names;
  // Without an accelerator there is nothing to choose.
  if (first === undefined) return { executor: own, chosen: [`${own}: ${why}`] };
  return { executor: "auto", device: devices[used ?? first].describe(), chosen };
}

/** The executor of fluxion that is used where none is named. */
export function ownExecutor(): "float64" | "interpreter" {
  return hasSimd() ? "float64" : "interpreter";
}
