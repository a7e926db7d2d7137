import { builtin, environment, setEnvironment } from "../../host.ts";

/** C functions of a library. Addresses are passed as numbers, so that a call copies and checks nothing. */
export interface BlasSymbols {
  /** Absolute path of the file. */
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

/** Names under which systems keep OpenBLAS, or a library that stands for it. */
const usualNames = {
  win32: ["libopenblas.dll", "openblas.dll"],
  other: ["libopenblas.so.0", "libopenblas.so", "libopenblasp.so.0", "libflexiblas.so.3"],
} as const;

/** Lists where BLAS libraries usually are, by absolute paths, the most specific place first. */
export function usualLibraries(): readonly string[] {
  const named = environment("OPENBLAS") ?? "";
  const first = isAbsolute(named) ? [named, `${named}/lib/libopenblas.so`] : [];
  const platform = builtin("node:os", "BLAS").platform();
  switch (platform) {
    case "darwin":
      return [
        ...first,
        "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
        "/usr/local/opt/openblas/lib/libopenblas.dylib",
        "/System/Library/Frameworks/Accelerate.framework/Accelerate",
      ];
    default:
      return [...first, ...usualNames[platform === "win32" ? platform : "other"].flatMap(librariesOf)];
  }
}

/**
 * Finds the files that a name may mean. The loader itself must not look for the name: it takes relative entries of
 * `LD_LIBRARY_PATH` as they are, and would run a library that lies in the working directory.
 *
 * @param name absolute path, or name of a file in one of the system's directories of libraries
 */
export function librariesOf(name: string): readonly string[] {
  if (isAbsolute(name)) return [name];
  if (/[\\/]/.test(name)) return [];
  const { existsSync } = builtin("node:fs", "BLAS");
  return [...new Set(libraryDirectories())]
    .map((directory) => `${directory}/${name}`)
    .filter((path) => existsSync(path));
}

function isAbsolute(path: string): boolean {
  return /^(?:\/|[A-Za-z]:[\\/])/.test(path);
}

/** Absolute directories in which the loader looks: those of the environment, then those of the system. */
function libraryDirectories(): readonly string[] {
  const entries = (variable: string, separator: string): readonly string[] =>
    (environment(variable) ?? "").split(separator).filter(isAbsolute);
  if (builtin("node:os", "BLAS").platform() === "win32") return entries("PATH", ";");
  const triple = { x64: "x86_64", arm64: "aarch64", arm: "arm" }[builtin("node:os", "BLAS").arch() as string] ?? "";
  const conda = environment("CONDA_PREFIX") ?? "";
  return [
    ...entries("LD_LIBRARY_PATH", ":"),
    ...(isAbsolute(conda) ? [`${conda}/lib`] : []),
    ...configuredDirectories(),
    ...["/usr/lib", "/lib"].flatMap((root) => [`${root}/${triple}-linux-gnu`, `${root}64`, root]),
    "/usr/local/lib",
  ];
}

/** The directories that `/etc/ld.so.conf.d` names. */
function configuredDirectories(): readonly string[] {
  const { readdirSync, readFileSync } = builtin("node:fs", "BLAS");
  const folder = "/etc/ld.so.conf.d";
  try {
    const files = readdirSync(folder).filter((name) => name.endsWith(".conf"));
    const lines = files.sort().flatMap((name) => readFileSync(`${folder}/${name}`, "utf8").split("\n"));
    return lines.map((line) => line.trim()).filter(isAbsolute);
  } catch {
    // Not every system has them.
    return [];
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
