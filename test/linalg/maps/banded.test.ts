import { suite } from "uvu";
import * as assert from "uvu/assert";
import { denseOf } from "../../../src/linalg/dense/dense.ts";
import type { LinearMap } from "../../../src/linalg/linearMap.ts";
import { type Bands, banded } from "../../../src/linalg/maps/banded.ts";
import { vectorised, vectorMemory } from "../../../src/linalg/vectorMemory.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";
import { normalVector } from "../../support/random.ts";

const band = suite("banded");

/** By its entries, one row after the other. */
function product(n: number, bands: Bands, v: Float64Array, transpose = false): Float64Array {
  const out = new Float64Array(n);
  for (const [key, value] of Object.entries(bands)) {
    const offset = Number(key);
    for (let i = Math.max(0, -offset); i < Math.min(n, n - offset); i++) {
      const entry = typeof value === "number" ? value : value[i + Math.min(0, offset)]!;
      const [row, column] = transpose ? [i + offset, i] : [i, i + offset];
      out[row] = out[row]! + entry * v[column]!;
    }
  }
  return out;
}

function applied(map: LinearMap, v: Float64Array, transpose = false): Float64Array {
  const out = new Float64Array(v.length).fill(Number.NaN);
  if (transpose) map.applyTranspose(v, out);
  else map.apply(v, out);
  return out;
}

band("has the entries that it is given, and the transpose", () => {
  const map = banded(4, { [-1]: Float64Array.of(1, 2, 3), 0: 5, 2: Float64Array.of(7, 8) });
  assert.equal([...denseOf(map)], [5, 0, 7, 0, 1, 5, 0, 8, 0, 2, 5, 0, 0, 0, 3, 5]);
  assert.equal([...applied(map, Float64Array.of(0, 0, 1, 0), true)], [0, 2, 5, 0]);
});

band("multiplies by any bands, in SIMD or without, near the edges or far", () => {
  const sizes = fc.constantFrom(1, 2, 3, 7, 40, vectorised - 1, vectorised + 2, 1500, 3001);
  fc.assert(
    fc.property(sizes, fc.array(fc.integer(), { minLength: 1, maxLength: 6 }), fc.integer(), (n, places, seed) => {
      const values = normalVector(places.length, seed);
      const offsets = places.map((place, k) => (k < 3 ? place % Math.min(n, 50) : place % n));
      const constant = Object.fromEntries(offsets.map((offset, k) => [offset, values[k]!]));
      const varying = { ...constant, 0: normalVector(n, seed + 2) };
      for (const bands of [constant, varying]) {
        const map = banded(n, bands);
        const v = normalVector(n, seed + 1);
        assertClose(applied(map, v), product(n, bands, v), 1e-14, `${n}: ${offsets}`, 1);
        assertClose(applied(map, v, true), product(n, bands, v, true), 1e-14, `${n}: ${offsets}, transposed`, 1);
      }
    }),
  );
});

band("gives the same bits where vectors lie together and where they do not", () => {
  const n = 2050;
  const map = banded(n, { [-997]: 0.3, [-1]: -0.1, 0: 1 / 3, 5: 7 });
  const given = normalVector(n, 4);
  const [v, out] = vectorMemory(n, 2)!;
  v!.set(given);
  map.apply(v!, out!);
  assert.equal(Float64Array.from(out!), applied(map, given));
  const nothing = new Float64Array(n);
  assert.equal(applied(map, nothing), nothing);
});

band("knows whether it is symmetric", () => {
  const ends = Float64Array.of(1, 2);
  assert.ok(banded(3, { [-1]: ends, 0: 4, 1: ends.slice() }).symmetric);
  assert.ok(banded(3, { 0: 4 }).symmetric);
  for (const bands of [{ 1: 2 }, { [-1]: -2, 1: 2 }, { [-1]: ends, 1: 2 }, { [-1]: ends, 1: Float64Array.of(1, 3) }]) {
    assert.not(banded(3, bands).symmetric);
  }
});

band("refuses what is not a matrix", () => {
  assertError(() => banded(0, { 0: 1 }), "ERR_LENGTH", /positive integer/);
  for (const bands of [undefined, null, 2, [2, -1], Float64Array.of(2, -1)] as never[]) {
    assertError(() => banded(3, bands), "ERR_OPTION_TYPE", /an object of bands by their offsets.*got/);
  }
  assertError(() => banded(3, { 0: "2" as never }), "ERR_OPTION_TYPE", /a Float64Array at offset 0, got "2"/);
  assertError(() => banded(3, { main: 1 } as never), "ERR_OPTION_UNKNOWN", /there is no band "main"/);
  assertError(() => banded(3, {}), "ERR_OPTION_RANGE", /at least one band/);
  assertError(() => banded(3, { 3: 1 }), "ERR_OPTION_RANGE", /above -3 and below 3 as offsets, got 3/);
  assertError(() => banded(3, { 0.5: 1 }), "ERR_OPTION_RANGE", /got 0\.5/);
  assertError(() => banded(3, { 1: Number.NaN }), "ERR_NOT_FINITE", /at offset 1, got NaN/);
  assertError(() => banded(3, { [-1]: new Float64Array(3) }), "ERR_LENGTH", /offset -1 of a matrix of size 3, got 3/);
});

band.run();
