import { failure } from "../../errors.ts";
import { bare, environment, warn } from "../../host.ts";
import { type BlasSymbols, librariesOf, openLibrary, usualLibraries } from "./blasLibrary.ts";
import { areTooWide, type KernelFacts, kernelUnit, kernelWarning, thisProcessor, unitText } from "./kernels.ts";

/** Matrix products by the machine's own BLAS, on one thread. */
export interface Blas {
  /**
   * The function `cblas_dgemm`. It checks nothing, so sizes and addresses must be right. Matrices are given by their
   * addresses, `addressOf(buffer) + offset`, which are valid as long as the buffer is.
   */
  readonly gemm: BlasSymbols["gemm"];
  readonly addressOf: (buffer: ArrayBuffer) => number;
  /** The function `dsyevd` of LAPACK, if the library has it. It checks nothing. */
  readonly syevd?: NonNullable<BlasSymbols["syevd"]>;
}

/** Description of what multiplies matrices here, for `run.json` and `fluxion doctor`. */
export type BlasDescription = {
  /** Absolute path of the library; undefined if WebAssembly multiplies. */
  readonly library?: string;
  /** Version and build options, in the words of OpenBLAS. */
  readonly configuration?: string;
  /** Kernels that OpenBLAS chose. They decide last bits. */
  readonly core?: string;
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

/**
 * Finds the BLAS of this machine.
 *
 * It searches once. `FLUXION_BLAS` names a library, by its absolute path or by its name in one of the system's
 * directories, or says `off`; without it OpenBLAS is sought in the usual places, and Accelerate on macOS. Whatever is
 * loaded is loaded by an absolute path. The library runs on one thread, since parallel runs are better, and only after
 * it has computed a known product correctly.
 *
 * @returns undefined if there is no BLAS, if it is switched off, or if this thread computes portably
 */
export function findBlas(choice: string = environment("FLUXION_BLAS") ?? ""): Blas | undefined {
  return search(choice).blas;
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
    if (choice !== "" && choice !== "off" && found.blas === undefined) {
      warn(`fluxion: FLUXION_BLAS: ${found.description.warning}; products are done in WebAssembly`);
    }
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
  for (const path of paths) {
    try {
      const symbols = openLibrary(path);
      // A call of such kernels would end the process.
      const wrong = areTooWide(kernelFacts(symbols)) ? tooWide(symbols) : knownProduct(symbols);
      if (wrong !== undefined) throw new Error(wrong);
      return { blas: symbols, description: describe(symbols) };
    } catch (error) {
      reasons.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const hint = choice === "" ? "; install OpenBLAS (Debian: libopenblas0-pthread) or name one by FLUXION_BLAS" : "";
  return { description: { warning: `no BLAS found (${reasons.join("; ")})${hint}` } };
}

/** What is known of the kernels of a library in this process. */
export function kernelFacts({
  core = "",
  configuration = "",
}: Pick<BlasDescription, "core" | "configuration">): KernelFacts {
  return { core, configuration, forced: environment("OPENBLAS_CORETYPE"), processor: thisProcessor() };
}

function tooWide({ core }: BlasSymbols): string {
  return `its ${core} kernels need ${unitText(kernelUnit(core)!)}, which this processor lacks; unset OPENBLAS_CORETYPE`;
}

function describe(symbols: BlasSymbols): BlasDescription {
  const { library, configuration, core } = symbols;
  const warning = kernelWarning(kernelFacts(symbols));
  return {
    library,
    ...(configuration === "" ? {} : { configuration }),
    ...(core === "" ? {} : { core }),
    ...(warning === undefined ? {} : { warning }),
  };
}

const rowMajor = 101;
const [plain, transposed] = [111, 112];

/** Computes 2 [1 2 3; 4 5 6] [7 8; 9 10; 11 12] + C in both forms. Returns what is wrong, if anything is. */
function knownProduct({ gemm, addressOf }: BlasSymbols): string | undefined {
  const memory = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 7, 9, 11, 8, 10, 12, 1, 1, 1, 1);
  const base = addressOf(memory.buffer);
  const [b, bTransposed, c] = [base + 48, base + 96, base + 144];
  for (const [form, address, ld] of [
    [plain, b, 2],
    [transposed, bTransposed, 3],
  ] as const) {
    memory.fill(1, 18);
    gemm(rowMajor, plain, form, 2, 2, 3, 2, base, 3, address, ld, 1, c, 2);
    const product = [...memory.subarray(18)].join();
    if (product !== "117,129,279,309") return `a product that is 117,129,279,309 came out as ${product}`;
  }
  return undefined;
}

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
