/** Finds out which kernels of OpenBLAS and which libraries are fastest here, each in a process of its own. */
import { spawnSync } from "node:child_process";
import type { BlasDescription } from "../linalg/blas/blas.ts";
import { clearly, kernelFacts } from "../linalg/blas/fittingKernels.ts";
import type { KernelSpeed } from "../linalg/blas/kernelSpeed.ts";
import { areNarrow, type KernelFacts, kernelUnit, kernelWarning, widerKernels } from "../linalg/blas/kernels.ts";
import { otherLibraries, realFile, usualLibraries } from "../linalg/blas/libraryPaths.ts";

/** A setting of `OPENBLAS_CORETYPE`, the kernels to which it leads, and their speed. */
interface TriedKernels extends KernelSpeed {
  /** The setting; null where the variable is not set. */
  readonly setting: string | null;
}

/** A library and the speed of its products. */
interface TriedLibrary extends KernelSpeed {
  /** Absolute path. */
  readonly library: string;
}

/**
 * Measures the kernels in use and those that might be faster: wider ones that fit the processor, and OpenBLAS's own
 * choice where `OPENBLAS_CORETYPE` is set. The first is the one in use.
 *
 * @returns nothing if the kernels in use are as wide as the processor, or if there is no choice
 */
export function tryKernels(blas: BlasDescription): readonly TriedKernels[] {
  const facts = kernelFacts(blas);
  const unknown = blas.core !== undefined && kernelUnit(blas.core) === undefined;
  if (blas.library === undefined || !(areNarrow(facts) || unknown)) return [];
  const others = widerKernels(facts).filter((name) => name.toLowerCase() !== facts.forced?.toLowerCase());
  const settings = [facts.forced ?? null, ...(facts.forced === undefined ? [] : [null]), ...others];
  return settings.flatMap((setting) => {
    const found = measuredWith({ OPENBLAS_CORETYPE: setting ?? undefined });
    return found === undefined ? [] : [{ setting, ...found }];
  });
}

/**
 * Measures all libraries with a BLAS that are found on this machine; the first is the one in use.
 *
 * @returns nothing if this process uses none, or none but that is found
 */
export function tryLibraries(blas: BlasDescription): readonly TriedLibrary[] {
  if (blas.library === undefined) return [];
  // Several names often lead to one file.
  const files = new Map<string, string>();
  for (const path of [blas.library, ...usualLibraries(), ...otherLibraries()]) {
    const file = realFile(path);
    if (!files.has(file)) files.set(file, path);
  }
  if (files.size < 2) return [];
  return [...files.values()].flatMap((library) => {
    const found = measuredWith({ FLUXION_BLAS: library });
    return found === undefined ? [] : [{ library, ...found }];
  });
}

/** Measures in a process of its own, whose environment is changed; undefined removes a variable. */
function measuredWith(change: Readonly<Record<string, string | undefined>>): KernelSpeed | undefined {
  const module = import.meta.url.replace(/cli\/kernelSpeeds(\.[jt]s)$/, "linalg/blas/kernelSpeed$1");
  const program = `import { kernelSpeed } from ${JSON.stringify(module)}; console.log(JSON.stringify(kernelSpeed() ?? null))`;
  const { status, stdout } = spawnSync(process.execPath, [...process.execArgv, "--input-type=module", "-e", program], {
    env: { ...process.env, ...change },
    encoding: "utf8",
    timeout: 20_000,
    stdio: ["ignore", "pipe", "ignore"],
  });
  // Kernels that do not run on this processor end the process.
  if (status !== 0) return undefined;
  return (JSON.parse(stdout) as KernelSpeed | null) ?? undefined;
}

/** Names a library that is clearly faster than the one in use; undefined if there is none. */
export function libraryAdvice(tried: readonly TriedLibrary[]): string | undefined {
  const [now, ...others] = tried;
  const [best] = [...others].sort((a, b) => b.speed - a.speed);
  if (now === undefined || best === undefined || best.speed <= clearly * now.speed) return undefined;
  const ratio = (best.speed / now.speed).toPrecision(2);
  return `with ${best.library} products are ${ratio} times as fast here, as measured: set FLUXION_BLAS=${best.library}`;
}

/** Says which setting makes products faster, as measured; undefined if the kernels in use are not to be improved. */
export function kernelAdvice(facts: KernelFacts, tried: readonly TriedKernels[]): string | undefined {
  const warning = kernelWarning(facts);
  const [now, ...others] = tried;
  if (now === undefined) return warning;
  const best = bestOf(others);
  if (best !== undefined && best.speed > clearly * now.speed) {
    const how = best.setting === null ? "unset OPENBLAS_CORETYPE" : `set OPENBLAS_CORETYPE=${best.setting}`;
    const ratio = (best.speed / now.speed).toPrecision(2);
    return `OpenBLAS uses its ${now.core} kernels; with ${best.core} kernels products are ${ratio} times as fast here, as measured: ${how}`;
  }
  if (warning === undefined) return undefined;
  const names = others.map(({ core, setting }) => setting ?? `OpenBLAS's own choice, ${core},`);
  const none = names.length === 0 ? "no others could be tried" : `${names.join(" and ")} were tried and are not faster`;
  return `${warning.replace(/: products take .*$/, "")}; ${none}`;
}

/** The fastest kernels; OpenBLAS's own choice if the others are not clearly faster, since it needs no variable. */
function bestOf(tried: readonly TriedKernels[]): TriedKernels | undefined {
  const [fastest] = [...tried].sort((a, b) => b.speed - a.speed);
  const own = tried.find(({ setting }) => setting === null);
  return own !== undefined && fastest!.speed <= clearly * own.speed ? own : fastest;
}
