import { failure } from "../../errors.ts";
import { bare, environment, warn } from "../../host.ts";
import type { BlasSymbols } from "./blasLibrary.ts";
import { clearly, type FittingLibrary, kernelFacts, openFitting, quickSpeed } from "./fittingKernels.ts";
import { areNarrow, kernelWarning } from "./kernels.ts";
import { librariesOf, otherLibraries, realFile, usualLibraries } from "./libraryPaths.ts";

/** Matrix products by the machine's own BLAS, on one thread. */
export interface Blas {
  /**
   * The function `cblas_dgemm`. It checks nothing, so sizes and addresses must be right. Matrices are given by their
   * addresses, `addressOf(buffer) + offset`, which are valid as long as the buffer is.
   */
  readonly gemm: BlasSymbols["gemm"];
  /**
   * The function `cblas_dgemv`, checked as little, for products of a matrix and a vector; undefined if `gemm` is as fast,
   * or if its bits depend on the addresses.
   */
  readonly gemv?: NonNullable<BlasSymbols["gemv"]>;
  readonly addressOf: (buffer: ArrayBuffer) => number;
  /** Finds a routine of LAPACK, whose arguments are all pointers. It checks nothing. */
  readonly lapack: BlasSymbols["lapack"];
  /** Whether the library's integers have 8 bytes. */
  readonly wide: boolean;
}

/** Description of what multiplies matrices here, for `run.json` and `fluxion doctor`. */
export type BlasDescription = {
  /** Absolute path of the library; undefined if native kernels or WebAssembly multiply. */
  readonly library?: string;
  /** Version and build options, in the words of OpenBLAS. */
  readonly configuration?: string;
  /** Kernels of OpenBLAS in use. They decide last bits. */
  readonly core?: string;
  /** Kernels that OpenBLAS takes by itself, where fluxion chose wider ones. */
  readonly insteadOf?: string;
  /** Reason why there is no library, or why it is slow. */
  readonly warning?: string;
};

interface Found {
  readonly blas?: Blas;
  readonly description: BlasDescription;
}

const portable: Found = { description: { warning: "not used in a portable run, whose bits must not depend on it" } };

/** Results of earlier searches, by choice. */
const known = new Map<string, Found>();
/** Choices of which it was said that they cannot be used. */
const warned = new Set<string>();

/**
 * Finds the BLAS of this machine.
 *
 * It searches once. `FLUXION_BLAS` names a library, by its absolute path or by its name in one of the system's
 * directories, or says `off`. Without it OpenBLAS is sought in the usual places, and Accelerate on macOS. Where there is
 * none, or none whose kernels are as wide as the processor, MKL, BLIS and the OpenBLAS in Python's packages are tried
 * too, and the fastest is used. Whatever is loaded is loaded by an absolute path. The library runs on one thread, since
 * parallel runs are better, and only after it has computed known products correctly.
 *
 * @returns undefined if there is no BLAS, if it is switched off, or if this thread computes portably
 */
export function findBlas(choice: string = environment("FLUXION_BLAS") ?? ""): Blas | undefined {
  const { blas, description } = search(choice);
  if (blas === undefined && choice !== "" && choice !== "off" && !isPortable() && !warned.has(choice)) {
    warned.add(choice);
    if (environment("FLUXION_BLAS_TOLD") === undefined)
      warn(`fluxion: FLUXION_BLAS: ${description.warning}; products are done without it`);
  }
  return blas;
}

/**
 * Tells whether this thread computes portably, which `FLUXION_EXECUTOR=portable` says: then no BLAS is loaded, since
 * its last bits depend on the library and on the processor.
 */
export function isPortable(): boolean {
  return environment("FLUXION_EXECUTOR") === "portable";
}

/** Describes what {@link findBlas} found. */
export function describeBlas(choice: string = environment("FLUXION_BLAS") ?? ""): BlasDescription {
  return search(choice).description;
}

function search(choice: string): Found {
  if (isPortable()) return portable;
  let found = known.get(choice);
  if (found === undefined) {
    found = choice === "off" ? { description: { warning: "switched off by FLUXION_BLAS=off" } } : load(choice);
    known.set(choice, found);
  }
  return found;
}

function load(choice: string): Found {
  if (bare) return { description: {} };
  const reasons: string[] = [];
  const paths = choice === "" ? usualLibraries() : librariesOf(choice);
  if (choice !== "" && paths.length === 0) {
    const why = /[\\/]/.test(choice)
      ? "is a relative path; give an absolute one"
      : "is in none of the system's directories";
    reasons.push(`${choice} ${why}`);
  }
  if (choice === "" && paths.length === 0) reasons.push("none of the usual names is in the system's directories");
  let best: FittingLibrary | undefined;
  const seen = new Set<string>();
  const consider = (path: string): boolean => {
    // Two names of one file would only be compared by the noise of their times.
    const file = realFile(path);
    if (seen.has(file)) return false;
    seen.add(file);
    try {
      const opened = openFitting(path);
      if (best === undefined || quickSpeed(opened) > clearly * quickSpeed(best)) best = opened;
    } catch (error) {
      reasons.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
    return best !== undefined && !areNarrow(kernelFacts(best));
  };
  const found = paths.some(consider) || (choice === "" && otherLibraries().some(consider));
  if (found || best !== undefined) return { blas: best!, description: describe(best!) };
  const hint = choice === "" ? "; install OpenBLAS (Debian: libopenblas0-pthread) or name one by FLUXION_BLAS" : "";
  return { description: { warning: `no BLAS found (${reasons.join("; ")})${hint}` } };
}

function describe(symbols: FittingLibrary): BlasDescription {
  const { library, configuration, core, insteadOf } = symbols;
  const warning = kernelWarning(kernelFacts(symbols));
  return {
    library,
    ...(configuration === "" ? {} : { configuration }),
    ...(core === "" ? {} : { core }),
    ...(insteadOf === undefined ? {} : { insteadOf }),
    ...(warning === undefined ? {} : { warning }),
  };
}

const rowMajor = 101;
const [plain, transposed] = [111, 112];

/** Operands of {@link dgemm}. Matrices are row-major: op(A) is m x k, op(B) is k x n and C is m x n. */
interface GemmOptions {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly c: Float64Array;
  /** Whether `a` is stored k x m. Default false. */
  readonly transposeA?: boolean;
  /** Whether `b` is stored n x k. Default false. */
  readonly transposeB?: boolean;
  /** Factor of the product. Default 1. */
  readonly alpha?: number;
  /** Factor of C. Default 0, so that `c` is overwritten. */
  readonly beta?: number;
}

/**
 * Computes C <- alpha op(A) op(B) + beta C by BLAS, after checking the arguments: a wrong one would write into foreign
 * memory.
 *
 * @throws {TypeError} ERR_OPTION_TYPE if a matrix is not a Float64Array
 * @throws {RangeError} ERR_LENGTH if a size is not a positive integer, or if a matrix has another length
 */
export function dgemm(blas: Blas, options: GemmOptions): void {
  const { m, n, k, a, b, c, transposeA = false, transposeB = false, alpha = 1, beta = 0 } = options;
  for (const [name, size] of Object.entries({ m, n, k })) {
    if (!(Number.isInteger(size) && size > 0 && size < 2 ** 31)) {
      throw failure("ERR_LENGTH", `dgemm: expected ${name} to be a positive integer, got ${size}`);
    }
  }
  const sizes = { a: m * k, b: k * n, c: m * n };
  for (const [name, matrix] of Object.entries({ a, b, c })) {
    if (!(matrix instanceof Float64Array)) {
      throw failure("ERR_OPTION_TYPE", `dgemm: expected ${name} to be a Float64Array, got ${typeof matrix}`);
    }
    const size = sizes[name as keyof typeof sizes];
    if (matrix.length !== size) {
      throw failure("ERR_LENGTH", `dgemm: expected ${size} numbers in ${name}, got ${matrix.length}`);
    }
  }
  const address = ({ buffer, byteOffset }: Float64Array): number => blas.addressOf(buffer as ArrayBuffer) + byteOffset;
  blas.gemm(
    rowMajor,
    transposeA ? transposed : plain,
    transposeB ? transposed : plain,
    m,
    n,
    k,
    alpha,
    address(a),
    transposeA ? m : k,
    address(b),
    transposeB ? k : n,
    beta,
    address(c),
    n,
  );
}
