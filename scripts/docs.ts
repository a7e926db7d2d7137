/**
 * Builds the API reference: `npm run docs`, then open `docs/reference/index.html`.
 *
 * TypeDoc needs an older TypeScript than the project does, so `docs/` has a `package.json` of its own; its packages are
 * installed when they are missing. A public name without a doc comment or a link that leads nowhere is an error.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const docs = fileURLToPath(new URL("../docs/", import.meta.url));

/** Runs a program in `docs/`; ends this one where it fails. */
function run(program: string, ...args: readonly string[]): void {
  const { status, error } = spawnSync(program, args, {
    cwd: docs,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** Version of a package, as an object with versions by name or a `package.json` has it; undefined where it is missing. */
function versionIn(file: string, key: string): unknown {
  try {
    return JSON.parse(readFileSync(join(docs, file), "utf8"))[key];
  } catch {
    return undefined;
  }
}

const wanted = versionIn("package.json", "devDependencies") as { readonly typedoc: string };
if (versionIn("node_modules/typedoc/package.json", "version") !== wanted.typedoc) {
  run("npm", "ci", "--no-audit", "--no-fund", "--silent");
}
run(process.execPath, "node_modules/typedoc/bin/typedoc", "--options", "typedoc.json");
