import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelAdvice, tryKernels } from "../../src/cli/kernelSpeeds.ts";
import { describeBlas } from "../../src/linalg/blas/blas.ts";
import {
  areNarrow,
  areTooWide,
  type KernelFacts,
  kernelUnit,
  kernelWarning,
  processorUnit,
  thisProcessor,
} from "../../src/linalg/blas/kernels.ts";
import { startFluxion } from "../support/command.ts";
import * as fc from "../support/fastCheck.ts";

const configuration = "OpenBLAS 0.3.21 DYNAMIC_ARCH";
const processors = [
  "sse2 avx fma avx2 avx512f avx512bw avx512dq avx512vl",
  "sse2 avx fma avx2",
  "sse2 avx",
  "sse2",
  "asimd",
].map(processorUnit);
const cores = ["SkylakeX", "Haswell", "Zen", "Sandybridge", "Nehalem", "Prescott", "Novel"];
/** Settings of OPENBLAS_CORETYPE that were tried, the first of them in use. */
const tried = fc.uniqueArray(fc.constantFrom(null, ...cores), { minLength: 0, maxLength: 4 }).chain((settings) =>
  fc.tuple(
    ...settings.map((setting) =>
      fc.record({
        setting: fc.constant(setting),
        core: setting === null ? fc.constantFrom(...cores) : fc.constant(setting),
        speed: fc.double({ min: 1, max: 100, noNaN: true }),
      }),
    ),
  ),
) as fc.Arbitrary<Parameters<typeof kernelAdvice>[1]>;

const advice = suite("kernelAdvice");
advice(
  "never advises what was measured to be slower, and is never silent while kernels are narrower than the processor",
  () => {
    fc.assert(
      fc.property(tried, fc.constantFrom(...processors), fc.constantFrom(...cores), (kernels, processor, core) => {
        const [now] = kernels;
        const facts: KernelFacts = {
          core: now?.core ?? core,
          configuration,
          forced: now === undefined ? undefined : (now.setting ?? undefined),
          processor,
        };
        const text = kernelAdvice(facts, kernels);
        if (areNarrow(facts)) assert.ok(text !== undefined);
        const setting = / as measured: (?:set OPENBLAS_CORETYPE=(\w+)|unset OPENBLAS_CORETYPE)$/.exec(text ?? "");
        const name = setting?.[1] ?? null;
        if (setting !== null) {
          const chosen = kernels.find((each) => each.setting === name);
          assert.ok(chosen !== undefined && chosen.speed > now!.speed, text);
          for (const other of kernels) assert.ok(other.speed <= 1.25 * chosen.speed, text);
        }
        if (/unset/.test(text ?? ""))
          assert.ok(facts.forced !== undefined && kernels.some((each) => each.setting === null));
      }),
      { numRuns: 2000 },
    );
  },
);
advice("keeps what is known of the widths where nothing could be measured", () => {
  const facts: KernelFacts = { core: "Prescott", configuration, forced: undefined, processor: processors[0]! };
  assert.is(kernelAdvice(facts, []), kernelWarning(facts));
  assert.match(kernelAdvice(facts, []) ?? "", /set OPENBLAS_CORETYPE=SkylakeX$/);
});
advice.run();

const here = describeBlas("");
const processor = thisProcessor();
const selectable = here.configuration?.includes("DYNAMIC_ARCH") === true && processor !== undefined;
if (!selectable) console.log("skipped: fluxion doctor with each kernel: no OpenBLAS with a choice of kernels here");

const doctor = suite("fluxion doctor with each kernel of OpenBLAS");
if (selectable) {
  const strength = ({ bits, fused }: NonNullable<ReturnType<typeof kernelUnit>>): number =>
    (bits / 64) * (fused ? 2 : 1);
  doctor(
    "says 'Nothing to improve' only where the kernels are as wide as the processor, and measures what it advises",
    async () => {
      for (const forced of ["Prescott", "Haswell", "SkylakeX"]) {
        const facts = { core: forced, configuration: here.configuration!, forced, processor };
        const { code, stdout } = await startFluxion(["doctor"], undefined, { OPENBLAS_CORETYPE: forced }).ended;
        assert.is(code, 0, `${forced}: ${stdout}`);
        if (areTooWide(facts)) {
          assert.match(stdout, new RegExp(`its ${forced} kernels need .* which this processor lacks`));
          continue;
        }
        // A build without these kernels takes others.
        const core = /BLAS kernels +(\S+)/.exec(stdout)?.[1] ?? "";
        const narrow = strength(kernelUnit(core)!) < strength(processor);
        assert.is(/Nothing to improve/.test(stdout), !narrow, `${forced}: ${stdout}`);
        if (narrow) assert.match(stdout, /OPENBLAS_CORETYPE +kernels +operations per ns/);
      }
    },
  );
  doctor("measures the kernels in use first", () => {
    const before = process.env.OPENBLAS_CORETYPE;
    process.env.OPENBLAS_CORETYPE = "Prescott";
    try {
      const kernels = tryKernels({ ...here, core: "Prescott" });
      assert.is(kernels[0]?.setting, "Prescott");
      assert.is(kernels[0]?.core, "Prescott");
      assert.ok(kernels.some(({ setting }) => setting === null));
      assert.ok(kernels.every(({ speed }) => speed > 0));
    } finally {
      if (before === undefined) delete process.env.OPENBLAS_CORETYPE;
      else process.env.OPENBLAS_CORETYPE = before;
    }
  });
}
doctor.run();
