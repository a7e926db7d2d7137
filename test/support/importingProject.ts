import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scratchPath } from "./scratch.ts";

/** A project with a module, what the module imports, and one file that it does not. */
export function importingProject(): string {
  const root = scratchPath("project");
  mkdirSync(join(root, "lib"), { recursive: true });
  mkdirSync(join(root, "node_modules", "dep"), { recursive: true });
  const files: Readonly<Record<string, string>> = {
    "package.json": "{}",
    "mine.ts": [
      'import { a } from "./lib/a.js";',
      'import "./side.mjs";',
      'import type { T } from "./types";',
      'export * from "./lib/index.ts";',
      'const later = () => import("./later.ts");',
      'import { z } from "dep/deep";',
      'import fs from "node:fs";',
      'import {\n  b,\n  c\n} from "./lib/many.ts";',
    ].join("\n"),
    "lib/a.ts": 'import "../cycle.ts";',
    "lib/index.ts": "export {};",
    "lib/many.ts": "export const b = 1, c = 2;",
    "side.mjs": "",
    "types.ts": "export type T = 1;",
    "later.ts": 'const x = require("./old.cjs");',
    "old.cjs": "",
    "cycle.ts": 'import "./mine.ts";',
    "stranger.ts": "",
    "node_modules/dep/package.json": '{ "version": "1.2.3" }',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  return root;
}
