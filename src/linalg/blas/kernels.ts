/** The kernels of OpenBLAS, the processors for which they were made, and what to do where they do not fit. */
import { builtin } from "../../host.ts";

/** The arithmetic on vectors of a processor, or that which a kernel uses. */
interface VectorUnit {
  /** Width of a vector in bits. */
  readonly bits: 128 | 256 | 512;
  /** Whether it multiplies and adds in one instruction. */
  readonly fused: boolean;
}

const units: readonly { readonly cores: RegExp; readonly unit: VectorUnit }[] = [
  { cores: /^(?:skylakex|cooperlake|sapphirerapids|graniterapids)$/i, unit: { bits: 512, fused: true } },
  { cores: /^(?:haswell|broadwell|zen|excavator)$/i, unit: { bits: 256, fused: true } },
  { cores: /^sandybridge$/i, unit: { bits: 256, fused: false } },
  { cores: /^(?:bulldozer|piledriver|steamroller)$/i, unit: { bits: 128, fused: true } },
  {
    cores:
      /^(?:prescott|core2|penryn|dunnington|nehalem|westmere|atom|nano|barcelona|bobcat|opteron(?:_sse3)?|katmai|coppermine|northwood|banias|athlon|generic)$/i,
    unit: { bits: 128, fused: false },
  },
];

/** Gives what the kernels of a core use, by the name that OpenBLAS gives them; undefined if the name is not known. */
export function kernelUnit(core: string): VectorUnit | undefined {
  return units.find(({ cores }) => cores.test(core))?.unit;
}

/**
 * Reads what a processor has from its flags, as Linux lists them; undefined if they are of another kind of processor.
 * AVX-512 counts if it has the parts that OpenBLAS uses.
 */
export function processorUnit(flags: string): VectorUnit | undefined {
  const has = (...names: readonly string[]): boolean => names.every((name) => new RegExp(`\\b${name}\\b`).test(flags));
  if (has("avx512f", "avx512bw", "avx512dq", "avx512vl", "avx2", "fma")) return { bits: 512, fused: true };
  if (has("avx2", "fma")) return { bits: 256, fused: true };
  if (has("avx", "fma4")) return { bits: 128, fused: true };
  if (has("avx")) return { bits: 256, fused: false };
  return has("sse2") ? { bits: 128, fused: false } : undefined;
}

/** Floating-point operations of one instruction. Kernels with fewer leave a part of the processor idle. */
function strength({ bits, fused }: VectorUnit): number {
  return (bits / 64) * (fused ? 2 : 1);
}

/**
 * Operations per nanosecond that one core of this processor does at most, with two vector instructions per cycle;
 * undefined if its vectors are not known. Some processors start only one of 512 bits per cycle.
 *
 * @param clock cycles per nanosecond
 */
export function peakSpeed(clock: number): number | undefined {
  const unit = thisProcessor();
  return unit === undefined || !(clock > 0) ? undefined : 2 * strength(unit) * clock;
}

/** Kernels of each width that any OpenBLAS with a choice of kernels has, the widest first. */
const selectable = ["SkylakeX", "Haswell", "Sandybridge"] as const;

/** What is known of OpenBLAS and of the processor. */
export interface KernelFacts {
  /** Kernels that OpenBLAS uses. */
  readonly core: string;
  /** What OpenBLAS says of its build. */
  readonly configuration: string;
  /** Value of `OPENBLAS_CORETYPE`; undefined if it is not set. */
  readonly forced: string | undefined;
  /** What the processor has; undefined if that is not known. */
  readonly processor: VectorUnit | undefined;
}

/** Whether the kernels use shorter vectors than the processor has, or need two instructions where it has one. */
export function areNarrow({ core, processor }: KernelFacts): boolean {
  const unit = kernelUnit(core);
  return unit !== undefined && processor !== undefined && strength(unit) < strength(processor);
}

/** Whether the processor lacks what the kernels need. A call of them ends the process. */
export function areTooWide({ core, processor }: KernelFacts): boolean {
  const unit = kernelUnit(core);
  return (
    unit !== undefined && processor !== undefined && (unit.bits > processor.bits || (unit.fused && !processor.fused))
  );
}

/**
 * Names kernels that fit the processor and are wider than those in use, the widest first, as `OPENBLAS_CORETYPE` takes
 * them. Where the width of those in use is not known, it names all that fit.
 */
export function widerKernels({ core, configuration, processor }: KernelFacts): readonly string[] {
  const least = kernelUnit(core);
  if (processor === undefined || !/DYNAMIC_ARCH/.test(configuration)) return [];
  return selectable.filter((name) => {
    const unit = kernelUnit(name)!;
    const fits = unit.bits <= processor.bits && (processor.fused || !unit.fused);
    return fits && (least === undefined || strength(unit) > strength(least));
  });
}

/** Says what is wrong with the kernels in use, and what to do about it; undefined if they fit or nothing is known. */
export function kernelWarning(facts: KernelFacts): string | undefined {
  if (!areNarrow(facts)) return undefined;
  const { core, forced } = facts;
  const because = forced === undefined ? "" : ` (OPENBLAS_CORETYPE=${forced})`;
  const what =
    `OpenBLAS uses its ${core} kernels${because}, with ${unitText(kernelUnit(core)!)}, on a processor with ` +
    `${unitText(facts.processor!)}: products take several times as long as they need`;
  const [wider] = widerKernels(facts).filter((name) => name.toLowerCase() !== forced?.toLowerCase());
  return `${what}; ${wider === undefined ? "install a newer OpenBLAS, built with DYNAMIC_ARCH" : `set OPENBLAS_CORETYPE=${wider}`}`;
}

/** Writes a unit in words. */
export function unitText({ bits, fused }: VectorUnit): string {
  return `vectors of ${bits} bits${fused ? " and fused multiply-add" : ""}`;
}

/** Finds what the processor of this machine has; undefined if that cannot be told. */
export function thisProcessor(): VectorUnit | undefined {
  try {
    switch (builtin("node:os", "BLAS").platform()) {
      case "linux":
        return processorUnit(builtin("node:fs", "BLAS").readFileSync("/proc/cpuinfo", "utf8"));
      case "darwin":
        return processorUnit(macFlags());
      default:
        return undefined;
    }
  } catch {
    // A container may hide what is asked.
    return undefined;
  }
}

/** Flags of a processor on macOS, in the words of Linux. */
function macFlags(): string {
  const names = ["machdep.cpu.features", "machdep.cpu.leaf7_features"];
  const { stdout } = builtin("node:child_process", "BLAS").spawnSync("/usr/sbin/sysctl", ["-n", ...names], {
    encoding: "utf8",
  });
  return stdout.toLowerCase().replace("avx1.0", "avx");
}
