/** What the executor says where the binding is missing, of another version, or broken. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import { GraphBuilder } from "../../../src/autodiff/build/builder.ts";
import { describeExecutor } from "../../../src/autodiff/executor.ts";
import { compileField } from "../../../src/autodiff/program.ts";
import { loadBinding } from "../../../src/autodiff/tensorflow/binding.ts";
import { assertError } from "../../support/assert.ts";

const folder = mkdtempSync(join(tmpdir(), "fluxion tensorflow "));
const bothWays = /npm install --no-save --save-prod @tensorflow\/tfjs-node-gpu@4\.22\.0.*scripts\/build-tfjs-node\.sh/;

/** A folder that looks like the package. */
function fake(name: string, version: string, binding?: string): string {
  const home = join(folder, name);
  mkdirSync(join(home, "lib/napi-v8"), { recursive: true });
  writeFileSync(join(home, "package.json"), JSON.stringify({ name: "@tensorflow/tfjs-node-gpu", version }));
  writeFileSync(join(home, "binding.gyp"), "{}");
  if (binding !== undefined) writeFileSync(join(home, "lib/napi-v8/tfjs_binding.node"), binding);
  return home;
}

const binding = suite("the binding of TensorFlow.js");
const refuses = (title: string, choice: string, message: RegExp): void =>
  binding(title, () => {
    for (const expected of [message, bothWays]) assertError(() => loadBinding(choice), "ERR_DEVICE", expected);
  });

refuses("is missing", join(folder, "nowhere"), /was not found by FLUXION_TENSORFLOW=.*nowhere/);
refuses("is of another version", fake("old", "3.9.0"), /expected version 4\.22\.0 .* got 3\.9\.0 in .*old/);
refuses("was never compiled", fake("raw", "4.22.0"), /has no compiled binding/);
refuses("is broken", fake("broken", "4.22.0", "not a library"), /tfjs_binding\.node cannot be loaded/);
refuses("is a relative path", "./node modules/x", /was not found/);

binding("is asked for by the environment, and refused with the same words", () => {
  const before = { ...process.env };
  Object.assign(process.env, { FLUXION_EXECUTOR: "tensorflow", FLUXION_TENSORFLOW: join(folder, "nowhere") });
  try {
    const builder = new GraphBuilder();
    const z = builder.input("z", "parameter", [2]);
    const parts = { builder, parameters: [z], field: [z], symmetric: true };
    assertError(() => compileField(parts), "ERR_DEVICE", bothWays);
    assertError(() => describeExecutor(), "ERR_DEVICE", bothWays);
    assertError(
      () => compileField({ ...parts, precision: "float16" as never }),
      "ERR_OPTION_RANGE",
      /float64 or float32/,
    );
  } finally {
    process.env = before;
  }
});
binding.after(() => rmSync(folder, { recursive: true }));
binding.run();
