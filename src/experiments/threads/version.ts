import { readFileSync } from "node:fs";

// The same place seen from `src` and from `dist`.
const description = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
  readonly version: string;
};

/** fluxion's version, as package.json says. */
export const version: string = description.version;
