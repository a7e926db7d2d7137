/** Finds an experiment by its name or its module's path. It runs in the worker, so that users' code runs there only. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { failure } from "../../errors.ts";
import type { Problem } from "../../problems/problem.ts";
import { loaders } from "../catalogue/loaders.ts";
import type { ExperimentName } from "../catalogue/summaries.ts";
import { type Experiment, experiment, isExperiment } from "../framework/definition.ts";
import { importModule, reasonOf } from "./importModule.ts";
import type { ModuleSource, WorkerData } from "./protocol.ts";
import { dependenciesOf } from "./sources.ts";
import { version } from "./version.ts";

/** An experiment, and the source from which it was loaded. */
export interface LoadedExperiment {
  readonly experiment: Experiment;
  readonly source: ModuleSource;
}

/** Loads an experiment. @throws ERR_MODULE if its module cannot be read or loaded, or does not export an experiment */
export async function loadExperiment(wanted: WorkerData["experiment"]): Promise<LoadedExperiment> {
  if ("path" in wanted) return loadModule(wanted.path, wanted.problems === true);
  if (!Object.hasOwn(loaders, wanted.name)) {
    throw failure("ERR_COMMAND_LINE", `no experiment is called "${wanted.name}"`);
  }
  return { experiment: await loaders[wanted.name as ExperimentName](), source: { module: "built-in", hash: version } };
}

async function loadModule(path: string, problems: boolean): Promise<LoadedExperiment> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw failure("ERR_MODULE", `cannot read the module ${path}: ${reasonOf(cause)}`, { cause });
  }
  // Before the module runs, since it may change its own files.
  const dependencies = dependenciesOf(path);
  const module: { readonly default?: unknown } = await importModule(path);
  // The `exports.default` of a CommonJS module arrives one level deeper.
  const inner = (module.default as { readonly default?: unknown } | undefined)?.default;
  const exported = isExperiment(inner) ? inner : experimentFrom(inner ?? module.default, problems);
  if (!isExperiment(exported)) {
    const got = module.default === undefined ? "none" : typeof module.default;
    throw failure(
      "ERR_MODULE",
      `the module ${path} must have an experiment as default export, got ${got}; ` +
        `write export default ${problems ? "a problem, or " : ""}experiment({ name, summary, run })`,
    );
  }
  const hash = createHash("sha256").update(bytes).digest("hex");
  return { experiment: exported, source: { module: path, hash, ...dependencies } };
}

/** An experiment whose one run has the problem that a module exports, where a problem is allowed. */
function experimentFrom(exported: unknown, problems: boolean): unknown {
  if (!problems || !isProblem(exported)) return exported;
  return experiment({
    name: "problem",
    summary: exported.name,
    run: (_, context) => context.iterate(exported, new Float64Array(exported.dimension), (proposals) => proposals),
  });
}

function isProblem(value: unknown): value is Problem {
  const problem = value as Partial<Problem> | null | undefined;
  return (
    typeof problem === "object" &&
    typeof problem?.evaluate === "function" &&
    typeof problem.linearize === "function" &&
    Number.isInteger(problem.dimension)
  );
}
