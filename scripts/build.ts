/** Builds `dist/`: modules and declarations by tsc, the viewer's page by esbuild. */
import { execFileSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildViewer } from "./buildViewer.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);
rmSync("dist", { recursive: true, force: true });
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], { stdio: "inherit" });
await buildViewer("dist/sinks/viewer");
chmodSync("dist/cli/main.js", 0o755);
