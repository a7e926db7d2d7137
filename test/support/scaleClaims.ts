import { readFileSync } from "node:fs";

export const senses = ["loss", "all parameters", "each parameter"] as const;
export type Sense = (typeof senses)[number];

/** What docs/scales.md claims of each finder. */
export const claims = new Map<string, Readonly<Record<Sense, boolean>>>();
const page = readFileSync(new URL("../../docs/scales.md", import.meta.url), "utf8");
for (const [, name, ...cells] of page.matchAll(/^\| `(\w+)` \| (yes|no) \| (yes|no) \| (yes|no) \|/gm)) {
  const [loss, all, each] = cells.map((cell) => cell === "yes");
  claims.set(name!, { loss: loss!, "all parameters": all!, "each parameter": each! });
}
