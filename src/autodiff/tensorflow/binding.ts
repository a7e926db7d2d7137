/** Finds and loads the native binding of TensorFlow.js, and nothing of TensorFlow.js itself. */
import { failure } from "../../errors.ts";
import { builtin, environment, setEnvironment } from "../../host.ts";

/** An attribute of an operation of TensorFlow. */
export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number | readonly number[];
}

/** The part of the binding that fluxion calls. A tensor is a number. */
export interface Binding {
  readonly TF_Version: string;
  /** The tensor shares the memory of the numbers, which must not change while it lives. */
  createTensor(shape: readonly number[], type: number, numbers: Float32Array | Int32Array): number;
  deleteTensor(tensor: number): void;
  tensorDataSync(tensor: number): Float32Array | Int32Array;
  executeOp(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    outputs: number,
  ): readonly { readonly id: number }[];
  isUsingGpuDevice(): boolean;
  getNumOfTensors(): number;
}

interface LoadedBinding {
  readonly binding: Binding;
  /** Absolute path of the binding. */
  readonly path: string;
  /** Name and version of the package. */
  readonly origin: string;
}

/** Packages that contain the binding, and the version whose binding has the functions above. */
const packages = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"] as const;
const packageVersion = "4.22.0";

const howTo =
  `Install it by \`npm install --no-save --save-prod ${packages[0]}@${packageVersion}\`, or, where that package has no ` +
  "working binary (Node 22 and later, recent GPUs, no download), build it by `scripts/build-tfjs-node.sh` in a checkout of fluxion; " +
  "FLUXION_TENSORFLOW may name another folder of the package. docs/executors.md tells more";

let known: LoadedBinding | { readonly error: Error } | undefined;
let knownFor: string | undefined;

/**
 * Loads the binding. It searches once.
 *
 * `FLUXION_TENSORFLOW` names the folder of a package, or of a project in whose `node_modules` it lies, or the file
 * `tfjs_binding.node` itself. Without it the package is resolved as `import` would, from fluxion and from the working
 * directory.
 *
 * @throws {Error} ERR_DEVICE if it is missing, of another version or cannot be loaded, with both ways to mend that
 */
export function loadBinding(choice: string = environment("FLUXION_TENSORFLOW") ?? ""): LoadedBinding {
  if (known === undefined || knownFor !== choice) {
    knownFor = choice;
    try {
      known = load(choice);
    } catch (error) {
      known = { error: error as Error };
    }
  }
  if ("error" in known) throw known.error;
  return known;
}

function load(choice: string): LoadedBinding {
  const { existsSync, readFileSync, readdirSync } = builtin("node:fs", "tensorflow");
  const { createRequire } = builtin("node:module", "tensorflow");
  const require = createRequire(import.meta.url);
  const folder = folderOf(choice, existsSync);
  if (folder === undefined) {
    const where = choice === "" ? "is not installed" : `was not found by FLUXION_TENSORFLOW=${choice}`;
    throw failure("ERR_DEVICE", `executor tensorflow: the package ${packages[0]} ${where}. ${howTo}`);
  }
  const { name, version } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as Record<string, unknown>;
  if (version !== packageVersion) {
    throw failure(
      "ERR_DEVICE",
      `executor tensorflow: expected version ${packageVersion} of ${String(name)}, since its binding is private to the ` +
        `package, got ${String(version)} in ${folder}. ${howTo}`,
    );
  }
  const libraries = existsSync(`${folder}/lib`) ? readdirSync(`${folder}/lib`) : [];
  const path = libraries
    .toSorted()
    .reverse()
    .map((library) => `${folder}/lib/${library}/tfjs_binding.node`)
    .find((file) => existsSync(file));
  if (path === undefined) {
    throw failure("ERR_DEVICE", `executor tensorflow: the package in ${folder} has no compiled binding. ${howTo}`);
  }
  prepareEnvironment();
  let binding: Binding;
  try {
    binding = require(path) as Binding;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw failure("ERR_DEVICE", `executor tensorflow: ${path} cannot be loaded (${why}). ${howTo}`, { cause });
  }
  const missing = (["createTensor", "deleteTensor", "tensorDataSync", "executeOp", "isUsingGpuDevice"] as const).filter(
    (each) => typeof binding[each] !== "function",
  );
  if (missing.length > 0) {
    throw failure("ERR_DEVICE", `executor tensorflow: ${path} lacks ${missing.join(", ")}. ${howTo}`);
  }
  return { binding, path, origin: `${String(name)} ${version}` };
}

/** The folder of the package; undefined if there is none. */
function folderOf(choice: string, exists: (path: string) => boolean): string | undefined {
  if (choice !== "") {
    const folder = choice.replace(/\/lib\/[^/]+\/tfjs_binding\.node$/, "").replace(/(.)\/$/, "$1");
    const places = [folder, ...packages.map((name) => `${folder}/node_modules/${name}`)];
    return places.find((place) => exists(`${place}/binding.gyp`) && exists(`${place}/package.json`));
  }
  const { createRequire } = builtin("node:module", "tensorflow");
  for (const from of [import.meta.url, `file://${globalThis.process.cwd()}/`]) {
    for (const name of packages) {
      try {
        return createRequire(from)
          .resolve(`${name}/package.json`)
          .replace(/[\\/]package\.json$/, "");
      } catch {
        // The next place may have it.
      }
    }
  }
  return undefined;
}

/** Settings that TensorFlow reads when it is loaded, unless the user has set them. */
function prepareEnvironment(): void {
  // A run can do without its messages about the processor; its errors come as exceptions.
  setEnvironment("TF_CPP_MIN_LOG_LEVEL", "2");
  // Memory of a GPU is taken as it is needed, so that others can use the GPU too.
  setEnvironment("TF_FORCE_GPU_ALLOW_GROWTH", "true");
  // Kernels whose bits are the same every time, and products in float32 that are not rounded to ten bits.
  setEnvironment("TF_DETERMINISTIC_OPS", "1");
  setEnvironment("NVIDIA_TF32_OVERRIDE", "0");
}
