/** What every operator says of wrong options: the functions and their options are read from the sources, so new ones are covered. */
import { readdirSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isFluxionError } from "../../src/errors.ts";
import * as operators from "../../src/operators/index.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import type { Row } from "../../src/streams/types.ts";
import { assertError } from "../support/assert.ts";

const folder = new URL("../../src/operators/", import.meta.url);
const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => readFileSync(new URL(file, folder), "utf8"));

type Factory = (...parts: readonly unknown[]) => unknown;
const factories = operators as unknown as Readonly<Record<string, Factory>>;

/** What comes before the options, of those whose first parameter is another. */
const before: Readonly<Record<string, readonly unknown[]>> = {
  restarts: [operators.momentum()],
  distanceTo: [[new Float64Array(1)]],
  deflateDirection: [[[0]]],
  precondition: [() => quartic().linearize(new Float64Array(2))],
};
/** Options that must be given. */
const required: Readonly<Record<string, object>> = {
  clipByNorm: { maxNorm: 1 },
  decayingStep: { stepSize: 0.1 },
  stochasticExtragradient: { aheadStepSize: 0.1 },
  untilCritical: { squaredFieldNorm: 1 },
  whiten: { block: "weights", moment: Float64Array.of(1) },
};

/** Each exported function with an object of options, and whether it may be left out. */
const withOptions = sources.flatMap((source) =>
  Array.from(
    source.matchAll(
      /^export function (\w+)\([^{]*?(?:options|thresholds): \w+( = \{\})?,?\s*\): (?:Update|Measure|RowMeasure|Operator)/gm,
    ),
    ([, name, optional]) => ({ name: name!, optional: optional !== undefined }),
  ),
);
const exported = withOptions.filter(({ name }) => name in factories);

function call(name: string, ...options: readonly unknown[]): () => unknown {
  return () => factories[name]!(...(before[name] ?? []), ...options);
}

function usable(name: string): object {
  const { optional } = exported.find((operator) => operator.name === name)!;
  return required[name] ?? (optional ? {} : { stepSize: 0.1 });
}

const options = suite("options of operators");

options("are found in the sources", () => {
  assert.ok(exported.length > 45, exported.map(({ name }) => name).join(", "));
});

options("that are no object are refused: momentum(0.9) would keep its default", () => {
  for (const { name } of exported) {
    const message = new RegExp(`^${name}: expected an object of options, such as \\{ \\w+: value \\}, got`);
    for (const wrong of [0.9, "0.9", null, [0.9]]) assertError(call(name, wrong), "ERR_OPTION_TYPE", message);
  }
});

options("may be left out exactly where all of them have defaults", () => {
  for (const { name, optional } of exported) {
    if (optional) assert.type(call(name)(), "function", name);
    else assertError(call(name), "ERR_OPTION_TYPE", new RegExp(`^${name}: expected an object of options`));
    assert.type(call(name, usable(name))(), "function", name);
  }
});

options("that an operator does not have are refused by name", () => {
  for (const { name } of exported) {
    const message = new RegExp(`^${name}: there is no option "tol"\\..*The options are`);
    assertError(call(name, { ...usable(name), tol: 1 }), "ERR_OPTION_UNKNOWN", message);
  }
});

/** What is thrown, or what the run refused. */
function answer(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (isFluxionError(error)) return error.message;
    throw error;
  }
  return "";
}

/** The settings of an operator that can be built from its options, found by a run of one row. */
function settingsOf(name: string): readonly string[] {
  const operator = call(name, usable(name))() as Parameters<typeof firstRows>[2];
  let row: Row | undefined;
  try {
    [row] = firstRows(quartic(), [1, 2], operator, 1);
  } catch {
    // Not on this problem, or not alone: its settings are tried by its own test.
  }
  return Object.keys(row?.run.settings ?? {});
}

options("have one range each, at construction and when they are steered", async () => {
  const { of } = await import("rxjs");
  let tried = 0;
  for (const { name } of exported) {
    for (const setting of settingsOf(name)) {
      const [owner, key] = setting.split(".") as [string, string];
      if (owner !== name) continue;
      for (const value of [0, -1, -2, 0.5, 1, 2, 1e300, -1e-300]) {
        const built = answer(call(name, { ...usable(name), [key]: value }));
        const operator = call(name, usable(name))() as Parameters<typeof firstRows>[2];
        const replies: (string | undefined)[] = [];
        const reply = ({ refused }: { readonly refused?: string }): number => replies.push(refused);
        const commands = of({ type: "set" as const, setting, value, reply });
        try {
          firstRows(quartic(), [1, 2], operator, 1, { commands });
        } catch {
          // What the step does with the value is not the question.
        }
        const where = `${setting} = ${value}`;
        // Two options may contradict each other, which a single setting cannot.
        assert.is(replies[0] === undefined, built === "", `${where}: steered ${replies[0]}, built ${built}`);
        if (built !== "") assert.is(replies[0]?.replace(`${owner}.`, ""), built.replace(`${owner}: `, ""), where);
        tried++;
      }
    }
  }
  assert.ok(tried > 100, `${tried}`);
});

options("of gradientStep, which is a number, are the same when it is steered", async () => {
  const { of } = await import("rxjs");
  for (const value of [0, -1, Number.POSITIVE_INFINITY]) {
    const built = answer(() => operators.gradientStep(value));
    const replies: (string | undefined)[] = [];
    const reply = ({ refused }: { readonly refused?: string }): number => replies.push(refused);
    const commands = of({ type: "set" as const, setting: "gradientStep.stepSize", value, reply });
    firstRows(quartic(), [1, 2], operators.gradientStep(0.1), 1, { commands });
    assert.is(`gradientStep: ${replies[0]?.replace("gradientStep.", "")}`, built);
  }
});

options.run();
