import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lowerFactor, singularFactor } from "../../../src/linalg/dense/singularFactor.ts";
import { assertClose } from "../../support/assert.ts";
import { bothFactors } from "../../support/bothFactors.ts";
import * as fc from "../../support/fastCheck.ts";
import { normalVector } from "../../support/random.ts";

const epsilon = 2 ** -52;

/** Matrices n x d of any rank, whose columns have sizes over some decades. */
const matrices = fc
  .record({
    n: fc.integer({ min: 1, max: 40 }),
    d: fc.integer({ min: 1, max: 40 }),
    rank: fc.integer({ min: 0, max: 40 }),
    decades: fc.constantFrom(0, 3, 12, 200),
    seed: fc.integer({ min: 1, max: 1e6 }),
  })
  .map(({ n, d, rank, decades, seed }) => {
    const r = Math.min(rank, n, d);
    const [left, right] = [normalVector(n * r, seed), normalVector(r * d, seed + 1)];
    const x = new Float64Array(n * d);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < d; j++) {
        let sum = 0;
        for (let l = 0; l < r; l++) sum += left[i * r + l]! * right[l * d + j]!;
        x[i * d + j] = sum * 10 ** ((-decades * j) / d);
      }
    }
    return { n, d, x };
  });

const factor = suite("singularFactor");

factor("gives orthonormal vectors along which the rows have the singular values as lengths", () => {
  fc.assert(
    fc.property(matrices, fc.boolean(), ({ n, d, x }, complete) => {
      bothFactors(() => {
        const before = x.slice();
        const { values, vectors } = singularFactor(x, n, d, complete);
        assert.equal(x, before, "the matrix stays");
        assert.is(values.length, Math.min(n, d));
        assert.is(vectors.length, d * (complete ? d : Math.min(n, d)));
        const k = vectors.length / d;
        const rounding = 50 * epsilon * Math.sqrt(n + d);
        for (let a = 0; a < k; a++) {
          for (let b = 0; b <= a; b++) {
            let sum = 0;
            for (let i = 0; i < d; i++) sum += vectors[a * d + i]! * vectors[b * d + i]!;
            assertClose(sum, a === b ? 1 : 0, rounding, `vectors ${a} and ${b}`, 1);
          }
        }
        let total = 0;
        for (let a = 0; a < k; a++) {
          let square = 0;
          for (let i = 0; i < n; i++) {
            let sum = 0;
            for (let j = 0; j < d; j++) sum += x[i * d + j]! * vectors[a * d + j]!;
            square += sum * sum;
          }
          assertClose(Math.sqrt(square), values[a] ?? 0, rounding, `value ${a}`, values[0]! || 1);
          total += (values[a] ?? 0) ** 2;
          assert.ok(a === 0 || (values[a] ?? 0) <= (values[a - 1] ?? 0), "descending");
        }
        assertClose(
          total,
          x.reduce((sum, entry) => sum + entry * entry, 0),
          rounding,
          "squares",
        );
      });
    }),
    { numRuns: 150 },
  );
});

factor("of 2^k X has the same vectors and 2^k times the values, to the last bit", () => {
  fc.assert(
    fc.property(matrices, fc.integer({ min: -300, max: 300 }), ({ n, d, x }, k) => {
      fc.pre(x.every((entry) => entry === 0 || Math.abs(entry) > 1e-150));
      bothFactors(() => {
        const own = singularFactor(x, n, d);
        const other = singularFactor(
          x.map((entry) => entry * 2 ** k),
          n,
          d,
        );
        assert.equal(other.vectors, own.vectors);
        assert.equal(
          other.values,
          own.values.map((value) => value * 2 ** k),
        );
      });
    }),
    { numRuns: 60 },
  );
});

factor("has a triangle with the moment of the rows and no negative diagonal", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 20 }), (d, more) => {
      const n = d + more;
      const x = normalVector(n * d, n + 100 * d);
      bothFactors(() => {
        const lower = lowerFactor(x.slice(), n, d);
        for (let i = 0; i < d; i++) {
          for (let j = 0; j <= i; j++) {
            let [own, expected] = [0, 0];
            for (let l = 0; l < d; l++) own += lower[i * d + l]! * lower[j * d + l]!;
            for (let s = 0; s < n; s++) expected += x[s * d + i]! * x[s * d + j]!;
            assertClose(own, expected, 1e-13, `(${i}, ${j})`, n);
            if (j < i) assert.is(lower[j * d + i], 0);
          }
          assert.ok(lower[i * d + i]! >= 0);
        }
      });
    }),
    { numRuns: 60 },
  );
});

factor("does not depend on the library beyond rounding where the values lie apart", () => {
  const [n, d] = [60, 15];
  const x = normalVector(n * d, 9).map((value, at) => value * 2 ** (at % d));
  const found: Float64Array[] = [];
  bothFactors(() => found.push(singularFactor(x, n, d).vectors));
  assertClose(found[0]!, found[1]!, 1e-12);
});

factor.run();
