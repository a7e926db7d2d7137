/** Any run and any rows of it, for properties of files and readers. */

import { coreColumns } from "../../src/arrow/coreColumns.ts";
import type { AppliedCommand, Column, Row, Run, Setting, Status } from "../../src/arrow/row.ts";
import * as fc from "./fastCheck.ts";

const text = fc.string({ unit: "binary", maxLength: 12 });
const number = fc.double();
const vector = fc.array(number, { maxLength: 6 }).map((entries) => Float64Array.from(entries));
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined, freq: 2 });

const column: fc.Arbitrary<Column> = fc.oneof(
  fc.record({ meaning: text, unit: text }, { noNullPrototype: true, requiredKeys: ["meaning"] }),
  fc.record({ meaning: text, kind: fc.constant("vector" as const) }, { noNullPrototype: true }),
  fc.record(
    {
      meaning: text,
      kind: fc.constant("category" as const),
      values: fc.uniqueArray(text, { minLength: 1, maxLength: 4 }),
    },
    { noNullPrototype: true },
  ),
);
const setting: fc.Arbitrary<Setting> = fc.record(
  { value: number, min: number, max: number },
  { noNullPrototype: true, requiredKeys: ["value"] },
);
const names = fc
  .stringMatching(/^[a-z][A-Za-z0-9#.]{0,9}$/)
  .filter((name) => !Object.hasOwn(coreColumns, name) && !(name in {}));

/** Any run. */
export const anyRun: fc.Arbitrary<Run> = fc.record(
  {
    name: text,
    attempt: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    columns: fc.dictionary(names, column, { maxKeys: 5, noNullPrototype: true }),
    settings: fc.dictionary(names, setting, { maxKeys: 2, noNullPrototype: true }),
    description: fc.jsonValue({ noUnicodeString: false }) as fc.Arbitrary<NonNullable<Run["description"]>>,
  },
  { noNullPrototype: true, requiredKeys: ["name", "attempt", "columns", "settings"] },
);

const command: fc.Arbitrary<AppliedCommand> = fc.record(
  {
    type: fc.constantFrom("pause", "resume", "stop", "checkpoint", "step", "set"),
    setting: text,
    // JSON has no -0.
    value: number.map((value) => value + 0),
    count: fc.nat(),
    step: fc.nat(),
    refused: text,
  },
  { noNullPrototype: true, requiredKeys: ["type", "step"] },
);

/** Rows of a run, in order of their steps, the last one with any status. */
export function anyRows(run: Run, most = 12): fc.Arbitrary<readonly Row[]> {
  const numbers: Record<string, fc.Arbitrary<number | undefined>> = {};
  const vectors: Record<string, fc.Arbitrary<Float64Array | undefined>> = {};
  for (const [name, { kind, values = [] }] of Object.entries(run.columns)) {
    if (kind === "vector") vectors[name] = optional(vector);
    else if (kind === "category") numbers[name] = optional(fc.nat({ max: values.length - 1 }));
    else numbers[name] = optional(number);
  }
  const row = fc.record({
    seconds: number,
    evaluations: fc.nat(),
    products: fc.maxSafeNat(),
    value: number,
    squaredFieldNorm: number,
    stepSize: number,
    point: optional(vector),
    columns: fc.record(numbers),
    vectors: fc.record(vectors),
    commands: optional(fc.array(command, { minLength: 1, maxLength: 3 })),
  });
  const last = fc.constantFrom<Status>("running", "converged", "stagnated", "diverged", "stopped");
  return fc
    .tuple(fc.nat({ max: 1000 }), fc.array(row, { minLength: 1, maxLength: most }), last)
    .map(([first, rows, status]) =>
      rows.map(({ point, ...rest }, index) => ({
        run,
        step: first + index,
        status: index === rows.length - 1 ? status : "running",
        ...rest,
        ...(point === undefined ? {} : { point }),
      })),
    );
}

/** Any run with rows of it. */
export const anyRecord: fc.Arbitrary<{ readonly run: Run; readonly rows: readonly Row[] }> = anyRun.chain((run) =>
  anyRows(run).map((rows) => ({ run, rows })),
);
