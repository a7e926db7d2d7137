import { readFileSync } from "node:fs";

// The path is the same from `src` and from `dist`.
const description = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
  readonly version: string;
};

/** fluxion's version, as package.json states it. */
export const version: string = description.version;
