/**
 * Compiles the C library in `native/`.
 *
 *     npx tsx scripts/buildNative.ts          for this machine, with the compiler CC, cc, gcc or clang
 *     npx tsx scripts/buildNative.ts --all    for all platforms, with zig: python3 -m pip install ziglang
 *
 * `npm ci` in a checkout does the first; without a compiler it says so, and WebAssembly computes instead. `npm pack` and
 * `npm publish` do the second, and only the first of the two goes on without zig. The same compiler makes the same bytes.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { libraryName } from "../src/autodiff/float64/native/libraryName.ts";
import { nativeOperations, nativeSizes } from "../src/autodiff/float64/native/operations.ts";
import * as coefficients from "../src/elementary/coefficients.ts";
import { twoOverPiWords } from "../src/elementary/largeAngles.ts";

const sources = fileURLToPath(new URL("../native/", import.meta.url));
/** Folder of the compiled libraries. */
export const built = join(sources, "build");

/** The header with everything that C takes from TypeScript. */
function header(): string {
  const lists = {
    EXPONENTIAL: coefficients.exponential,
    LOGARITHM: coefficients.logarithm,
    ERROR_SMALL: coefficients.errorSmall,
    ERROR_LARGE: coefficients.errorLarge,
    ARC_TANGENT: coefficients.arcTangent,
    LOG2_E: [Math.LOG2E],
    LN2_HEAD: [coefficients.ln2.head],
    LN2_TAIL: [coefficients.ln2.tail],
    HALF_PI_HEAD: [coefficients.halfPiPair.head],
    HALF_PI_TAIL: [coefficients.halfPiPair.tail],
    QUARTER_PI_HEAD: [coefficients.quarterPi.head],
    QUARTER_PI_TAIL: [coefficients.quarterPi.tail],
    SINE: coefficients.sine,
    COSINE: coefficients.cosine,
    TWO_OVER_PI: [2 / Math.PI],
    HALF_PI_FIRST: [coefficients.halfPi[0]],
    HALF_PI_SECOND: [coefficients.halfPi[1]],
    HALF_PI_THIRD: [coefficients.halfPi[2]],
    TWO_OVER_PI_WORDS: twoOverPiWords().map((word) => `0x${word.toString(16)}u`),
    TAN_PI_8: [Math.SQRT2 - 1],
    TAN_3_PI_8: [Math.SQRT2 + 1],
  };
  const { version, block, registers, slots, levels } = nativeSizes;
  return [
    "/* Written by scripts/buildNative.ts. */",
    ...Object.entries(lists).map(([name, values]) => `#define ${name} ${values.join(", ")}`),
    `#define FLUXION_FORMAT ${[version, block, registers, slots, levels].join(" ")}`,
    `#define FLUXION_BLOCK ${block}`,
    `#define FLUXION_REGISTERS ${registers}`,
    `#define FLUXION_SLOTS ${slots}`,
    `#define FLUXION_LEVELS ${levels}`,
    `#define FLUXION_OPERATIONS(E) ${nativeOperations.map((name) => `E(${name})`).join(" ")}`,
    "",
  ].join("\n");
}

/** Widths of vectors for which the kernels are compiled, with the options that select them. */
const widths: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  x64: {
    fma: ["-mavx", "-mfma", "-mprefer-vector-width=128"],
    avx2: ["-mavx2", "-mfma", "-mprefer-vector-width=256"],
    avx512: [
      ...["-mavx512f", "-mavx512dq", "-mavx512vl", "-mavx512bw", "-mavx2", "-mfma"],
      "-mprefer-vector-width=512",
    ],
  },
  arm64: { neon: [] },
};

/**
 * Nothing here lets a compiler change what IEEE 754 determines: the last two options only say that no code reads `errno`
 * or the flags of the processor.
 */
const options = [
  ...["-std=c11", "-O3", "-fPIC", "-fvisibility=hidden", "-fopenmp-simd", "-g0"],
  ...["-Wall", "-Wextra", "-Werror=implicit-function-declaration", "-Wno-psabi"],
  ...["-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"],
];

/**
 * Without a C library: one file for glibc and musl alike, since only `memcpy` and `memset` of the process are used. On
 * Windows the time of the build is left out.
 */
const linking: Readonly<Record<string, readonly string[]>> = {
  linux: ["-nostdlib", "-Wl,--build-id=none", "-Wl,-s"],
  win32: ["-nostdlib", "-Wl,-s", "-Wl,-Brepro"],
};

interface Target {
  readonly platform: string;
  readonly arch: string;
  /** Name that zig gives it. */
  readonly zig: string;
}

export const targets: readonly Target[] = [
  { platform: "linux", arch: "x64", zig: "x86_64-linux-musl" },
  { platform: "linux", arch: "arm64", zig: "aarch64-linux-musl" },
  { platform: "darwin", arch: "x64", zig: "x86_64-macos" },
  { platform: "darwin", arch: "arm64", zig: "aarch64-macos" },
  { platform: "win32", arch: "x64", zig: "x86_64-windows-gnu" },
  { platform: "win32", arch: "arm64", zig: "aarch64-windows-gnu" },
];

/**
 * Compiles the library with a compiler and its first arguments; with a `program` in C, that program, with the kernels in it.
 * Throws what the compiler says.
 */
export function compileLibrary(
  compiler: readonly string[],
  { platform, arch }: Pick<Target, "platform" | "arch">,
  out: string,
  program?: string,
): void {
  const scratch = mkdtempSync(join(tmpdir(), "fluxion-native-"));
  try {
    writeFileSync(join(scratch, "coefficients.h"), header());
    const run = (...rest: readonly string[]): void => {
      const [command, ...first] = compiler;
      execFileSync(command!, [...first, ...rest], { cwd: scratch, stdio: ["ignore", "ignore", "pipe"] });
    };
    // Paths would be part of the library, and two builds of it should be equal.
    const compile = (source: string, object: string, more: readonly string[]): void =>
      run(...options, `-ffile-prefix-map=${sources}=`, "-I.", ...more, "-c", join(sources, source), "-o", object);
    compile("dispatch.c", "dispatch.o", []);
    const objects = ["dispatch.o"];
    if (platform === "win32") {
      compile("windows.c", "windows.o", ["-fno-builtin"]);
      objects.push("windows.o");
    }
    for (const [width, flags] of Object.entries(widths[arch]!)) {
      for (const part of ["loops", "rows", "convolutions", "products", "vectors"]) {
        compile(`${part}.c`, `${part}-${width}.o`, [...flags, `-DFLUXION_NAME(name)=name##_${width}`]);
        objects.push(`${part}-${width}.o`);
      }
    }
    if (program !== undefined) run("-static", ...objects, program, "-o", "library");
    else run("-shared", ...objects, ...(linking[platform] ?? []), "-o", "library");
    mkdirSync(join(out, ".."), { recursive: true });
    // Another process may be loading the old one, which therefore is replaced as a whole.
    const fresh = `${out}.${process.pid}`;
    copyFileSync(join(scratch, "library"), fresh);
    renameSync(fresh, out);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Compiles the library for this machine with the first compiler that can. Returns why there is none, if so. */
export function compileHere(out = join(built, libraryName(process.platform, process.arch))): string | undefined {
  if (widths[process.arch] === undefined) return `there are none for ${process.arch}`;
  const named = process.env.CC;
  const reasons: string[] = [];
  for (const compiler of named === undefined || named === "" ? ["cc", "gcc", "clang"] : [named]) {
    try {
      compileLibrary(compiler.split(" "), process, out);
      return undefined;
    } catch (error) {
      const { stderr, message } = error as Error & { readonly stderr?: Buffer };
      reasons.push(`${compiler}: ${stderr?.toString().trim() || message}`);
    }
  }
  return reasons.join("\n");
}

/** The command of the compiler for all platforms. */
export const zig = [process.env.PYTHON ?? "python3", "-m", "ziglang", "cc"];

/** Whether zig is installed, as a package of Python. */
export function hasZig(): boolean {
  return spawnSync(zig[0]!, ["-c", "import ziglang"]).status === 0;
}

/** Compiles the libraries for all platforms. Returns their paths. */
export function compileAll(folder = built): readonly string[] {
  return targets.map((target) => {
    const out = join(folder, libraryName(target.platform, target.arch));
    compileLibrary([...zig, "-target", target.zig], target, out);
    return out;
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const all = process.argv.includes("--all") || process.argv.includes("--pack");
  if (all && hasZig()) console.error(compileAll().join("\n"));
  else {
    const lacking = "expected zig for the native kernels of all platforms; type python3 -m pip install ziglang";
    // A package for oneself may do with those of this machine, or without; a published one may not.
    if (all && (process.argv.includes("--all") || process.env.npm_command === "publish")) throw new Error(lacking);
    if (all) console.error(`buildNative: ${lacking}. The package works on other platforms, but slower.`);
    const reason = compileHere();
    if (reason !== undefined && !all) throw new Error(`buildNative: ${reason}`);
  }
}
