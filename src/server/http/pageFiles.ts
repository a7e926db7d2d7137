import { fileURLToPath } from "node:url";

/**
 * Returns the directory with the files of the page: beside this module in the package, in `dist` when run from the
 * sources.
 */
export function defaultPageDirectory(): string {
  const here = import.meta.url;
  return fileURLToPath(new URL(here.endsWith(".ts") ? "../../../dist/viewer/" : "../../viewer/", here));
}
