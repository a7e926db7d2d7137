/**
 * `npm run bench -- loop [--json]` runs a bench by name, in a process of its own. Without a name it lists the benches.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { fairEnvironment } from "./support/worker.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));
const [name, ...rest] = process.argv.slice(2);

if (name === undefined || name.startsWith("-")) {
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith(".ts") || file === "run.ts") continue;
    const question = /^\/\*\*\s*\*?\s*([^\n]*)/.exec(readFileSync(folder + file, "utf8"))?.[1] ?? "";
    console.log(`${file.slice(0, -3).padEnd(12)} ${question.replace(/\s*\*\/\s*$/, "")}`);
  }
} else if (!existsSync(`${folder}${name}.ts`)) {
  console.error(`no bench is called ${name}; \`npm run bench\` lists them`);
  process.exitCode = 2;
} else {
  const arguments_ = ["--conditions=fluxion-source", "--expose-gc", "--import", "tsx", `${folder}${name}.ts`, ...rest];
  // fluxion gets the same environment as its peers.
  process.exitCode = spawnSync(process.execPath, arguments_, { stdio: "inherit", env: fairEnvironment() }).status ?? 1;
}
