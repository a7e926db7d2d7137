import { fileURLToPath } from "node:url";

/** Where the page's files lie: beside this module in the package, in `dist` when running from the sources. */
export function defaultPageDirectory(): string {
  const here = import.meta.url;
  return fileURLToPath(new URL(here.endsWith(".ts") ? "../../dist/viewer/" : "../viewer/", here));
}
