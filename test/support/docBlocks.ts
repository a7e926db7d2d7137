import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A program of a document and what the document says that it prints. */
export interface DocBlock {
  readonly code: string;
  readonly output: string;
  /** Of the code's first line, from 1. */
  readonly line: number;
}

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Every `js` block of a document with the `text` block below it. */
export function docBlocks(file: string): readonly DocBlock[] {
  const text = readFileSync(root + file, "utf8");
  const blocks: DocBlock[] = [];
  for (const found of text.matchAll(/^```js\n(.*?)^```\n\n```text\n(.*?)^```$/gms)) {
    blocks.push({ code: found[1]!, output: found[2]!, line: text.slice(0, found.index).split("\n").length + 1 });
  }
  return blocks;
}

/** The `ts` blocks of a document. */
export function programs(file: string): readonly string[] {
  return [...readFileSync(root + file, "utf8").matchAll(/^```ts\n(.*?)^```$/gms)].map((found) => found[1]!);
}

/** What programs print, run from the sources by one process of this Node, one after the other. */
export function runAll(codes: readonly string[]): readonly string[] {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["--conditions=fluxion-source", "--import", "tsx", "test/support/docRunner.ts"],
    { cwd: root, encoding: "utf8", input: JSON.stringify(codes) },
  );
  if (status !== 0 || stderr !== "") throw new Error(`the programs end with status ${status}\n${stderr}`);
  return JSON.parse(stdout) as readonly string[];
}
