/** What functions of linear algebra say about wrong options. The functions are read from the sources, so new ones are covered. */
import { readdirSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as linalg from "../../src/linalg/index.ts";
import { assertClose, assertError } from "../support/assert.ts";

const folder = new URL("../../src/linalg/", import.meta.url);
const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => readFileSync(new URL(file, folder), "utf8"));

const functions = linalg as unknown as Readonly<Record<string, (...parts: readonly unknown[]) => unknown>>;

/** Each exported function whose last parameter is an object of options, and whether it may be left out. */
const withOptions = sources
  .flatMap((source) =>
    Array.from(source.matchAll(/^export function (\w+)\((.*?)\): \S/gms), ([, name, parameters]) => {
      const last = /\b(?:options|spec|bands): [^,=]+( = \{\})?,?\s*$/.exec(parameters!);
      return { name: name!, takesOptions: last !== null, optional: last?.[1] !== undefined };
    }),
  )
  .filter(({ name, takesOptions }) => takesOptions && name in functions);

const map = linalg.diagonal(Float64Array.of(1, -2, 3));
const vector = Float64Array.of(1, 2, 3);
/** Arguments before the options, other than a map alone. */
const before: Readonly<Record<string, readonly unknown[]>> = {
  banded: [3],
  composed: [map, map],
  conjugateGradients: [map, vector],
  denseMatrix: [1, 1, Float64Array.of(2)],
  gmres: [map, vector],
  kernelShare: [map, vector],
  linearMap: [],
  minresQLP: [map, vector],
  wishartPlusWigner: [],
};
/** Options of functions that do not do without. */
const required: Readonly<Record<string, object>> = {
  banded: { 0: 2, 1: -1 },
  linearMap: { rows: 1, columns: 1, apply() {} },
  wishartPlusWigner: { ratio: 0.5 },
};

function call(name: string, ...options: readonly unknown[]): () => unknown {
  return () => functions[name]!(...(before[name] ?? [map]), ...options);
}

const options = suite("options of linear algebra");

options("are found in the sources", () => {
  const names = withOptions.map(({ name }) => name);
  assert.ok(names.length >= 15, names.join(", "));
  const checking = sources.flatMap((source) =>
    Array.from(source.matchAll(/readOptions\("(\w+)"/g), ([, name]) => name!),
  );
  assert.equal(
    checking.filter((name) => name in functions && !names.includes(name)),
    [],
  );
});

options("that are not an object are refused", () => {
  for (const { name } of withOptions) {
    const message = new RegExp(`^${name}: expected an object of (options|bands).*, such as \\{ \\w+: .+ \\}, got`);
    for (const wrong of [0.9, "0.9", null, [0.9], () => 0.9]) {
      assertError(call(name, wrong), "ERR_OPTION_TYPE", message);
    }
  }
});

options("may be left out exactly where all of them have defaults", () => {
  for (const { name, optional } of withOptions) {
    assert.is(optional, required[name] === undefined, name);
    if (optional) assert.not.throws(call(name), name);
    else assertError(call(name), "ERR_OPTION_TYPE", new RegExp(`^${name}: expected an object of`));
    assert.not.throws(call(name, required[name] ?? {}), name);
  }
});

options("that a function does not have are refused by name", () => {
  for (const { name } of withOptions) {
    const message = new RegExp(`^${name}: there is no (option|band) "tol"\\..*(The options|Bands) are`);
    assertError(call(name, { ...required[name], tol: 1 }), "ERR_OPTION_UNKNOWN", message);
  }
});

options("that are undefined count as left out", () => {
  const given = { relativeTolerance: undefined, maxIterations: undefined, preconditioner: undefined } as object;
  const { x } = linalg.minresQLP(map, vector, given);
  assertClose(x, [1, -1, 1], 1e-10);
  assert.equal(x, linalg.minresQLP(map, vector).x);
});

options("are named when their value is wrong", () => {
  const cases: readonly (readonly [string, object, string, RegExp])[] = [
    ["composed", { symmetric: 1 }, "ERR_OPTION_TYPE", /symmetric to be true or false, got 1/],
    [
      "frobeniusNorm",
      { exactUpTo: -1 },
      "ERR_OPTION_RANGE",
      /exactUpTo to be a non-negative number, or Infinity, got -1/,
    ],
    ["gmres", { preconditioner: vector }, "ERR_OPTION_TYPE", /preconditioner to be a linear map, got a Float64Array/],
    ["gmres", { maxIterations: 0 }, "ERR_OPTION_RANGE", /maxIterations to be a positive integer, got 0/],
    ["hutchPlusPlus", { products: 2 }, "ERR_OPTION_RANGE", /products to be an integer of at least 3, got 2/],
    ["indexBounds", { steps: 0 }, "ERR_OPTION_RANGE", /^indexBounds: expected steps to be a positive integer, got 0/],
    ["kernelShare", { norm: -1 }, "ERR_OPTION_RANGE", /norm to be a non-negative number/],
    ["lanczos", { exhausted: "never" }, "ERR_OPTION_RANGE", /exhausted to be "stop" or "restart", got "never"/],
    ["lanczos", { start: [1, 2, 3] }, "ERR_OPTION_TYPE", /start to be a Float64Array, got \[1, 2, 3\]/],
    ["linearMap", { rows: 1, columns: 1 }, "ERR_OPTION_TYPE", /the option apply to be a function, got nothing/],
    ["minresQLP", { maxNorm: 0 }, "ERR_OPTION_RANGE", /maxNorm to be a positive number, or Infinity, got 0/],
    ["minresQLP", { onIteration: 3 }, "ERR_OPTION_TYPE", /onIteration to be a function, got 3/],
    ["spectralNorm", { seed: Number.NaN }, "ERR_OPTION_RANGE", /seed to be a finite number, got NaN/],
    ["wishartPlusWigner", { wigner: 1 }, "ERR_OPTION_TYPE", /the option ratio to be a positive number, got nothing/],
    [
      "wishartPlusWigner",
      { ratio: 1, wigner: 0 },
      "ERR_OPTION_RANGE",
      /wigner to be a finite number other than 0, got 0/,
    ],
  ];
  for (const [name, wrong, code, message] of cases) assertError(call(name, wrong), code, message);
});

options.run();
