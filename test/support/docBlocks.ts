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

/** What a program prints, run by this Node from the sources. */
export function run(code: string): {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
} {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["--conditions=fluxion-source", "--import", "tsx", "--input-type=module", "--eval", code],
    { cwd: root, encoding: "utf8" },
  );
  return { stdout, stderr, status };
}
