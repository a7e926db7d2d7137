import { suite } from "uvu";
import * as assert from "uvu/assert";
import { denseOf } from "../../../src/linalg/dense/dense.ts";
import type { LinearMap } from "../../../src/linalg/linearMap.ts";
import { linearMap } from "../../../src/linalg/makeLinearMap.ts";
import { banded } from "../../../src/linalg/maps/banded.ts";
import { composed, denseMatrix, diagonal, scaled, shifted, transposed } from "../../../src/linalg/maps/maps.ts";
import { dot } from "../../../src/linalg/vector.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";
import { normalVector } from "../../support/random.ts";

const wide = denseMatrix(3, 5, normalVector(15, 1));
const square = denseMatrix(4, 4, normalVector(16, 2));
const maps: Readonly<Record<string, LinearMap>> = {
  denseMatrix: wide,
  "denseMatrix, symmetric": denseMatrix(2, 2, Float64Array.of(1, 2, 2, -3), { symmetric: true }),
  diagonal: diagonal(normalVector(6, 3)),
  banded: banded(7, { [-2]: 0.5, 0: normalVector(7, 5), 3: -1 }),
  shifted: shifted(square, -0.7),
  scaled: scaled(-2.5, wide),
  composed: composed(wide, transposed(wide), { symmetric: true }),
  transposed: transposed(wide),
  linearMap: linearMap({ rows: 2, columns: 2, symmetric: true, apply: (v, out) => out.set([v[1]!, v[0]!]) }),
};

const laws = suite("laws of a linear map");
for (const [name, map] of Object.entries(maps)) {
  laws(`${name}: linear, <u, A v> = <A^T u, v>, many as one by one`, () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: -9, max: 9, noNaN: true }), (seed, factor) => {
        const v = normalVector(map.columns, seed);
        const w = normalVector(map.columns, seed + 1);
        const u = normalVector(map.rows, seed + 2);
        const apply = (x: Float64Array): Float64Array => {
          const out = new Float64Array(map.rows).fill(Number.NaN);
          map.apply(x, out);
          return out;
        };
        const av = apply(v);
        const aw = apply(w);
        assertClose(
          apply(v.map((x, i) => x + factor * w[i]!)),
          av.map((x, i) => x + factor * aw[i]!),
          1e-12,
          "A (v + factor w)",
          1,
        );
        assertClose(apply(new Float64Array(map.columns)), new Float64Array(map.rows), 0);
        const atu = new Float64Array(map.columns).fill(Number.NaN);
        map.applyTranspose(u, atu);
        assertClose(dot(u, av), dot(atu, v), 1e-12, "<u, A v>", 10);
        if (map.symmetric) assertClose(dot(u, av), dot(apply(u), v), 1e-12, "<u, A v> = <A u, v>", 10);
        const both = new Float64Array(2 * map.rows).fill(Number.NaN);
        map.applyMany(Float64Array.of(...v, ...w), 2, both);
        assertClose(both, Float64Array.of(...av, ...aw), 1e-14);
      }),
      { numRuns: 20, seed: 1 },
    );
  });
}
laws.run();

const makers = suite("makers of maps");
makers("give the matrices that they stand for", () => {
  const dense = denseOf(square);
  assert.equal(Array.from(denseOf(diagonal(Float64Array.of(1, 2)))), [1, 0, 0, 2]);
  assertClose(
    denseOf(shifted(square, 3)),
    dense.map((a, at) => a + (at % 5 === 0 ? 3 : 0)),
    1e-15,
  );
  assertClose(
    denseOf(scaled(2, square)),
    dense.map((a) => 2 * a),
    1e-15,
  );
  assertClose(denseOf(transposed(transposed(wide))), denseOf(wide), 0);
  assert.is(shifted(diagonal(Float64Array.of(1)), 1).symmetric, true);
  assert.is(square.symmetric, false);
});
makers("refuse sizes that do not fit", () => {
  assertError(() => denseMatrix(2, 3, new Float64Array(5)), "ERR_LENGTH", /2 x 3 values, got 5/);
  assertError(() => shifted(wide, 1), "ERR_LENGTH", /square/);
  assertError(() => composed(wide, wide), "ERR_LENGTH", /outer map of 3 columns, got 5/);
  assertError(() => linearMap({ rows: 2, columns: 3, symmetric: true, apply() {} }), "ERR_LENGTH", /square/);
  assertError(() => linearMap({ rows: 0, columns: 3, apply() {} }), "ERR_LENGTH", /positive integer/);
});
makers("say what is missing when a transpose is asked for that nobody gave", () => {
  const map = linearMap({ rows: 1, columns: 2, apply: (v, out) => out.fill(v[0]! + v[1]!) });
  assertError(() => map.applyTranspose(new Float64Array(1), new Float64Array(2)), "ERR_UNSUPPORTED", /applyTranspose/);
});
makers.run();
