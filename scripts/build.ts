/** Builds `dist/`: modules and declarations with tsc, the viewer's page with esbuild. */
import { execFileSync } from "node:child_process";
import { chmodSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { hashFile, hashOfCode } from "../src/experiments/campaigns/build.ts";
import { compileHere } from "./buildNative.ts";
import { buildViewer } from "./buildViewer.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);
// The new folder replaces the old one when it is complete, so a command that runs meanwhile (`npx fluxion` in a clone
// builds) finds its files.
const fresh = `dist.${process.pid}`;
const hash = hashOfCode(`${root}src/`);
try {
  const tsc = ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json", "--outDir", fresh];
  execFileSync(process.execPath, tsc, { stdio: "inherit" });
  await buildViewer(`${fresh}/viewer`);
  writeFileSync(`${fresh}/${hashFile}`, `${hash}\n`);
  chmodSync(`${fresh}/cli/main.js`, 0o755);
  rmSync("dist", { recursive: true, force: true });
  renameSync(fresh, "dist");
} finally {
  rmSync(fresh, { recursive: true, force: true });
}

const missing = compileHere();
if (missing !== undefined) console.error(`No native kernels; WebAssembly computes in their place. ${missing}`);
