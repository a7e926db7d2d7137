import { environment } from "../../host.ts";
import { describeBlas, findBlas } from "../../linalg/blas/blas.ts";
import { hasMultiplyAdd } from "../../linalg/wasm/module.ts";
import { Arena, type Help } from "./arena.ts";
import type { CompileOptions } from "./compile.ts";
import type { NativeParts } from "./emit/emit.ts";
import { gainsNatively, rowsGainNatively, windowsGainNatively } from "./native/cost.ts";
import { findNative } from "./native/library.ts";

function nativeParts(arena: Arena): NativeParts {
  const table = (words: Int32Array): number => arena.table(words);
  return { loops: gainsNatively, rows: rowsGainNatively, windows: windowsGainNatively, table };
}

/** Choices that decide last bits. */
export interface BackendOptions {
  /** BLAS to use, in the form of `FLUXION_BLAS`. Default: that variable. */
  readonly blas?: string;
  /** Native kernels to use, in the form of `FLUXION_NATIVE`. Default: that variable. */
  readonly native?: string;
  /**
   * Whether to use fused multiply-add where the engine has it: faster, with other last bits. Default: whether
   * `FLUXION_FMA` is `on`.
   */
  readonly fused?: boolean;
  /**
   * Whether products of matrices in J v may be bracketed differently. Default: true unless `FLUXION_REGROUP` is `off`.
   */
  readonly regroup?: boolean;
}

/**
 * Makes a memory for programs and says how to compile them.
 *
 * @param help whether large products may be computed in blocks, by other threads too
 */
export function backendOf(
  options: BackendOptions,
  help?: Help,
): { readonly arena: Arena; readonly compile: CompileOptions; readonly readsAnywhere: boolean } {
  const { blas, native, fused = environment("FLUXION_FMA") === "on" } = options;
  const { regroup = environment("FLUXION_REGROUP") !== "off" } = options;
  const library = findBlas(blas);
  const kernels = findNative(native);
  const arena = new Arena(library, kernels, help);
  return {
    arena,
    // Other libraries than OpenBLAS may give other bits where an array begins elsewhere, as MKL does.
    readsAnywhere: library === undefined || describeBlas(blas).core !== undefined,
    compile: {
      rewrite: regroup ? "regroup" : "normalForm",
      emit: {
        products: library !== undefined || kernels !== undefined,
        fused: fused && hasMultiplyAdd(),
        packing: (bytes) => arena.packing(bytes),
        ...(kernels === undefined ? {} : { native: nativeParts(arena) }),
      },
    },
  };
}
