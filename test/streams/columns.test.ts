import { suite } from "uvu";
import * as assert from "uvu/assert";
import { quartic } from "../../src/problems/quartic.ts";
import { chain } from "../../src/streams/chain.ts";
import { defineMeasure } from "../../src/streams/defineMeasure.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import type { Measure } from "../../src/streams/types.ts";
import { checkError } from "../support/assert.ts";
import { collect, valuesOf } from "../support/collect.ts";
import { counter, descent, run } from "../support/counter.ts";

const columns = suite("columns");

columns("of all operators inside are known at the first row, those of waiting branches too", () => {
  const [row] = firstRows(
    quartic(),
    [1, 2],
    chain(counter("a", { a: { meaning: "a" } }), descent, counter("b", { b: { meaning: "b" } })),
    1,
  );
  assert.equal(Object.keys(row!.run.columns), ["a", "b"]);
  assert.is(row!.columns.a, 1);
  assert.is(row!.columns.b, 1);
});

columns("that are not declared are refused, with the nearest name", async () => {
  const wrong = defineMeasure({
    name: "m",
    columns: { residual: { meaning: "r" } },
    step: () => ({ columns: { resdual: 1 } as never }),
  });
  const message = /^m: the column "resdual" is not declared\. Did you mean "residual"\? Declared: residual/;
  const inside = await collect(run(chain(wrong, descent)));
  checkError(inside.error, "ERR_UNDECLARED", message);
  checkError(inside.error, "ERR_UNDECLARED", /\(run "run", step 0\)$/);
  const after = await collect(run(descent).pipe(wrong));
  checkError(after.error, "ERR_UNDECLARED", message);
  const none = defineMeasure({ name: "none", step: () => ({ columns: { x: 1 } as never }) });
  checkError((await collect(run(chain(none, descent)))).error, "ERR_UNDECLARED", /is not declared\. Declared: none/);
});

columns("of numbers and of vectors are not mixed up", async () => {
  const declared = { n: { meaning: "number" }, v: { meaning: "vector", kind: "vector" } } as const;
  const vectorAsNumber = defineMeasure({ name: "m", columns: declared, step: () => ({ columns: { v: 1 } as never }) });
  checkError(
    (await collect(run(chain(vectorAsNumber, descent)))).error,
    "ERR_UNDECLARED",
    /^m: the column "v" is declared as a vector; write it into vectors/,
  );
  const numberAsVector = defineMeasure({
    name: "m",
    columns: declared,
    step: () => ({ vectors: { n: new Float64Array(1) } as never }),
  });
  checkError(
    (await collect(run(chain(numberAsVector, descent)))).error,
    "ERR_UNDECLARED",
    /^m: the column "n" is declared as a number; write it into columns/,
  );
  const right = defineMeasure({
    name: "m",
    columns: declared,
    step: (it) => ({ columns: { n: it.step }, vectors: { v: it.point } }),
  });
  const rows = await valuesOf(run(chain(right, descent)));
  assert.is(rows[2]!.columns.n, 2);
  assert.is(rows[2]!.vectors.v, rows[2]!.point);
});

columns("are written once a step", async () => {
  const { error } = await collect(run(chain(counter("a"), counter("b"), descent)));
  checkError(
    error,
    "ERR_COLUMN_TWICE",
    /^b: a wrote the column "seen" in this step already; use one of the two, or give one of the columns another name \(run "run", step 0\)$/,
  );
  const after = await collect(run(descent).pipe(counter("a"), counter("b")));
  checkError(after.error, "ERR_COLUMN_TWICE", /^b: a wrote the column "seen"/);
});

columns("may be shared by equal declarations that write in different steps", () => {
  const alternating = (name: string, parity: number): Measure =>
    defineMeasure({
      name,
      columns: { kind: { meaning: "who wrote", kind: "category", values: ["a", "b"], unit: "1" } },
      step: (it) => (it.step % 2 === parity ? { columns: { kind: parity } } : undefined),
    });
  const rows = firstRows(quartic(), [1, 2], chain(alternating("a", 0), alternating("b", 1), descent), 4);
  assert.equal(
    rows.map((row) => row.columns.kind),
    [0, 1, 0, 1],
  );
});

columns("declared with two meanings are refused, in the loop and after it", async () => {
  const other = counter("other", { seen: { meaning: "something else" } });
  const message =
    /^other: the column "seen" is declared with two meanings: "rows met so far" and "something else"; rename one/;
  const inside = await collect(run(chain(counter(), other, descent)));
  assert.is(inside.values.length, 0);
  checkError(inside.error, "ERR_COLUMN_CONFLICT", message);
  checkError((await collect(run(descent).pipe(counter(), other))).error, "ERR_COLUMN_CONFLICT", message);
  for (const further of [{ unit: "s" }, { kind: "category", values: ["x"] }] as const) {
    const unlike = counter("other", { seen: { meaning: "rows met so far", ...further } });
    checkError((await collect(run(chain(counter(), unlike, descent)))).error, "ERR_COLUMN_CONFLICT");
  }
});

columns("cannot have the name of a field that every row has", async () => {
  for (const field of ["step", "value", "squaredFieldNorm", "seconds"]) {
    const { error } = await collect(run(chain(counter("m", { [field]: { meaning: "mine" } }), descent)));
    checkError(
      error,
      "ERR_COLUMN_CONFLICT",
      new RegExp(`^m: every row has a field "${field}"; give the column another name`),
    );
  }
});

columns("written in the loop are in the row that all subscribers share", () => {
  const rows = firstRows(quartic(), [1, 2], chain(counter(), descent), 3);
  assert.equal(
    rows.map((row) => row.columns),
    [{ seen: 1 }, { seen: 2 }, { seen: 3 }],
  );
});

columns.run();
