/** Opens a library with the kernels that fit the processor. */
import { builtin, environment, withEnvironment } from "../../host.ts";
import { type BlasSymbols, openLibrary } from "./blasLibrary.ts";
import {
  areNarrow,
  areTooWide,
  type KernelFacts,
  kernelUnit,
  thisProcessor,
  unitText,
  widerKernels,
} from "./kernels.ts";
import { productSpeed, wrongProduct } from "./trialProduct.ts";
import { isSteady } from "./trialVector.ts";

/** A library that has computed known products correctly. */
export interface FittingLibrary extends BlasSymbols {
  /** Kernels that OpenBLAS takes by itself, where wider ones were found to be faster. */
  readonly insteadOf?: string;
}

/** Kernels and libraries count as faster by this factor, which noise in a trial of milliseconds does not reach. */
export const clearly = 1.25;

/** What is known of the kernels of a library in this process. */
export function kernelFacts({ core = "", configuration = "" }: Partial<BlasSymbols>): KernelFacts {
  return { core, configuration, forced: environment("OPENBLAS_CORETYPE"), processor: thisProcessor() };
}

/**
 * Opens a library and tries it. OpenBLAS takes old kernels on a processor that it does not know; then it is opened
 * again with wider ones, which stay if they are right and faster. A user's own `OPENBLAS_CORETYPE` is left as it is.
 *
 * Only the main thread can do that, since a worker's environment is a copy that no library sees. Worker threads get the
 * kernels of the main thread, if that has opened the library before.
 *
 * @throws {Error} if the library cannot be loaded, lacks `cblas_dgemm`, or computes wrongly
 */
export function openFitting(path: string): FittingLibrary {
  let opened = openTried(path);
  const facts = kernelFacts(opened);
  if (facts.forced !== undefined) return opened;
  if (!areNarrow(facts)) {
    const former = threads().getEnvironmentData(`${noteOn} ${path}`);
    return typeof former === "string" ? { ...opened, insteadOf: former } : opened;
  }
  const speed = quickSpeed(opened);
  for (const kernels of widerKernels(facts)) {
    opened.unload();
    const wider = withEnvironment("OPENBLAS_CORETYPE", kernels, () => attempt(() => openTried(path)));
    if (wider !== undefined && wider.core !== facts.core && quickSpeed(wider) > clearly * speed) {
      threads().setEnvironmentData(`${noteOn} ${path}`, facts.core);
      return { ...wider, insteadOf: facts.core };
    }
    wider?.unload();
    opened = openTried(path);
  }
  return opened;
}

/** Begins the note by which worker threads know which kernels a library had taken by itself. */
const noteOn = "fluxion: kernels of";

function threads(): typeof import("node:worker_threads") {
  return builtin("node:worker_threads", "BLAS");
}

/** Opens a library with the kernels that it takes by itself, and lets it compute products that are known. */
function openTried(path: string): BlasSymbols {
  const symbols = openLibrary(path);
  const facts = kernelFacts(symbols);
  // A call of such kernels would end the process.
  const wrong = areTooWide(facts) ? tooWide(symbols.core) : wrongProduct(symbols);
  if (wrong === undefined) return withSteadyVectors(symbols);
  symbols.unload();
  throw new Error(wrong);
}

/**
 * Leaves out products with vectors whose bits depend on where the operands lie, and those for vectors of 512 bits: there
 * OpenBLAS's products of two matrices are as fast. Otherwise they copy the matrix first, and take three to five times as long.
 */
function withSteadyVectors(symbols: BlasSymbols): BlasSymbols {
  const { gemv, ...others } = symbols;
  const isWide = kernelUnit(symbols.core)?.bits === 512;
  return gemv === undefined || (!isWide && isSteady({ ...others, gemv })) ? symbols : others;
}

function tooWide(core: string): string {
  return `its ${core} kernels need ${unitText(kernelUnit(core)!)}, which this processor lacks; unset OPENBLAS_CORETYPE`;
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    // The kernels that the library takes by itself remain.
    return undefined;
  }
}

/** Speed of a library from products that take about a millisecond in all. */
export function quickSpeed(symbols: BlasSymbols): number {
  return productSpeed(symbols, 96, 6);
}
