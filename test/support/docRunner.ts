/** Runs programs of a document one after the other in this process, and prints as JSON what each of them printed. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { format } from "node:util";

const codes = JSON.parse(readFileSync(0, "utf8")) as readonly string[];
// Below the package, so that its own name leads to it.
const folder = mkdtempSync(join(process.cwd(), ".doc-programs-"));
const print = console.log;
const printed: string[] = [];

/** Waits until nothing is left that could print: no timer, no immediate, no worker, no open file. */
async function idle(): Promise<void> {
  do await setTimeout(1);
  while (process.getActiveResourcesInfo().some((name) => !/^(PipeWrap|TTYWrap|Timeout)$/.test(name)) || timers() > 0);
}

/** Timers beside the one that has just fired. */
const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

try {
  for (const [k, code] of codes.entries()) {
    const lines: string[] = [];
    console.log = (...values: readonly unknown[]): void => {
      lines.push(`${format(...values)}\n`);
    };
    const file = join(folder, `${k}.mjs`);
    writeFileSync(file, code);
    await import(pathToFileURL(file).href);
    await idle();
    printed.push(lines.join(""));
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.log = print;
console.log(JSON.stringify(printed));
