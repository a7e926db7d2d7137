/** The plugin stays loaded for as long as the process runs, also beside the library of the executor `tensorflow`. */
import { spawnSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { hasXla } from "../../support/xla.ts";

const source = new URL("../../../src/autodiff/", import.meta.url).href;
// The collector frees whatever nobody holds, between loading the plugin and calling it.
const script = `
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { findDevices } from "${source}devices/devices.ts";
import { openClient } from "${source}xla/plugin.ts";
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");
findDevices();
const client = openClient();
for (let i = 0; i < 10; i++) {
  collect();
  await new Promise((resolve) => setTimeout(resolve, 5));
}
const type = "tensor<2xf64>";
client.compile(\`module @f {
func.func public @main(%a: \${type}) -> (\${type}) {
func.return %a : \${type}
}
}
\`);
console.log("compiled");`;

const lifetime = suite("xla: lifetime");
if (hasXla) {
  lifetime("a plugin is not unloaded when the collector runs", () => {
    const { status, signal, stdout, stderr } = spawnSync(
      process.execPath,
      ["--conditions=fluxion-source", "--import", "tsx", "--input-type=module", "--eval", script],
      { encoding: "utf8" },
    );
    assert.equal([status, signal], [0, null], stderr);
    assert.match(stdout, /compiled/);
  });
} else lifetime("is skipped", () => undefined);
lifetime.run();
