import { pluginPaths } from "../../src/autodiff/xla/plugin.ts";

/** Whether this machine has a plugin of XLA. If not, it says so once, which is a failure where skipping is one. */
export const hasXla = pluginPaths().length > 0;
if (!hasXla) console.log("skipped: no plugin of XLA (npx fluxion device install cpu, or FLUXION_PJRT)");
