/**
 * How long does the process of the page's server take to start, and how much memory does it take?
 *
 *     npm run bench -- serverStart
 *
 * Medians of nine starts of the built server (`npm run build` first): time until the port is open, CPU time of the new
 * process by then, and its resident memory (Linux).
 */
import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";

const built = new URL("../dist/server/index.js", import.meta.url);
if (!existsSync(fileURLToPath(built))) {
  console.error("the server is not built; npm run build");
  process.exit(1);
}
const { createViewerServer } = (await import(built.href)) as typeof import("../src/server/index.ts");

const median = (numbers: number[]): number => numbers.sort((a, b) => a - b)[numbers.length >> 1]!;
const [times, cpu, memory]: [number[], number[], number[]] = [[], [], []];
for (let round = 0; round < 9; round++) {
  const began = performance.now();
  const server = await createViewerServer();
  times.push(performance.now() - began);
  const stat = readFileSync(`/proc/${server.processId}/stat`, "utf8").split(") ")[1]!.split(" ");
  cpu.push(10 * (Number(stat[11]) + Number(stat[12])));
  memory.push(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.processId}/status`, "utf8"))?.[1]) / 1024);
  await server.close();
}
console.log(
  `${Math.round(median(times))} ms, CPU ${median(cpu)} ms, ${Math.round(median(memory))} MB; ${cpus()[0]?.model}`,
);
