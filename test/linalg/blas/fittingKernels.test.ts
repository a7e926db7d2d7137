/** Which kernels and libraries are chosen, tried on libraries that are compiled for the purpose. */
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { describeBlas, dgemm, findBlas } from "../../../src/linalg/blas/blas.ts";
import { areTooWide, thisProcessor } from "../../../src/linalg/blas/kernels.ts";
import { otherLibraries } from "../../../src/linalg/blas/libraryPaths.ts";
import { scratchPath } from "../../support/scratch.ts";

const folder = scratchPath("libraries");
mkdirSync(folder);
const source = new URL("../../support/programs/blas.c", import.meta.url).pathname;
const hasCompiler = spawnSync("cc", ["--version"]).status === 0;
const fits = (core: string): boolean =>
  !areTooWide({ core, configuration: "", forced: undefined, processor: thisProcessor() });
const wide = ["SkylakeX", "Haswell"].find(fits);
const here = hasCompiler && wide !== undefined && thisProcessor() !== undefined;
if (!here && process.env.FLUXION_TEST_NO_SKIP === "1" && process.arch === "x64") throw new Error("needs cc and AVX2");
if (!here) console.log("skipped: choice of kernels: needs a C compiler and a processor with AVX2");

let count = 0;
/** Compiles the library with definitions, by an absolute path of its own. */
function library(definitions: Readonly<Record<string, string>>, path = join(folder, `blas${count++}.so`)): string {
  const flags = Object.entries(definitions).map(([name, value]) => `-D${name}=${value}`);
  const { status, stderr } = spawnSync("cc", ["-O1", "-shared", "-fPIC", ...flags, "-o", path, source], {
    encoding: "utf8",
  });
  assert.is(status, 0, stderr);
  return path;
}

/** The product (1 2) (3; 4) by the library. */
function product(path: string): number | undefined {
  const blas = findBlas(path);
  if (blas === undefined) return undefined;
  const c = new Float64Array(1);
  dgemm(blas, { m: 1, n: 1, k: 2, a: Float64Array.of(1, 2), b: Float64Array.of(3, 4), c });
  return c[0];
}

const kernels = suite("choice of kernels");
if (here) {
  const forced = process.env.OPENBLAS_CORETYPE;
  kernels.before.each(() => {
    delete process.env.OPENBLAS_CORETYPE;
  });
  kernels.after(() => {
    if (forced !== undefined) process.env.OPENBLAS_CORETYPE = forced;
  });

  kernels("takes wider kernels where they are faster, says so, and leaves the environment as it was", () => {
    const path = library({ SLOW: '"Prescott"' });
    assert.is(product(path), 11);
    assert.is(describeBlas(path).core, wide);
    assert.is(describeBlas(path).insteadOf, "Prescott");
    assert.is(describeBlas(path).warning, undefined);
    assert.is(process.env.OPENBLAS_CORETYPE, undefined);
  });
  kernels("keeps those that OpenBLAS takes where wider ones are not faster or compute wrongly", () => {
    for (const definitions of [{}, { SLOW: '"Prescott"', WRONG: `"${wide}"` }]) {
      const path = library(definitions);
      assert.is(product(path), 11);
      const { core, insteadOf } = describeBlas(path);
      if (core !== "Prescott") assert.ok(core !== wide && insteadOf === "Prescott", core);
    }
  });
  kernels("respects a user's own setting, and warns", () => {
    process.env.OPENBLAS_CORETYPE = "Nehalem";
    const path = library({ SLOW: '"Nehalem"' });
    assert.is(product(path), 11);
    assert.is(describeBlas(path).core, "Nehalem");
    assert.match(describeBlas(path).warning ?? "", /OPENBLAS_CORETYPE=Nehalem/);
  });
  kernels("does not use a library that computes wrongly, and names it", () => {
    const path = library({ WRONG: '"Prescott"' });
    process.env.OPENBLAS_CORETYPE = "Prescott";
    assert.is(findBlas(path), undefined);
    assert.match(describeBlas(path).warning ?? "", new RegExp(`${path}: a product that is -?\\d+ came out as`));
  });
  kernels("finds the functions under the names of the wheels of numpy and SciPy, with integers of either width", () => {
    for (const definitions of [
      { PREFIX: "scipy_" },
      { PREFIX: "scipy_", SUFFIX: "64_", INTEGER: "int64_t" },
      { SUFFIX: "64_", INTEGER: "int64_t" },
    ]) {
      const path = library({ ...definitions, SLOW: '"Prescott"' });
      assert.is(product(path), 11);
      assert.is(describeBlas(path).core, wide);
    }
  });
  kernels("finds libraries in an active Python environment, and never by a relative path", () => {
    const site = join(folder, "venv", "lib", "python3.99", "site-packages");
    mkdirSync(join(site, "numpy.libs"), { recursive: true });
    const wheel = library(
      { PREFIX: "scipy_", SUFFIX: "64_", INTEGER: "int64_t" },
      join(site, "numpy.libs", "libscipy_openblas64_-1.so"),
    );
    const mkl = join(folder, "venv", "lib", "libmkl_rt.so.3");
    symlinkSync(library({}), mkl);
    const before = process.env.VIRTUAL_ENV;
    try {
      process.env.VIRTUAL_ENV = join(folder, "venv");
      assert.ok(otherLibraries().includes(wheel));
      assert.ok(otherLibraries().includes(mkl));
      process.env.VIRTUAL_ENV = "venv";
      assert.ok(otherLibraries().every((path) => path.startsWith("/") && !path.startsWith(folder)));
    } finally {
      if (before === undefined) delete process.env.VIRTUAL_ENV;
      else process.env.VIRTUAL_ENV = before;
    }
  });
}
kernels.run();
