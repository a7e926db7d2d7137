import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  columnsFrom,
  commandsFromJson,
  runFromJson,
  runToJson,
  settingsFrom,
  stringify,
} from "../../src/arrow/runMetadata.ts";
import { anyRun } from "../support/arbitraryRows.ts";
import * as fc from "../support/fastCheck.ts";

const runs = suite("runToJson, runFromJson");

runs("give back any run", () => {
  fc.assert(
    fc.property(anyRun, (run) => {
      assert.equal(runFromJson(runToJson(run)), run);
    }),
  );
});

runs("tell why a text holds no run, and never throw", () => {
  const whole = JSON.parse(runToJson({ name: "a", attempt: 1, columns: {}, settings: {} })) as object;
  const reasons: readonly (readonly [unknown, RegExp])[] = [
    [null, /not an object/],
    [[], /not an object/],
    [{ ...whole, format: 2 }, /format 2, but this version of fluxion reads format 1/],
    [{ ...whole, format: undefined }, /format undefined/],
    [{ ...whole, name: 3 }, /no name/],
    [{ ...whole, attempt: 1.5 }, /no attempt/],
    [{ ...whole, columns: [] }, /no columns/],
    [{ ...whole, columns: { a: {} } }, /no columns/],
  ];
  for (const [data, reason] of reasons) assert.match(String(runFromJson(JSON.stringify(data))), reason);
  assert.match(String(runFromJson("{")), /not JSON/);
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      const run = runFromJson(text);
      assert.ok(typeof run === "string" || typeof run.name === "string");
    }),
  );
});

runs("leave out a description that nobody could write again, and what a column has beside its fields", () => {
  const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
  const text = (description: string, extra: string): string =>
    `{"format":1,"name":"a","attempt":1,"columns":{"x":{"meaning":"x","kind":"vector"${extra}}},"settings":{},"description":${description}}`;
  const columns = { x: { meaning: "x", kind: "vector" as const } };
  for (const levels of [1, 100, 101, 1000, 20_000, 500_000]) {
    const run = runFromJson(text(nested(levels), `,"values":${nested(levels)},"other":${nested(levels)}`));
    if (typeof run === "string") throw new Error(run);
    assert.equal(
      { ...run.columns, x: { ...run.columns.x, values: undefined } },
      { x: { ...columns.x, values: undefined } },
    );
    if (levels <= 100) assert.is(JSON.stringify(run.description), nested(levels));
    else assert.is(run.description, "left out, since it is nested deeper than 100 levels");
    assert.equal(runFromJson(runToJson(run)), run);
  }
});
runs.run();

const parts = suite("stringify, columnsFrom, settingsFrom, commandsFromJson");

parts("write numbers that JSON has not as words, wherever they stand", () => {
  const text = stringify({ a: Number.NaN, b: [Number.POSITIVE_INFINITY, { c: Number.NEGATIVE_INFINITY }], d: 1 });
  assert.is(text, '{"a":"NaN","b":["Infinity",{"c":"-Infinity"}],"d":1}');
});

parts("read settings, leaving out what is none", () => {
  const settings = settingsFrom({ "a.b": { value: "NaN", min: "-Infinity", max: 3 }, c: 5, d: { value: "?" } });
  assert.equal(Object.keys(settings), ["a.b", "d"]);
  assert.equal(settings["a.b"], { value: Number.NaN, min: Number.NEGATIVE_INFINITY, max: 3 });
  assert.equal(settings.d, { value: Number.NaN });
  // Names that every object has, and one that cannot be made a string.
  for (const value of ["toString", "__proto__", { toString: [] }, null]) {
    assert.equal(settingsFrom({ d: { value } }).d, { value: Number.NaN });
  }
  assert.equal(settingsFrom("nothing"), {});
});

parts("read columns, or say that there are none", () => {
  assert.equal(columnsFrom({ a: { meaning: "m", kind: "vector" } }), { a: { meaning: "m", kind: "vector" } });
  for (const data of [undefined, null, 3, [], { a: null }, { a: { meaning: 3 } }]) {
    assert.is(columnsFrom(data), undefined);
  }
});

parts("read commands", () => {
  assert.equal(commandsFromJson('[{"type":"set","value":"-Infinity","step":3},{"type":"pause","step":3}]'), [
    { type: "set", value: Number.NEGATIVE_INFINITY, step: 3 },
    { type: "pause", step: 3 },
  ]);
});
parts.run();
