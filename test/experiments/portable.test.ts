/**
 * A portable run calls nothing whose last bits depend on the machine or the engine. Here such functions of `Math` throw
 * where the sources call them, and so does whatever would load a library.
 */
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { lastValueFrom } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Experiment } from "../../src/experiments/framework/definition.ts";
import type { JsonValue } from "../../src/json.ts";

/** Functions of Math that IEEE 754 and ECMAScript determine to the last bit. The others are engines' own. */
const exact = ["abs", "ceil", "clz32", "floor", "fround", "imul", "max", "min", "round", "sign", "sqrt", "trunc"];
/** These make no numbers of a run: `random` is refused while a loss is traced. */
const elsewhere = ["random", "f16round", "sumPrecise"];

const sources = fileURLToPath(new URL("../../src/", import.meta.url));

interface Call {
  readonly name: string;
  readonly from: string;
}
const calls: Call[] = [];
const trapped = Object.getOwnPropertyNames(Math).filter((name) => {
  const own = Math[name as keyof Math];
  return typeof own === "function" && ![...exact, ...elsewhere].includes(name);
});
for (const name of trapped) {
  const own = Math[name as "exp"];
  const trap = (...operands: [number]): number => {
    const from = new Error().stack?.split("\n")[2] ?? "";
    // Other packages have numbers of their own; those of ml-matrix become ours.
    if (from.includes(sources) || from.includes("ml-matrix")) {
      calls.push({ name, from });
      throw new Error(`Math.${name} was called ${from.trim()}`);
    }
    return own(...operands);
  };
  Object.defineProperty(Math, name, { value: trap, configurable: true, writable: true });
}
const loads: string[] = [];
const loader = createRequire(import.meta.url)("node:module") as {
  _load: (name: string, ...rest: unknown[]) => unknown;
};
const { _load: load } = loader;
loader._load = (name, ...rest) => {
  if (name !== "koffi") return load(name, ...rest);
  loads.push(name);
  throw new Error("a library was to be loaded");
};

process.env.FLUXION_EXECUTOR = "portable";
process.env.FLUXION_FMA = "on";
const { builtInExperiments } = await import("../../src/experiments/catalogue/builtIn.ts");
const { experimentContext } = await import("../../src/experiments/framework/context.ts");
const { optionsFrom } = await import("../../src/experiments/threads/flags.ts");
const { describeExecutor } = await import("../../src/autodiff/executor.ts");
const { findBlas } = await import("../../src/linalg/blas/blas.ts");
const linalg = await import("../../src/linalg/index.ts");
const elementary = await import("../../src/elementary/index.ts");

/** Values that make an experiment small, by the names of its options. */
const small: Readonly<Record<string, JsonValue>> = {
  epochs: 1,
  searches: 2,
  gradientSearches: 1,
  iterations: 4,
  gradientIterations: 4,
  trajectories: 1,
  trajectorySteps: 12,
  samples: 24,
  players: 3,
  steps: 4,
  draws: 2,
};

async function runSmall(experiment: Experiment): Promise<void> {
  const { shape } = experiment.options;
  // Where an option takes several sizes, the one.
  const known = Object.entries(small)
    .filter(([name]) => name in shape)
    .map(([name, value]) => [name, shape[name]!.safeParse(value).success ? value : [value]] as const);
  const context = experimentContext({ seed: 1, signal: new AbortController().signal, repetitions: 0 });
  const options = optionsFrom(experiment.options, Object.fromEntries(known));
  await lastValueFrom(context.complete(experiment.run(options, context)), { defaultValue: undefined });
}

const portable = suite("a portable run");
portable("would be found out: the traps work", () => {
  assert.ok(trapped.includes("exp") && trapped.includes("hypot") && trapped.includes("pow"), trapped.join());
  process.env.FLUXION_EXECUTOR = "float64";
  process.env.FLUXION_BLAS = "/libopenblas.so.0";
  try {
    assert.is(findBlas(), undefined);
    assert.is(loads.length, 1);
  } finally {
    delete process.env.FLUXION_BLAS;
    process.env.FLUXION_EXECUTOR = "portable";
    loads.length = 0;
  }
});
portable("says so in what run.json keeps", () => {
  const { executor, blas, multiplyAdd } = describeExecutor();
  assert.is(executor, "portable");
  assert.is(blas.library, undefined);
  assert.is.not(multiplyAdd, "on");
});
for (const experiment of builtInExperiments) {
  portable(
    `of ${experiment.name} calls no function whose bits depend on the engine, and loads no library`,
    async () => {
      await runSmall(experiment);
      assert.equal([calls, loads], [[], []]);
    },
  );
}
portable("does so in dense linear algebra and in the elementary functions too", () => {
  const n = 150;
  const values = Float64Array.from({ length: n * n }, (_, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    return 1 / (1 + i + j) + (i === j ? i : 0);
  });
  const map = linalg.denseMatrix(n, n, values);
  map.apply(values.subarray(0, n), new Float64Array(n));
  assert.is(linalg.symmetricEigen(values).values.length, n);
  assert.is(linalg.generalEigenvalues(values.slice(0, 400)).real.length, 20);
  const few = linalg.denseMatrix(20, 20, values.slice(0, 400));
  assert.is(linalg.pseudoSolve(few, values.slice(0, 20)).x.length, 20);
  for (const [name, f] of Object.entries(elementary)) {
    for (const x of [-2, -0.5, 0, 0.3, 1, 40, 1e6, 1e22, 1e300])
      (f as (a: number, b: number) => unknown)(x, name === "scaleByPower" ? 2 : 0.7);
  }
  assert.equal([calls, loads], [[], []]);
});
portable.run();

const powers = suite("powers that the sources leave to the engine");
powers("are exact: squares, and powers of two", () => {
  let x = 0.37;
  for (let i = 0; i < 20_000; i++) {
    x = (x * 1.37 + 0.11) % 1e3;
    const y = (x - 500) * 2 ** ((i % 400) - 200);
    assert.is(y ** 2, y * y);
  }
  for (let k = -1074; k <= 1023; k++) {
    const power = 2 ** k;
    assert.is(power, elementary.scaleByPower(1, k));
  }
});
powers.run();
