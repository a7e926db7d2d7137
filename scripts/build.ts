/**
 * Builds `dist/`: modules and declarations by tsc, the viewer's page by esbuild.
 *
 * The page is one script without imports, so that the server can send it under a strict content security policy.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);
rmSync("dist", { recursive: true, force: true });
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], { stdio: "inherit" });

const viewer = "src/sinks/viewer";
if (existsSync(`${viewer}/main.ts`)) {
  await build({
    entryPoints: [`${viewer}/main.ts`],
    outfile: "dist/sinks/viewer/viewer.js",
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
  });
  for (const page of ["index.html", "viewer.css"]) cpSync(`${viewer}/${page}`, `dist/sinks/viewer/${page}`);
}
if (existsSync("dist/cli/main.js")) chmodSync("dist/cli/main.js", 0o755);
