/**
 * Bundles the viewer's page into a directory: one script and one style sheet without imports, so that the server can
 * send them under a strict content security policy.
 *
 *     tsx scripts/buildViewer.ts [directory]     default: dist/viewer
 */
import { copyFileSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const viewer = fileURLToPath(new URL("../src/viewer", import.meta.url));

export async function buildViewer(directory: string): Promise<void> {
  mkdirSync(directory, { recursive: true });
  await build({
    entryPoints: [{ in: join(viewer, "main.ts"), out: "viewer" }, join(viewer, "viewer.css")],
    outdir: directory,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
  });
  copyFileSync(join(viewer, "index.html"), join(directory, "index.html"));
}

const script = process.argv[1];
if (script !== undefined && import.meta.url === pathToFileURL(script).href) {
  await buildViewer(resolve(process.argv[2] ?? "dist/viewer"));
}
