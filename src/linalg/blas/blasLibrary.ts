import { builtin, setEnvironment } from "../../host.ts";

/** C functions of a library. Addresses are passed as numbers, so that a call copies and checks nothing. */
export interface BlasSymbols {
  /** Absolute path of the file. */
  readonly library: string;
  readonly gemm: CblasGemm;
  /** `cblas_dgemv`; undefined if the library lacks it. */
  readonly gemv?: CblasGemv;
  readonly addressOf: (buffer: ArrayBuffer) => number;
  /** Finds a routine of LAPACK by its name and its number of arguments; undefined if the library lacks it. */
  readonly lapack: (name: string, count: number) => ((...operands: readonly unknown[]) => unknown) | undefined;
  /** Whether the library's integers have 8 bytes. */
  readonly wide: boolean;
  /** Description that OpenBLAS gives of itself; "" for other libraries. */
  readonly configuration: string;
  /** Kernels that OpenBLAS chose, such as "Haswell"; "" for other libraries. */
  readonly core: string;
  /** Gives the library back to the loader. No function may be called after that. */
  readonly unload: () => void;
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

type CblasGemv = (
  order: number,
  transpose: number,
  rows: number,
  columns: number,
  alpha: number,
  a: number,
  lda: number,
  x: number,
  incX: number,
  beta: number,
  y: number,
  incY: number,
) => void;

/** How a build of a BLAS names its functions, and the width of its integers. */
interface Convention {
  readonly prefix: string;
  readonly suffix: string;
  readonly integer: "int" | "int64_t";
}

/** Conventions of systems' libraries, then those of the wheels of numpy and SciPy. */
const conventions: readonly Convention[] = [
  { prefix: "", suffix: "", integer: "int" },
  { prefix: "scipy_", suffix: "", integer: "int" },
  { prefix: "scipy_", suffix: "64_", integer: "int64_t" },
  { prefix: "", suffix: "64_", integer: "int64_t" },
];

interface Library {
  func(prototype: string): (...operands: readonly unknown[]) => unknown;
  unload(): void;
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
  // Accelerate and MKL read these variables when they are loaded. MKL's threads and its choice of code by the alignment
  // of operands would change last bits from run to run.
  setEnvironment("VECLIB_MAXIMUM_THREADS", "1");
  setEnvironment("MKL_THREADING_LAYER", "SEQUENTIAL");
  setEnvironment("MKL_CBWR", "AUTO");
  const koffi: Koffi = builtin("node:module", "BLAS").createRequire(import.meta.url)("koffi");
  const library = koffi.load(path);
  const optional = (prototype: string): ((...operands: readonly unknown[]) => unknown) | undefined => {
    try {
      return library.func(prototype);
    } catch {
      // Not every library has it.
      return undefined;
    }
  };
  const convention = conventions.find((each) => optional(gemmPrototype(each)) !== undefined);
  if (convention === undefined) {
    library.unload();
    throw new Error("has no function cblas_dgemm");
  }
  const { prefix, suffix, integer } = convention;
  optional(`void ${prefix}openblas_set_num_threads${suffix}(int count)`)?.(1);
  optional("void bli_thread_set_num_threads(int64_t count)")?.(1);
  const gemv = optional(gemvPrototype(convention)) as CblasGemv | undefined;
  const text = (value: unknown): string => (typeof value === "string" ? value.trim() : "");
  return {
    library: path,
    gemm: library.func(gemmPrototype(convention)) as CblasGemm,
    ...(gemv === undefined ? {} : { gemv }),
    lapack: (name, count) => optional(`void ${prefix}${name}_${suffix}(${Array(count).fill("void *").join()})`),
    wide: integer !== "int",
    addressOf: (buffer) => Number(koffi.address(new Uint8Array(buffer))),
    configuration: text(optional(`str ${prefix}openblas_get_config${suffix}()`)?.()),
    core: text(optional(`str ${prefix}openblas_get_corename${suffix}()`)?.()),
    unload: () => library.unload(),
  };
}

function gemmPrototype({ prefix, suffix, integer }: Convention): string {
  return (
    `void ${prefix}cblas_dgemm${suffix}(int order, int transposeA, int transposeB, ${integer} m, ${integer} n, ` +
    `${integer} k, double alpha, size_t a, ${integer} lda, size_t b, ${integer} ldb, double beta, size_t c, ${integer} ldc)`
  );
}

function gemvPrototype({ prefix, suffix, integer }: Convention): string {
  return (
    `void ${prefix}cblas_dgemv${suffix}(int order, int transpose, ${integer} rows, ${integer} columns, double alpha, ` +
    `size_t a, ${integer} lda, size_t x, ${integer} incX, double beta, size_t y, ${integer} incY)`
  );
}
