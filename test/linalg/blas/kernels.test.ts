import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  areNarrow,
  areTooWide,
  type KernelFacts,
  kernelUnit,
  kernelWarning,
  processorUnit,
  widerKernels,
} from "../../../src/linalg/blas/kernels.ts";

/** Flags of processors, as /proc/cpuinfo lists them, shortened to what counts. */
const processors = {
  "Emerald Rapids":
    "flags : fpu sse sse2 pni ssse3 fma sse4_1 sse4_2 avx avx2 avx512f avx512dq avx512bw avx512vl avx512_bf16",
  "Zen 4": "flags : fpu sse sse2 pni ssse3 fma sse4_1 sse4a avx avx2 avx512f avx512dq avx512bw avx512vl",
  "Xeon Phi": "flags : fpu sse sse2 ssse3 fma sse4_1 avx avx2 avx512f avx512pf avx512er avx512cd",
  "Zen 3": "flags : fpu sse sse2 pni ssse3 fma sse4_1 sse4a avx avx2",
  Haswell: "flags : fpu sse sse2 ssse3 fma sse4_1 avx avx2",
  "Sandy Bridge": "flags : fpu sse sse2 ssse3 sse4_1 avx",
  Bulldozer: "flags : fpu sse sse2 ssse3 sse4_1 avx fma4",
  Nehalem: "flags : fpu sse sse2 ssse3 sse4_1",
  "Neoverse N1": "Features : fp asimd evtstrm aes",
} as const;

const cores = [
  "SkylakeX",
  "Cooperlake",
  "Sapphirerapids",
  "Haswell",
  "Zen",
  "Excavator",
  "Sandybridge",
  "Bulldozer",
].concat(["Nehalem", "Prescott", "Core2", "Barcelona", "Katmai", "Neoversen1", "Something"]);
const builds = ["OpenBLAS 0.3.21 DYNAMIC_ARCH NO_AFFINITY MAX_THREADS=64", "OpenBLAS 0.3.21 NO_AFFINITY"];

/** Operations that one instruction does, by which kernels are compared. */
const strength = ({ bits, fused }: NonNullable<ReturnType<typeof kernelUnit>>): number => (bits / 64) * (fused ? 2 : 1);

const every: KernelFacts[] = Object.values(processors).flatMap((flags) =>
  cores.flatMap((core) =>
    builds.flatMap((configuration) =>
      [undefined, core, "SkylakeX", "Haswell", "Prescott"].map((forced) => ({
        core,
        configuration,
        forced,
        processor: processorUnit(flags),
      })),
    ),
  ),
);

const kernels = suite("kernels of OpenBLAS");
kernels("tells the vectors of a processor from its flags", () => {
  const bits = Object.entries(processors).map(([name, flags]) => [name, processorUnit(flags)?.bits]);
  assert.equal(Object.fromEntries(bits), {
    "Emerald Rapids": 512,
    "Zen 4": 512,
    // It lacks the parts of AVX-512 that the kernels use.
    "Xeon Phi": 256,
    "Zen 3": 256,
    Haswell: 256,
    "Sandy Bridge": 256,
    Bulldozer: 128,
    Nehalem: 128,
    "Neoverse N1": undefined,
  });
});
kernels("warns exactly where the kernels are known to be narrower than the processor", () => {
  for (const facts of every) {
    const [unit, { processor }] = [kernelUnit(facts.core), facts];
    const narrow = unit !== undefined && processor !== undefined && strength(unit) < strength(processor);
    assert.is(areNarrow(facts), narrow, JSON.stringify(facts));
    assert.is(kernelWarning(facts) !== undefined, narrow, JSON.stringify(facts));
  }
});
kernels(
  "advises only kernels that fit the processor and are wider than those in use, and never to unset the variable",
  () => {
    let advised = 0;
    for (const facts of every) {
      const unit = kernelUnit(facts.core);
      const text = kernelWarning(facts) ?? "";
      assert.not.match(text, /unset/);
      const named = /set OPENBLAS_CORETYPE=(\w+)$/.exec(text)?.[1];
      for (const name of [...widerKernels(facts), ...(named === undefined ? [] : [named])]) {
        const other = kernelUnit(name)!;
        assert.ok(unit === undefined || strength(other) > strength(unit), `${JSON.stringify(facts)}: ${name}`);
        assert.not.ok(areTooWide({ ...facts, core: name }), `${JSON.stringify(facts)}: ${name}`);
      }
      if (named === undefined) continue;
      advised++;
      assert.is.not(named, facts.forced, "a setting that has had no effect is not advised again");
      assert.match(facts.configuration, /DYNAMIC_ARCH/);
    }
    assert.ok(advised > 50, `${advised}`);
  },
);
kernels("names the case that was found: Prescott kernels by OpenBLAS's own choice on AVX-512", () => {
  const facts = { core: "Prescott", configuration: builds[0]!, forced: undefined };
  const warning = kernelWarning({ ...facts, processor: processorUnit(processors["Emerald Rapids"]) }) ?? "";
  assert.match(
    warning,
    /Prescott kernels, with vectors of 128 bits, .* 512 bits .*: set OPENBLAS_CORETYPE=SkylakeX$|; set OPENBLAS_CORETYPE=SkylakeX$/,
  );
});
kernels.run();
