import { Float64, Int32, List, RecordBatchReader, Utf8 } from "apache-arrow";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { coreColumns } from "../../src/arrow/coreColumns.ts";
import { concatenate } from "../../src/arrow/encoder.ts";
import { endOfStream } from "../../src/arrow/recordBatch.ts";
import { runOfSchema, runSchema, sameColumns, schemaMessage } from "../../src/arrow/schema.ts";
import { assertError } from "../support/assert.ts";
import { makeRun } from "../support/rows.ts";

const schemas = suite("runSchema");

schemas("has the row's fields, the operators' columns, then the point, each with its type", () => {
  const { fields } = runSchema(makeRun());
  assert.equal(
    fields.map(({ name }) => name),
    [
      ...Object.keys(coreColumns).filter((name) => name !== "point"),
      ...["residual", "rate", "outcome", "spectrum", "point"],
    ],
  );
  const type = (name: string) => fields.find((field) => field.name === name)!.type;
  for (const name of [
    "step",
    "seconds",
    "evaluations",
    "products",
    "value",
    "squaredFieldNorm",
    "stepSize",
    "residual",
  ]) {
    assert.instance(type(name), Float64, name);
  }
  for (const name of ["run", "status", "commands", "outcome"]) assert.instance(type(name), Utf8, name);
  assert.instance(type("attempt"), Int32);
  for (const name of ["spectrum", "point"]) {
    assert.instance(type(name), List, name);
    assert.instance(type(name).children[0]!.type, Float64, name);
  }
});

schemas("lets be null what need not be measured, and nothing else", () => {
  const nullable = runSchema(makeRun()).fields.filter((field) => field.nullable);
  assert.equal(
    nullable.map(({ name }) => name),
    ["commands", "residual", "rate", "outcome", "spectrum", "point"],
  );
});

schemas("carries meanings, units and the whole run", () => {
  const run = makeRun();
  const schema = runSchema(run, 5);
  const metadata = (name: string) => schema.fields.find((field) => field.name === name)!.metadata;
  assert.is(metadata("residual").get("meaning"), "||J p + F||");
  assert.is(metadata("rate").get("unit"), "1/s");
  assert.is(metadata("residual").has("unit"), false);
  assert.is(metadata("seconds").get("unit"), "s");
  assert.is(schema.metadata.get("fluxion.pointsEvery"), "5");
  assert.equal(runOfSchema(schema), run);
});

schemas("refuses a column with the name of a field", () => {
  for (const name of Object.keys(coreColumns)) {
    const run = makeRun({ columns: { [name]: { meaning: "mine" } } });
    assertError(() => runSchema(run), "ERR_COLUMN_CONFLICT", new RegExp(`"example" declares the column "${name}"`));
  }
});

schemas("becomes one message with which a stream begins, of exactly its size", () => {
  const schema = runSchema(makeRun());
  const header = schemaMessage(schema);
  assert.is(header.buffer.byteLength, header.byteLength);
  assert.is(header.byteLength % 8, 0);
  const reader = RecordBatchReader.from(concatenate([header, endOfStream]));
  reader.open();
  assert.is(String(reader.schema), String(schema));
  assert.is(
    [...reader].reduce((rows, batch) => rows + batch.numRows, 0),
    0,
  );
});
schemas.run();

const same = suite("sameColumns");

same("compares names, order, kinds and categories, not meanings or settings", () => {
  const run = makeRun();
  const columns = run.columns;
  const changed = (change: object): boolean => sameColumns(run, makeRun({ columns: { ...columns, ...change } }));
  assert.ok(sameColumns(run, makeRun({ name: "other", attempt: 7, settings: {} })));
  assert.ok(changed({ residual: { meaning: "said otherwise", kind: "number" } }));
  assert.not(changed({ residual: { meaning: "m", kind: "vector" } }));
  assert.not(changed({ another: { meaning: "m" } }));
  assert.not(changed({ outcome: { ...columns.outcome, values: ["accepted", "failed", "stagnated"] } }));
  assert.not(sameColumns(run, makeRun({ columns: Object.fromEntries(Object.entries(columns).reverse()) })));
  assert.not(sameColumns(run, makeRun({ columns: {} })));
});
same.run();
