/** Finds the compiled library of `native/`, and uses it only if it computes the right bits. */
import { bare, builtin, environment, warn } from "../../../host.ts";
import { isPortable } from "../../../linalg/blas/blas.ts";
import { provideVectors } from "../../../linalg/nativeVectors.ts";
import type { NativeKernels } from "./kernels.ts";
import { knownAnswer } from "./knownAnswer.ts";
import { libraryName } from "./libraryName.ts";
import { nativeFormat } from "./operations.ts";

/** Description of what computes long loops here, for `run.json` and `fluxion doctor`. */
export type NativeDescription = {
  /** Absolute path of the library; undefined if WebAssembly computes them. */
  readonly library?: string;
  /** How many numbers its vectors hold. */
  readonly width?: number;
  /** Reason why there is no library. */
  readonly warning?: string;
};

interface Found {
  readonly kernels?: NativeKernels;
  readonly description: NativeDescription;
}

const portable: Found = { description: { warning: "not used in a portable run, which does without them" } };

/** Results of earlier searches, by choice. */
const known = new Map<string, Found>();

/**
 * Finds the native kernels of this machine. It searches once.
 *
 * `FLUXION_NATIVE` says `off`, or gives the absolute path of a library; without it, it is the one that came with the
 * package, or that `npm ci` compiled. It is used only if the bits of its results are those that every processor gives.
 *
 * @returns undefined if there are none, if they are switched off, or if this thread computes portably
 */
export function findNative(choice: string = environment("FLUXION_NATIVE") ?? ""): NativeKernels | undefined {
  return search(choice).kernels;
}

/** Describes what {@link findNative} found. */
export function describeNative(choice: string = environment("FLUXION_NATIVE") ?? ""): NativeDescription {
  return search(choice).description;
}

function search(choice: string): Found {
  if (isPortable()) return portable;
  let found = known.get(choice);
  if (found === undefined) {
    found = choice === "off" ? { description: { warning: "switched off by FLUXION_NATIVE=off" } } : load(choice);
    known.set(choice, found);
    if (choice !== "" && choice !== "off" && found.kernels === undefined) {
      warn(`fluxion: FLUXION_NATIVE: ${found.description.warning}; loops are computed in WebAssembly`);
    }
  }
  return found;
}

function load(choice: string): Found {
  if (bare) return { description: {} };
  const path = choice === "" ? ownLibrary() : choice;
  try {
    return open(path);
  } catch (error) {
    return { description: { warning: `${path}: ${error instanceof Error ? error.message : String(error)}` } };
  }
}

function ownLibrary(): string {
  const { platform, arch } = builtin("node:os", "native kernels");
  // Bundlers take a literal here for a file that they should copy.
  const folder: string = "../../../../native/build/";
  const file = new URL(folder + libraryName(platform(), arch()), import.meta.url);
  return builtin("node:url", "native kernels").fileURLToPath(file);
}

interface Library {
  func(prototype: string): (...operands: readonly unknown[]) => unknown;
}
interface Koffi {
  load(path: string): Library;
  address(view: Uint8Array): bigint;
}

/** Width that stands for the widest vectors that the processor has. */
const widest = 8;

function open(path: string): Found {
  if (!/^(?:\/|[A-Za-z]:[\\/])/.test(path)) throw new Error("expected an absolute path");
  if (!builtin("node:fs", "native kernels").existsSync(path))
    throw new Error("there is no such file; in a checkout, `npm run build` makes it with a C compiler");
  const koffi: Koffi = builtin("node:module", "native kernels").createRequire(import.meta.url)("koffi");
  const library = koffi.load(path);
  const format = String(library.func("str fluxion_format()")());
  if (format !== nativeFormat) throw new Error("it was made for another version of fluxion");
  const width = Number(library.func("int fluxion_use(int most)")(widest));
  if (width === 0) throw new Error("this processor has no fused multiply-add");
  const kernels: NativeKernels = {
    width,
    loop: library.func("void fluxion_loop(size_t memory, uint32_t table)") as NativeKernels["loop"],
    rows: library.func(
      "void fluxion_rows(size_t memory, uint32_t input, uint32_t out, uint32_t count, uint32_t length)",
    ) as NativeKernels["rows"],
    convolution: library.func(
      "void fluxion_convolution(size_t memory, uint32_t table)",
    ) as NativeKernels["convolution"],
    product: library.func(
      "void fluxion_product(uint32_t flags, uint32_t m, uint32_t n, uint32_t k, double factor, size_t a, uint32_t rowA, " +
        "size_t b, uint32_t rowB, size_t c, uint32_t rowC)",
    ) as NativeKernels["product"],
    adam: library.func(
      "void fluxion_adam(size_t mean, size_t root, size_t field, size_t point, size_t out, double decay, double fresh, " +
        "double squareDecay, double scale, double shift, double pull, uint32_t n)",
    ) as NativeKernels["adam"],
    combine: library.func(
      "void fluxion_combine(size_t out, double alpha, size_t y, double beta, size_t x, uint32_t n)",
    ) as NativeKernels["combine"],
    orthogonalise: library.func(
      "void fluxion_orthogonalise(size_t v, size_t basis, int32_t stride, uint32_t m, uint32_t n, uint32_t rounds)",
    ) as NativeKernels["orthogonalise"],
    choose: library.func(
      "void fluxion_choose(size_t to, size_t from, size_t rows, uint32_t count, uint32_t width)",
    ) as NativeKernels["choose"],
    addressOf: (buffer) => Number(koffi.address(new Uint8Array(buffer))),
  };
  const wrong = knownAnswer(kernels);
  if (wrong !== undefined) throw new Error(wrong);
  provideVectors(kernels);
  return { kernels, description: { library: path, width } };
}
