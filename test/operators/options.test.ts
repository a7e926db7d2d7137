/** What every operator says of options that are none. */
import { readdirSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as operators from "../../src/operators/index.ts";
import { assertError } from "../support/assert.ts";

const folder = new URL("../../src/operators/", import.meta.url);
/** Exported functions whose only parameter is an object that may be left out. */
const optional = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .flatMap((file) =>
    Array.from(
      readFileSync(new URL(file, folder), "utf8").matchAll(
        /^export function (\w+)\((?:options|thresholds): \w+ = \{\}\)/gm,
      ),
      ([, name]) => name!,
    ),
  );

const options = suite("options of operators");

options("that are no object are refused: momentum(0.9) would keep its default", () => {
  const factories = operators as unknown as Readonly<Record<string, (options?: unknown) => unknown>>;
  const exported = optional.filter((name) => name in factories);
  assert.ok(exported.length > 30, `${exported}`);
  for (const name of exported) {
    const factory = factories[name]!;
    for (const wrong of [0.9, "0.9", null, [0.9]]) {
      assertError(() => factory(wrong), "ERR_OPTION_TYPE", new RegExp(`^${name}: expected an object of options`));
    }
    assert.ok(factory() !== undefined, name);
  }
});

options("beside another argument too", () => {
  const wrong = 0.9 as never;
  const inner = operators.momentum();
  assertError(() => operators.restarts(inner, wrong), "ERR_OPTION_TYPE", /restarts: .*got number 0\.9/);
  assertError(() => operators.distanceTo([new Float64Array(1)], wrong), "ERR_OPTION_TYPE", /distanceTo/);
  assertError(() => operators.deflateDirection([], wrong), "ERR_OPTION_TYPE", /deflateDirection/);
});

options.run();
