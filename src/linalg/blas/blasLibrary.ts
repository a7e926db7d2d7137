import { builtin, environment, setEnvironment } from "../../host.ts";

/** C functions of a library. Addresses are passed as numbers, so that a call copies and checks nothing. */
export interface BlasSymbols {
  /** File or name that the loader accepted. */
  readonly library: string;
  readonly gemm: CblasGemm;
  readonly addressOf: (buffer: ArrayBuffer) => number;
  /** LAPACK's solver of symmetric eigenproblems by divide and conquer, if the library has it. */
  readonly syevd?: LapackSyevd;
  /** Description that OpenBLAS gives of itself; "" for other libraries. */
  readonly configuration: string;
  /** Kernels that OpenBLAS chose, such as "Haswell"; "" for other libraries. */
  readonly core: string;
}

type CblasGemm = (
  order: number,
  transposeA: number,
  transposeB: number,
  m: number,
  n: number,
  k: number,
  alpha: number,
  a: number,
  lda: number,
  b: number,
  ldb: number,
  beta: number,
  c: number,
  ldc: number,
) => void;

/** Arguments are those of Fortran: all by reference, characters as their codes. */
type LapackSyevd = (
  jobz: Uint8Array,
  uplo: Uint8Array,
  n: Int32Array,
  a: Float64Array,
  lda: Int32Array,
  w: Float64Array,
  work: Float64Array,
  lwork: Int32Array,
  iwork: Int32Array,
  liwork: Int32Array,
  info: Int32Array,
) => void;

const syevdPrototype =
  "void dsyevd_(void *jobz, void *uplo, void *n, void *a, void *lda, void *w, void *work, void *lwork, void *iwork, " +
  "void *liwork, void *info)";

const gemmPrototype =
  "void cblas_dgemm(int order, int transposeA, int transposeB, int m, int n, int k, double alpha, " +
  "size_t a, int lda, size_t b, int ldb, double beta, size_t c, int ldc)";

/** Lists where BLAS libraries usually are, the most specific place first. */
export function usualLibraries(): readonly string[] {
  const named = environment("OPENBLAS");
  const first = named === undefined || named === "" ? [] : [named, `${named}/lib/libopenblas.so`];
  switch (builtin("node:os", "BLAS").platform()) {
    case "darwin":
      return [
        ...first,
        "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
        "/usr/local/opt/openblas/lib/libopenblas.dylib",
        "/System/Library/Frameworks/Accelerate.framework/Accelerate",
      ];
    case "win32":
      return [...first, "libopenblas.dll", "openblas.dll"];
    default:
      return [...first, "libopenblas.so.0", "libopenblas.so", "libopenblasp.so.0", "libflexiblas.so.3"];
  }
}

interface Library {
  func(prototype: string): (...operands: readonly unknown[]) => unknown;
}
interface Koffi {
  load(path: string): Library;
  address(view: Uint8Array): bigint;
}

/**
 * Loads a library, finds the functions that are needed, and limits it to one thread.
 *
 * @throws whatever the loader throws, also for a missing function
 */
export function openLibrary(path: string): BlasSymbols {
  // Accelerate reads this variable when it is loaded.
  setEnvironment("VECLIB_MAXIMUM_THREADS", "1");
  const koffi: Koffi = builtin("node:module", "BLAS").createRequire(import.meta.url)("koffi");
  const library = koffi.load(path);
  const gemm = library.func(gemmPrototype) as CblasGemm;
  const optional = (prototype: string): ((...operands: readonly unknown[]) => unknown) | undefined => {
    try {
      return library.func(prototype);
    } catch {
      // Not every library has it.
      return undefined;
    }
  };
  optional("void openblas_set_num_threads(int count)")?.(1);
  const text = (value: unknown): string => (typeof value === "string" ? value.trim() : "");
  const syevd = optional(syevdPrototype) as LapackSyevd | undefined;
  return {
    library: path,
    gemm,
    ...(syevd === undefined ? {} : { syevd }),
    addressOf: (buffer) => Number(koffi.address(new Uint8Array(buffer))),
    configuration: text(optional("str openblas_get_config()")?.()),
    core: text(optional("str openblas_get_corename()")?.()),
  };
}

/** Gives the width in bits of the widest vectors that the kernels of a core use; 0 if it is unknown. */
export function kernelWidth(core: string): number {
  if (/skylakex|cooperlake|sapphire/i.test(core)) return 512;
  if (/haswell|zen|excavator/i.test(core)) return 256;
  if (/prescott|core2|penryn|nehalem|atom|barcelona|sandybridge|bulldozer/i.test(core)) return 128;
  return 0;
}

/** Gives the width in bits of the widest vectors that the processor has; 0 if it is unknown. */
export function processorWidth(): number {
  if (builtin("node:os", "BLAS").platform() !== "linux") return 0;
  let flags: string;
  try {
    flags = builtin("node:fs", "BLAS").readFileSync("/proc/cpuinfo", "utf8");
  } catch {
    // A container may hide the file.
    return 0;
  }
  if (/\bavx512f\b/.test(flags)) return 512;
  return /\bavx2\b/.test(flags) ? 256 : 0;
}
