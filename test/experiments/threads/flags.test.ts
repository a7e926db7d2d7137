import { suite } from "uvu";
import * as assert from "uvu/assert";
import { z } from "zod";
import { flagsOf, flagValue, optionsFrom } from "../../../src/experiments/threads/flags.ts";
import { assertError } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";

const schema = z.object({
  stepSize: z.number().positive().default(0.5).describe("eta"),
  steps: z.number().int().min(1).max(100).default(10),
  method: z.enum(["gda", "extragradient"]).default("gda"),
  start: z.array(z.number()).length(2).default([1, 1]),
  whiten: z.boolean().default(true),
  title: z.string(),
  limit: z.number().nullable().optional(),
});
const flags = Object.fromEntries(flagsOf(schema).map((flag) => [flag.key, flag]));

const reading = suite("flagsOf");
reading("gives a field its flag in kebab case, with kind, default and description", () => {
  assert.equal(flags.stepSize, {
    key: "stepSize",
    name: "--step-size",
    kind: "number",
    required: false,
    description: "eta",
    expected: "a positive number",
    default: 0.5,
  });
});
reading("keeps the order of the schema", () => {
  assert.equal(Object.keys(flags), ["stepSize", "steps", "method", "start", "whiten", "title", "limit"]);
});
reading("knows integers, enumerations, lists, booleans, texts and unions", () => {
  const kinds = Object.values(flags).map(({ kind }) => kind);
  assert.equal(kinds, ["number", "number", "text", "list", "boolean", "text", "json"]);
  assert.equal(flags.method!.choices, ["gda", "extragradient"]);
});
reading("says which fields must be given", () => {
  assert.equal(
    Object.values(flags)
      .filter(({ required }) => required)
      .map(({ key }) => key),
    ["title"],
  );
});
reading.run();

const values = suite("flagValue");
values("reads numbers, exponents and negative ones too", () => {
  assert.is(flagValue(flags.stepSize!, "-2.5e-3"), -0.0025);
});
values("refuses a text where a number is wanted, and an empty one", () => {
  assertError(
    () => flagValue(flags.steps!, "ten"),
    "ERR_COMMAND_LINE",
    /^--steps: expected an integer in \[1, 100\], got "ten"$/,
  );
  assertError(
    () => flagValue(flags.steps!, ""),
    "ERR_COMMAND_LINE",
    /^--steps: expected an integer in \[1, 100\], got ""$/,
  );
});
values("reads a list of numbers, of words where one is no number", () => {
  assert.equal(flagValue(flags.start!, "1, -2"), [1, -2]);
  assert.equal(flagValue(flags.start!, "a,b"), ["a", "b"]);
});
values("leaves words as they are", () => assert.is(flagValue(flags.title!, "1e3"), "1e3"));
values("reads JSON where a field takes several kinds", () => {
  assert.is(flagValue(flags.limit!, "null"), null);
  assert.is(flagValue(flags.limit!, "3"), 3);
});
values.run();

const options = suite("optionsFrom");
options("fills in the schema's defaults", () => {
  const { title, ...rest } = optionsFrom(schema, { title: "t", steps: 3 });
  assert.is(title, "t");
  assert.equal(rest, { stepSize: 0.5, steps: 3, method: "gda", start: [1, 1], whiten: true });
});
options("names the flag, what it takes and what came, one line for each that does not fit", () => {
  let message = "";
  try {
    optionsFrom(schema, { steps: 1000, method: "gdaa" });
  } catch (error) {
    message = (error as Error).message;
  }
  const lines = message.split("\n");
  assert.is(lines.length, 3);
  assert.match(lines[0]!, /^--steps: expected an integer in \[1, 100\], got 1000$/);
  assert.match(lines[1]!, /^--method: expected gda or extragradient, got "gdaa"\. Did you mean "gda"\?$/);
  assert.match(lines[2]!, /^--title: expected a text, got nothing; it must be given$/);
});
options("says once what is wrong with the items of a list", () => {
  assertError(
    () => optionsFrom(schema, { title: "t", start: ["a", "b"] }),
    "ERR_COMMAND_LINE",
    /^--start: expected a list of 2 numbers, [^\n]*, got \["a", "b"\]$/,
  );
});
options("gives an example of a list that the option takes", () => {
  const ends = fc.option(fc.integer({ min: -50, max: 50 }), { nil: undefined });
  fc.assert(
    fc.property(
      fc.boolean(),
      ends,
      fc.integer({ min: 1, max: 40 }),
      fc.boolean(),
      fc.boolean(),
      fc.boolean(),
      fc.nat(4),
      (integer, low, width, isOpen, closes, bounded, length) => {
        let item = integer ? z.number().int() : z.number();
        if (low !== undefined) item = isOpen ? item.gt(low) : item.min(low);
        // An open interval of integers needs one inside.
        const high = (low ?? 0) + width + 1;
        if (bounded) item = closes ? item.max(high) : item.lt(high);
        const list = length === 0 ? z.array(item) : length === 4 ? z.array(item).min(3) : z.array(item).length(length);
        const [flag] = flagsOf(z.object({ list }));
        const [, example] = /such as (\S+)$/.exec(flag!.expected)!;
        const own = z.object({ list });
        assert.ok(own.safeParse({ list: flagValue(flag!, example!) }).success, flag!.expected);
      },
    ),
  );
  const [samples] = flagsOf(z.object({ samples: z.array(z.number().int().min(2)) }));
  assert.is(samples!.expected, "a list of numbers, each an integer of at least 2, such as 2,3");
});
options("refuses with ERR_COMMAND_LINE", () => {
  assertError(
    () => optionsFrom(schema, { title: "t", stepSize: -1 }),
    "ERR_COMMAND_LINE",
    /^--step-size: expected a positive number, got -1$/,
  );
});
options.run();
