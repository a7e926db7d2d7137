/** Where libraries with a BLAS are found. Every path is absolute. */
import { builtin, environment } from "../../host.ts";

/** Names under which systems keep OpenBLAS, or a library that stands for it. */
const usualNames = {
  win32: ["libopenblas.dll", "openblas.dll"],
  other: ["libopenblas.so.0", "libopenblas.so", "libopenblasp.so.0", "libflexiblas.so.3"],
} as const;

/** Names of MKL and BLIS, with whatever number, the newest last. */
const others = /^(?:lib)?(?:mkl_rt|blis)(?:\.\d+)?\.(?:so(?:\.\d+)?|dll|dylib)$/;

/** OpenBLAS as the wheels of numpy, SciPy and scipy-openblas carry it, in `site-packages`. */
const wheels = [
  ["scipy_openblas64", "lib"],
  ["scipy_openblas32", "lib"],
  ["numpy.libs"],
  ["scipy.libs"],
  ["numpy", ".dylibs"],
  ["scipy", ".dylibs"],
] as const;
const inWheels = /^lib(?:scipy_)?openblas.*\.(?:so|dll|dylib)/;

/** Lists where OpenBLAS usually is, and Accelerate, the most specific place first. */
export function usualLibraries(): readonly string[] {
  const named = environment("OPENBLAS") ?? "";
  const first = isAbsolute(named) ? [named, `${named}/lib/libopenblas.so`] : [];
  const platform = platformName();
  if (platform !== "darwin") return [...first, ...usualNames[platform].flatMap(librariesOf)];
  return [
    ...first,
    "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
    "/usr/local/opt/openblas/lib/libopenblas.dylib",
    "/System/Library/Frameworks/Accelerate.framework/Accelerate",
  ];
}

/** Lists the other libraries that a user may have: MKL, BLIS, and the OpenBLAS in Python's packages. */
export function otherLibraries(): readonly string[] {
  const mkl = environment("MKLROOT") ?? "";
  const folders = [
    ...libraryDirectories(),
    ...[...(isAbsolute(mkl) ? [mkl] : []), "/opt/intel/oneapi/mkl/latest", ...pythonRoots()].flatMap((root) => [
      `${root}/lib`,
      `${root}/Library/bin`,
    ]),
  ];
  const named = [...new Set(folders)].flatMap((folder) => within(folder, others).toReversed());
  return [...new Set([...named, ...wheelLibraries()])];
}

/**
 * Finds the files that a name may mean. The loader itself must not look for the name: it takes relative entries of
 * `LD_LIBRARY_PATH` as they are, and would run a library that lies in the working directory.
 *
 * @param name absolute path, or name of a file in one of the system's directories of libraries
 */
export function librariesOf(name: string): readonly string[] {
  if (isAbsolute(name)) return [name];
  if (/[\\/]/.test(name)) return [];
  return [...new Set(libraryDirectories())].map((directory) => `${directory}/${name}`).filter(exists);
}

/** Path of the file that a path leads to through links; the path itself if it leads nowhere. */
export function realFile(path: string): string {
  try {
    return builtin("node:fs", "BLAS").realpathSync(path);
  } catch {
    // The loader knows libraries without a file, as Accelerate on macOS.
    return path;
  }
}

function platformName(): "win32" | "darwin" | "other" {
  const platform = builtin("node:os", "BLAS").platform();
  return platform === "win32" || platform === "darwin" ? platform : "other";
}

function isAbsolute(path: string): boolean {
  return /^(?:\/|[A-Za-z]:[\\/])/.test(path);
}

function exists(path: string): boolean {
  return builtin("node:fs", "BLAS").existsSync(path);
}

/** Names in a directory, sorted; none where it does not exist or may not be read. */
function entriesOf(directory: string): readonly string[] {
  try {
    return builtin("node:fs", "BLAS").readdirSync(directory).sort();
  } catch {
    // Most systems lack most of the places.
    return [];
  }
}

/** Paths of the entries of a directory whose names match, in the order of their numbers. */
function within(directory: string, names: RegExp): readonly string[] {
  return entriesOf(directory)
    .filter((name) => names.test(name))
    .map((name) => `${directory}/${name}`);
}

/** Roots of the Python environments that are active. */
function pythonRoots(): readonly string[] {
  return [environment("VIRTUAL_ENV") ?? "", environment("CONDA_PREFIX") ?? ""].filter(isAbsolute);
}

function wheelLibraries(): readonly string[] {
  const home = environment("HOME") ?? "";
  const roots = [...pythonRoots(), ...(isAbsolute(home) ? [`${home}/.local`] : []), "/usr/local", "/usr"];
  const versions = roots.flatMap((root) => within(`${root}/lib`, /^python3[.\d]*$/));
  const packages = [
    ...versions.flatMap((folder) => [`${folder}/site-packages`, `${folder}/dist-packages`]),
    // Windows has no folder for the version.
    ...pythonRoots().map((root) => `${root}/Lib/site-packages`),
  ].filter(exists);
  return packages.flatMap((folder) => wheels.flatMap((parts) => within([folder, ...parts].join("/"), inWheels)));
}

/** Absolute directories in which the loader looks: those of the environment, then those of the system. */
function libraryDirectories(): readonly string[] {
  const entries = (variable: string, separator: string): readonly string[] =>
    (environment(variable) ?? "").split(separator).filter(isAbsolute);
  if (platformName() === "win32") return entries("PATH", ";");
  const triple = { x64: "x86_64", arm64: "aarch64", arm: "arm" }[builtin("node:os", "BLAS").arch() as string] ?? "";
  const conda = environment("CONDA_PREFIX") ?? "";
  return [
    ...entries("LD_LIBRARY_PATH", ":"),
    ...(isAbsolute(conda) ? [`${conda}/lib`] : []),
    ...configuredDirectories(),
    ...["/usr/lib", "/lib"].flatMap((root) => [`${root}/${triple}-linux-gnu`, `${root}64`, root]),
    "/usr/local/lib",
  ];
}

/** The directories that `/etc/ld.so.conf.d` names. */
function configuredDirectories(): readonly string[] {
  const folder = "/etc/ld.so.conf.d";
  try {
    return entriesOf(folder)
      .filter((name) => name.endsWith(".conf"))
      .flatMap((name) => builtin("node:fs", "BLAS").readFileSync(`${folder}/${name}`, "utf8").split("\n"))
      .map((line) => line.trim())
      .filter(isAbsolute);
  } catch {
    // Not every system has them.
    return [];
  }
}
