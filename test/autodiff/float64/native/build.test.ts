/** Building the native kernels: the same bytes twice, all functions exported, no compiler no harm. */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compileAll, compileHere, compileLibrary, hasZig, targets, zig } from "../../../../scripts/buildNative.ts";
import { knownAnswer } from "../../../../src/autodiff/float64/native/knownAnswer.ts";
import { describeNative } from "../../../../src/autodiff/float64/native/library.ts";
import { scratchPath } from "../../../support/scratch.ts";

const kernels = ["loop", "rows", "convolution", "product", "adam", "combine", "orthogonalise", "choose"];
const exported = ["use", "format", ...kernels].map((name) => `fluxion_${name}`);

const tests = suite("buildNative");
tests("without a compiler says what is missing, and makes nothing", () => {
  const before = process.env.CC;
  process.env.CC = "no-such-compiler";
  try {
    assert.match(compileHere(join(scratchPath(), "library"))!, /no-such-compiler/);
  } finally {
    if (before === undefined) delete process.env.CC;
    else process.env.CC = before;
  }
});
if (spawnSync(process.env.CC ?? "cc", ["--version"]).status === 0) {
  tests("makes a library that computes the right bits, and the same one again", () => {
    const [path, other] = [0, 1].map(() => join(scratchPath(), "library.so")) as [string, string];
    assert.is(compileHere(path), undefined);
    assert.is(describeNative(path).warning, undefined);
    if (process.env.FLUXION_TEST_FULL !== "1") return;
    assert.is(compileHere(other), undefined);
    assert.ok(readFileSync(path).equals(readFileSync(other)));
  });
} else {
  tests("is skipped", () => {
    if (process.env.FLUXION_TEST_NO_SKIP === "1") throw new Error("no C compiler");
    console.log("skipped: no C compiler");
  });
}

if (process.env.FLUXION_TEST_FULL === "1") {
  tests("makes the same bytes twice for all platforms, with all functions", () => {
    if (!hasZig()) {
      if (process.env.FLUXION_TEST_NO_SKIP === "1") throw new Error("no zig");
      console.log("skipped: no zig (python3 -m pip install ziglang)");
      return;
    }
    // Each time zig begins with an empty cache, which would give the same bytes by itself.
    const [first, second] = [0, 1].map(() => {
      process.env.ZIG_GLOBAL_CACHE_DIR = scratchPath();
      return compileAll(scratchPath());
    }) as [readonly string[], readonly string[]];
    delete process.env.ZIG_GLOBAL_CACHE_DIR;
    assert.is(first.length, targets.length);
    for (const [i, path] of first.entries()) {
      const bytes = readFileSync(path);
      assert.ok(bytes.equals(readFileSync(second[i]!)), basename(path));
      for (const name of exported) assert.ok(bytes.includes(`${name}\0`), `${basename(path)} exports ${name}`);
    }
    const here = first.find((path) => basename(path).startsWith(`${process.platform}-${process.arch}.`));
    if (here !== undefined) assert.is(describeNative(here).warning, undefined);
  });
}

const emulator = "qemu-aarch64-static";
if (process.env.FLUXION_TEST_FULL === "1") {
  tests("has the same bits on arm64, emulated", () => {
    if (!hasZig() || spawnSync(emulator, ["--version"]).status !== 0) {
      if (process.env.FLUXION_TEST_NO_SKIP === "1") throw new Error(`no zig or no ${emulator}`);
      console.log(`skipped: no zig or no ${emulator}`);
      return;
    }
    const source = fileURLToPath(new URL("../../../support/native/runKernels.c", import.meta.url));
    const folder = scratchPath();
    const [program, image] = [join(folder, "runKernels"), join(folder, "memory")];
    const target = targets.find(({ platform, arch }) => platform === "linux" && arch === "arm64")!;
    compileLibrary([...zig, "-target", target.zig], target, program, source);
    let memory = new ArrayBuffer(0);
    const run = (...words: readonly (string | number)[]): void => {
      writeFileSync(image, new Uint8Array(memory));
      execFileSync(emulator, [program, image, ...words.map(String)]);
      new Uint8Array(memory).set(readFileSync(image));
    };
    const emulated = {
      width: 2,
      loop: (_: number, table: number) => run("loop", table),
      rows: (_: number, ...places: readonly number[]) => run("rows", ...places),
      convolution: (_: number, table: number) => run("convolution", table),
      product: (...operands: readonly number[]) => run("product", ...operands),
      adam: (...operands: readonly number[]) => run("adam", ...operands),
      combine: (...operands: readonly number[]) => run("combine", ...operands),
      orthogonalise: (...operands: readonly number[]) => run("orthogonalise", ...operands),
      choose: (...operands: readonly number[]) => run("choose", ...operands),
      addressOf: (buffer: ArrayBuffer) => {
        memory = buffer;
        return 0;
      },
    };
    assert.is(knownAnswer(emulated), undefined);
  });
}
tests.run();
