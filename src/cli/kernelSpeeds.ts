/** Finds out which kernels of OpenBLAS are fastest here, each in a process of its own. */
import { spawnSync } from "node:child_process";
import { type BlasDescription, kernelFacts } from "../linalg/blas/blas.ts";
import type { KernelSpeed } from "../linalg/blas/kernelSpeed.ts";
import { areNarrow, type KernelFacts, kernelUnit, kernelWarning, widerKernels } from "../linalg/blas/kernels.ts";

/** A setting of `OPENBLAS_CORETYPE`, the kernels to which it leads, and their speed. */
interface TriedKernels extends KernelSpeed {
  /** The setting; null where the variable is not set. */
  readonly setting: string | null;
}

/** A choice of kernels counts as better if it is faster by this factor, which noise does not reach. */
const clearly = 1.25;

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
    const found = measuredWith(setting);
    return found === undefined ? [] : [{ setting, ...found }];
  });
}

function measuredWith(setting: string | null): KernelSpeed | undefined {
  const { OPENBLAS_CORETYPE: _, ...rest } = process.env;
  const module = import.meta.url.replace(/cli\/kernelSpeeds(\.[jt]s)$/, "linalg/blas/kernelSpeed$1");
  const program = `import { kernelSpeed } from ${JSON.stringify(module)}; console.log(JSON.stringify(kernelSpeed() ?? null))`;
  const { status, stdout } = spawnSync(process.execPath, [...process.execArgv, "--input-type=module", "-e", program], {
    env: setting === null ? rest : { ...rest, OPENBLAS_CORETYPE: setting },
    encoding: "utf8",
    timeout: 20_000,
    stdio: ["ignore", "pipe", "ignore"],
  });
  // Kernels that do not run on this processor end the process.
  if (status !== 0) return undefined;
  return (JSON.parse(stdout) as KernelSpeed | null) ?? undefined;
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
