import { suite } from "uvu";
import * as assert from "uvu/assert";

import { symmetricEigen } from "../../../src/linalg/dense/dense.ts";
import { lapackRoutine } from "../../../src/linalg/dense/lapack.ts";
import { lapackEigen } from "../../../src/linalg/dense/lapackEigen.ts";
import { assertClose } from "../../support/assert.ts";
import { normalVector } from "../../support/random.ts";

function symmetric(n: number): Float64Array {
  const entries = normalVector(n * n, n);
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) entries[j * n + i] = entries[i * n + j]!;
  return entries;
}

const here = lapackRoutine("dsyevd", 11) !== undefined;
if (!here) console.log("skipped: lapackEigen: no LAPACK on this machine, or FLUXION_BLAS=off");

const eigen = suite("lapackEigen");
for (const n of [12, 33, 70]) {
  eigen(`gives the eigenvalues of the other solver and eigenvectors of length one, n = ${n}`, () => {
    const matrix = symmetric(n);
    const found = lapackEigen(matrix, n);
    assert.is(found !== undefined, here);
    if (found === undefined) return;
    const before = process.env.FLUXION_BLAS;
    process.env.FLUXION_BLAS = "off";
    const expected = symmetricEigen(matrix);
    if (before === undefined) delete process.env.FLUXION_BLAS;
    else process.env.FLUXION_BLAS = before;
    assertClose(found.values, expected.values, 1e-13, "eigenvalues");
    for (let k = 0; k < n; k++) {
      const vector = found.vectors.subarray(k * n, (k + 1) * n);
      const image = vector.map((_, i) => vector.reduce((sum, x, j) => sum + matrix[i * n + j]! * x, 0));
      assertClose(
        image,
        vector.map((x) => found.values[k]! * x),
        1e-12,
        `A v of eigenvector ${k}`,
        1,
      );
      assertClose(
        vector.reduce((sum, x) => sum + x * x, 0),
        1,
        1e-13,
        "length",
      );
    }
  });
}
eigen("leaves the matrix as it is, and small ones to the other solver", () => {
  const matrix = symmetric(20);
  const copy = matrix.slice();
  lapackEigen(matrix, 20);
  assert.equal(matrix, copy);
  assert.is(lapackEigen(symmetric(3), 3), undefined);
});
eigen.run();
