/** What an operator may write into a cell: numbers, vectors, nothing. Anything else is refused, and null stays null. */
import { readFileSync } from "node:fs";
import { tableFromIPC } from "apache-arrow";
import { concatMap, from, of } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RunEncoder } from "../../../src/arrow/encoder.ts";
import type { Row } from "../../../src/arrow/row.ts";
import { RunReader } from "../../../src/arrow/runReader.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import { arrowFile } from "../../../src/sinks/arrowFile.ts";
import { chain } from "../../../src/streams/chain.ts";
import { defineMeasure } from "../../../src/streams/defineMeasure.ts";
import { defineRowMeasure } from "../../../src/streams/defineRowMeasure.ts";
import { defineUpdate } from "../../../src/streams/defineUpdate.ts";
import { iterate } from "../../../src/streams/iterate.ts";
import { replay } from "../../../src/streams/replay.ts";
import { assertError, checkError } from "../../support/assert.ts";
import { collect, valuesOf } from "../../support/collect.ts";
import { makeRow, makeRows, makeRun } from "../../support/rows.ts";
import { assertSameRows } from "../../support/sameRows.ts";
import { scratchPath } from "../../support/scratch.ts";

/** One of every type that JavaScript has, but number, undefined and null. */
const wrong: readonly unknown[] = [
  "3",
  "",
  true,
  false,
  3n,
  Symbol("s"),
  {},
  [1],
  () => 1,
  new Date(0),
  new Float32Array(1),
  new Number(3),
];
const columns = {
  number: { meaning: "m" },
  category: { meaning: "m", kind: "category", values: ["a", "b"] },
  vector: { meaning: "m", kind: "vector" },
} as const;
type Result = { readonly columns?: Record<string, number>; readonly vectors?: Record<string, Float64Array> };

/** What an operator of each kind returns where its step is 2; else it writes nothing. */
const kinds: Readonly<Record<string, (result: Result) => ReturnType<typeof run>>> = {
  update: (result) => run(chain(at2(defineUpdate, result), gradientStep(0.1))),
  "measure in the loop": (result) => run(chain(gradientStep(0.1), at2(defineMeasure, result))),
  "measure behind the loop": (result) => run(gradientStep(0.1)).pipe(at2(defineMeasure, result)),
  "row measure": (result) => run(gradientStep(0.1)).pipe(at2(defineRowMeasure, result)),
  "row measure of rows without a loop": (result) =>
    from(makeRows(4, makeRun({ columns: {} }))).pipe(at2(defineRowMeasure, result)) as ReturnType<typeof run>,
};
function at2<Made>(define: (spec: never) => Made, result: Result): Made {
  const step = (it: Row): Result | undefined => (it.step === 2 ? result : undefined);
  return define({ name: "faulty", columns, step } as never);
}
function run(update: Parameters<typeof iterate>[2]) {
  return iterate(bilinear(), [1, 1], chain(untilStep(3), update), { name: "cells" });
}
const written = (name: keyof typeof columns, value: unknown): Result =>
  (name === "vector" ? { vectors: { vector: value } } : { columns: { [name]: value } }) as Result;

const cells = suite("cells");

for (const [kind, make] of Object.entries(kinds)) {
  cells(`a value of the wrong type is refused with operator, column and step: ${kind}`, async () => {
    for (const name of ["number", "category", "vector"] as const) {
      for (const value of [...wrong, name === "vector" ? 3 : new Float64Array(1)]) {
        const { error } = await collect(make(written(name, value)));
        checkError(error, "ERR_COLUMN_TYPE", new RegExp(`^faulty: expected the column "${name}" .*step 2`));
      }
    }
  });

  cells(`null and undefined mean that nothing was measured, and stay null in the file: ${kind}`, async () => {
    for (const value of [null, undefined]) {
      const path = scratchPath("cells.arrows");
      const result = { columns: { number: value, category: value }, vectors: { vector: value } } as never;
      await valuesOf(make(result).pipe(arrowFile(path)));
      const table = tableFromIPC(readFileSync(path));
      for (const name of Object.keys(columns)) assert.is(table.getChild(name)!.nullCount, table.numRows, name);
      for (const row of await valuesOf(replay(path))) assert.is(row.columns.number, undefined);
    }
  });
}
cells.run();

const rows = suite("cells of rows that no operator made");

rows("are refused by the encoder, and leave no trace in the batch", () => {
  const of = makeRun();
  const encoder = new RunEncoder(of, 2, { points: "all" });
  encoder.append(makeRow(of, 0));
  const faults: (readonly [string, object])[] = [];
  for (const value of [...wrong, new Float64Array(1)]) {
    for (const name of ["seconds", "evaluations", "products", "value", "squaredFieldNorm", "stepSize", "step"]) {
      faults.push([name, { [name]: value }], [name, { [name]: null }]);
    }
    faults.push(["residual", { columns: { residual: value } }], ["rate", { columns: { residual: 1, rate: value } }]);
  }
  for (const value of [...wrong, 3]) {
    faults.push(["spectrum", { vectors: { spectrum: value } }], ["point", { point: value }]);
  }
  faults.push(["status", { status: "ended" }], ["status", { status: null }]);
  for (const [name, fields] of faults) {
    const expected = new RegExp(`^RunEncoder: expected ${name} to be .* of "example"`);
    assertError(() => encoder.append({ ...makeRow(of, 1), ...fields }), "ERR_COLUMN_TYPE", expected);
  }
  encoder.append(makeRow(of, 2));
  assertSameRows(new RunReader(encoder.frame(encoder.flush()!)), [makeRow(of, 0), makeRow(of, 2)]);
});

rows("end the stream where a sink meets them; the rows before are in the file", async () => {
  const path = scratchPath("rows.arrows");
  const good = makeRows(5);
  const faulty = good.map((row) => (row.step === 3 ? { ...row, value: null as unknown as number } : row));
  const { error } = await collect(
    from(faulty).pipe(
      concatMap((row) => of(row)),
      arrowFile(path),
    ),
  );
  checkError(error, "ERR_COLUMN_TYPE", /expected value to be a number, got null at step 3/);
  assertSameRows(await valuesOf(replay(path)), good.slice(0, 3));
});
rows.run();
