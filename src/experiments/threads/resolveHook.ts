/**
 * A resolve hook for users' modules. It runs in the thread that Node keeps for hooks.
 *
 * - `fluxion` and its sub-paths resolve to this installation, wherever the module lies, since the loop recognises the
 *   operators of its own copy only.
 * - A package that a module imports and that is not found from there (rxjs, zod, TensorFlow.js) is looked for here.
 * - TypeScript is loaded as an ECMAScript module whatever the nearest package.json says; otherwise `import "fluxion"`
 *   would become a `require` of a second copy.
 */
import { readFileSync } from "node:fs";
import type { ResolveHook } from "node:module";
import { fileURLToPath } from "node:url";

export const resolve: ResolveHook = async (specifier, context, next) => {
  const ours = { ...context, parentURL: import.meta.url };
  if (specifier === "fluxion" || specifier.startsWith("fluxion/")) return next(specifier, ours);
  const bare = /^[^./]/.test(specifier) && !/^[a-z]+:/.test(specifier);
  let resolved: Awaited<ReturnType<typeof next>>;
  try {
    resolved = await next(specifier, context);
  } catch (error) {
    if (!bare || (error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    try {
      resolved = await next(specifier, ours);
    } catch {
      throw error;
    }
  }
  return resolved.format === "commonjs" && isModule(resolved.url) ? { ...resolved, format: "module" } : resolved;
};

function isModule(url: string): boolean {
  if (!url.startsWith("file:") || url.includes("/node_modules/")) return false;
  const { pathname } = new URL(url);
  if (/\.tsx?$/.test(pathname)) return true;
  if (!pathname.endsWith(".js")) return false;
  try {
    return /^\s*(import\b[^(]|export\b)/m.test(readFileSync(fileURLToPath(url.split("?")[0]!), "utf8"));
  } catch {
    return false;
  }
}
