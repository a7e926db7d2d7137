/** What every option of every built-in experiment says of a bad value: which option, what was expected, and what came. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { repeatOption } from "../../../src/cli/options/repeatOption.ts";
import { seedOption } from "../../../src/cli/options/seedOption.ts";
import { workersOption } from "../../../src/cli/options/workersOption.ts";
import { isFluxionError } from "../../../src/errors.ts";
import { loaders } from "../../../src/experiments/catalogue/loaders.ts";
import { type Flag, flagsOf, flagValue, optionsFrom } from "../../../src/experiments/threads/flags.ts";
import type { JsonValue } from "../../../src/json.ts";
import { showValue } from "../../../src/options.ts";

const bad = [
  "0",
  "-1",
  "0.5",
  "2",
  "NaN",
  "Infinity",
  "-Infinity",
  "1e400",
  "-1e400",
  "text",
  "",
  " ",
  "1,NaN",
  "1e400,1",
  "-1,-1",
];
/** Words of the validator, which no message shows. */
const raw =
  /\bto be [<>]|received|Invalid|Too (small|big)|expected (number|string|array|int|one of|boolean)\b|[<>]=?-?\d|NaN,|null/;

const test = suite("bad values of options");

function complaint(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    assert.ok(isFluxionError(error) && error.code === "ERR_COMMAND_LINE", String(error));
    return (error as Error).message;
  }
}

/** Whether words such as "an integer in [1, 100]" allow a number, told apart from how they were made. */
function allows(words: string, number: number): boolean {
  if (!Number.isFinite(number)) return false;
  if (/integer/.test(words) && !Number.isInteger(number)) return false;
  if (/positive/.test(words) && !(number > 0)) return false;
  if (/non-negative/.test(words) && !(number >= 0)) return false;
  const [, open, low, high, close] = /([[(])(-?[\d.]+), (-?[\d.]+)([\])])/.exec(words) ?? [];
  if (low !== undefined && !(open === "[" ? number >= Number(low) : number > Number(low))) return false;
  if (high !== undefined && !(close === "]" ? number <= Number(high) : number < Number(high))) return false;
  const least = /at least (-?[\d.]+)$/.exec(words);
  return least === null || number >= Number(least[1]);
}

function isTaken(flag: Flag, value: JsonValue): boolean {
  if (flag.choices !== undefined) return flag.choices.includes(String(value));
  if (flag.kind === "number") return allows(flag.expected, value as number);
  if (flag.kind !== "list") return true;
  // None of the bad values is a word that an option takes.
  if (/\bwords?\b/.test(flag.expected)) return false;
  const items = value as readonly JsonValue[];
  const [, each] = /each (.*), such as/.exec(flag.expected) ?? [];
  const count = /list of (\d+) /.exec(flag.expected);
  if (count !== null && items.length !== Number(count[1])) return false;
  return items.every((item) => typeof item === "number" && allows(each ?? "a finite number", item));
}

test("name the option, what it takes and what came, in one line, for each option of each experiment", async () => {
  let options = 0;
  let refused = 0;
  for (const load of Object.values(loaders)) {
    const experiment = await load();
    for (const flag of flagsOf(experiment.options)) {
      if (flag.kind === "boolean") continue;
      options++;
      for (const text of bad) {
        let value: JsonValue | undefined;
        const message = complaint(() => {
          value = flagValue(flag, text);
          optionsFrom(experiment.options, { [flag.key]: value });
        });
        const where = `${experiment.name} ${flag.name} ${JSON.stringify(text)}: ${message}`;
        if (message === undefined) {
          assert.ok(isTaken(flag, value!), where);
          continue;
        }
        refused++;
        assert.ok(message.startsWith(`${flag.name}: expected ${flag.expected}, got `), where);
        assert.not.match(message, raw, where);
        assert.is(message.split("\n").length, 1, where);
        const got = message.slice(message.indexOf(", got ") + 6);
        assert.ok(got.startsWith(value === undefined ? JSON.stringify(text) : showValue(value)), where);
        if (value !== undefined) assert.not.ok(isTaken(flag, value), where);
      }
    }
  }
  assert.ok(options > 100 && refused > 500, `${options} options, ${refused} refused`);
});

test("so do the options of the command itself", () => {
  for (const option of [seedOption(), repeatOption(), workersOption()]) {
    for (const text of bad) {
      const message = complaint(() => option.parseArg!(text, undefined));
      const isFine = message === undefined && Number.isInteger(Number(text)) && Number(text) >= 0 && text.trim() !== "";
      if (isFine) continue;
      assert.match(
        message ?? "",
        new RegExp(`^${option.long}: expected an? .*number|integer.*, got "`),
        `${option.long} ${text}`,
      );
      assert.ok(message!.endsWith(`, got ${JSON.stringify(text)}`), message);
    }
  }
});

test.run();
