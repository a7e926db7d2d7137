import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatIndices, IndexBits, indicesOf, parseIndices } from "../../../src/experiments/campaigns/indexSet.ts";
import * as fc from "../../support/fastCheck.ts";

const sets = suite("indexSet");

sets("reads back what it wrote, for any set", () => {
  const indices = fc
    .uniqueArray(fc.nat(5000), { minLength: 1, maxLength: 200 })
    .map((all) => all.sort((a, b) => a - b));
  fc.assert(
    fc.property(indices, (all) => {
      assert.equal([...indicesOf(parseIndices(formatIndices(all), "test"), 10_000)], all);
    }),
  );
});

sets("writes every k-th index in a few words, however many there are", () => {
  const every = (k: number): number[] => Array.from({ length: 10_000 }, (_, i) => 3 + k * i);
  assert.is(formatIndices(every(1)), "3-10002");
  assert.is(formatIndices(every(7)), "3-69996:7");
  assert.is(formatIndices([1, 2, 5, 9, 10]), "1-2,5,9,10");
});

sets("refuses what is no set", () => {
  for (const text of ["", "a", "5-3", "1-9:0", "1,,2", "-1", "1-99999999999", "2147483648"]) {
    assert.throws(
      () => parseIndices(text, "--indices"),
      (error: { code?: string }) => error.code === "ERR_COMMAND_LINE",
    );
  }
});

sets("counts each index of a bit set once, and none beyond its bound", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5, max: 120 })), (all) => {
      const bits = new IndexBits(100);
      for (const index of all) bits.add(index);
      const inside = new Set(all.filter((index) => index >= 0 && index < 100));
      assert.is(bits.size, inside.size);
      for (let i = 0; i < 100; i++) assert.is(bits.has(i), inside.has(i));
    }),
  );
});

sets.run();
