/** Which code of fluxion computes here: its version, and a hash of its files. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { version } from "../threads/version.ts";

/** Folders whose code shows results, and computes none of a search. */
const leftOut: readonly string[] = ["cli", "figures", "server", "viewer"];

let known: string | undefined;

/** File of `dist` in which `npm run build` writes the hash of the sources: the same code has one name, built or not. */
export const hashFile = "build.txt";

/**
 * Names the build, such as `0.1.0 (build 0c95ea1b2c3d)`. Two commits of one version may compute different last bits, so the
 * version alone does not tell whether the runs of two workers belong together. Cost: reads one file, or all sources once.
 */
export function buildName(): string {
  // The path is the same from `src` and from `dist`.
  known ??= `${version} (build ${hashOf(fileURLToPath(new URL("../../", import.meta.url)))})`;
  return known;
}

/** The hash of the sources, for their own folder or for what was built from them. */
export function hashOf(root: string): string {
  const written = root + hashFile;
  return existsSync(written) ? readFileSync(written, "utf8").trim() : hashOfCode(root);
}

/** Twelve digits of a hash of names and bytes of all code below a folder whose path ends with a slash. */
export function hashOfCode(root: string): string {
  const hash = createHash("sha256");
  const add = (folder: string): void => {
    const entries = readdirSync(root + folder, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = folder + entry.name;
      if (entry.isDirectory()) {
        if (!leftOut.includes(path)) add(`${path}/`);
      } else if (/\.(js|ts)$/.test(path) && !path.endsWith(".d.ts")) {
        hash.update(`${path}\u0000`).update(readFileSync(root + path));
      }
    }
  };
  add("");
  return hash.digest("hex").slice(0, 12);
}
