/** Right sides whose Krylov space shows nothing of A but eigenvalues that rounding made. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { scaleByPower } from "../../../../src/elementary/index.ts";
import { minresQLP } from "../../../../src/linalg/krylov/minres/minresQLP.ts";
import type { MinresQLPOptions } from "../../../../src/linalg/krylov/minres/minresTypes.ts";
import type { LinearMap } from "../../../../src/linalg/linearMap.ts";
import { linearMap } from "../../../../src/linalg/makeLinearMap.ts";
import { denseMatrix, diagonal } from "../../../../src/linalg/maps/maps.ts";
import { norm } from "../../../../src/linalg/vector.ts";
import * as fc from "../../../support/fastCheck.ts";

const options: Readonly<Record<string, MinresQLPOptions>> = {
  default: {},
  "as newtonDirection": { relativeTolerance: 5e-4, maxCondition: 1e15, maxIterations: 20, transitionCondition: 1e4 },
  "no tolerance": { relativeTolerance: 0 },
  "no limits": { relativeTolerance: 0, maxCondition: Number.POSITIVE_INFINITY, maxIterations: 2000 },
  "QLP alone": { transitionCondition: 1, maxCondition: Number.POSITIVE_INFINITY },
  watched: { maxCondition: Number.POSITIVE_INFINITY, onIteration: () => false },
  preconditioned: { preconditioner: diagonal(new Float64Array(6).fill(2)) },
  "one iteration": { maxIterations: 1, maxCondition: Number.POSITIVE_INFINITY },
  "the last iterate": { returnedIterate: "last", maxCondition: Number.POSITIVE_INFINITY },
};

/** Sizes of eigenvalues that rounding makes of 0, relative to the largest one. */
const rounded = fc.double({ min: 1e-18, max: 2 ** -51, noNaN: true });
const unit = fc.double({ min: 0.1, max: 1, noNaN: true });

const unseen = suite("minresQLP where b shows no norm");

for (const [name, of] of Object.entries(options)) {
  unseen(`calls no x a solution that consists of rounding errors: ${name}`, () => {
    fc.assert(
      fc.property(
        fc.array(rounded, { minLength: 1, maxLength: 4 }),
        fc.array(unit, { minLength: 4, maxLength: 4 }),
        fc.integer({ min: -150, max: 150 }),
        (tiny, right, power) => {
          const entries = new Float64Array(6).fill(scaleByPower(1, power));
          const b = new Float64Array(6);
          for (const [i, size] of tiny.entries()) {
            entries[i] = scaleByPower(i % 2 === 0 ? size : -size, power);
            b[i] = right[i]!;
          }
          const { x, termination, relativeResidual } = minresQLP(diagonal(entries), b, of);
          assert.not(termination.startsWith("solution"), termination);
          if (of.returnedIterate === "last" || of.maxIterations === 1) return;
          assert.ok(norm(x) <= 1e-3 * scaleByPower(norm(b), -power), `|x| = ${norm(x)}, ${termination}`);
          assert.ok(termination.startsWith("least-squares"), termination);
          assert.ok(relativeResidual > 0.99, `r = ${relativeResidual}`);
        },
      ),
      { numRuns: 60 },
    );
  });
}

unseen("nor where the eigenvector has no entry that is zero", () => {
  // Eigenvalues 2 delta along (1, 1) and 10 along (1, -1); the sums of a product are exact.
  for (const delta of [2 ** -51, 2 ** -50]) {
    const entries = Float64Array.of(5 + delta, delta - 5, delta - 5, 5 + delta);
    const { x, termination } = minresQLP(denseMatrix(2, 2, entries, { symmetric: true }), Float64Array.of(1, 1));
    assert.ok(termination.startsWith("least-squares"), termination);
    assert.ok(norm(x) < 1e-3);
  }
});

unseen("solves what the condition number allows, for one product more", () => {
  for (const size of [1, 1e-3, 1e-9]) {
    let products = 0;
    const map: LinearMap = diagonal(Float64Array.of(size, 10, -3));
    const counted = linearMap({
      rows: 3,
      columns: 3,
      symmetric: true,
      apply(v, out) {
        products++;
        map.apply(v, out);
      },
    });
    const { x, termination, iterations } = minresQLP(counted, Float64Array.of(3, 0, 0));
    assert.is(termination, "solution");
    assert.ok(Math.abs((x[0]! * size) / 3 - 1) < 1e-12);
    assert.is(iterations, 1);
    assert.is(products, 4);
  }
});

unseen("takes no product more where x has no zeros and the Krylov space goes on", () => {
  let products = 0;
  const map = diagonal(Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  const counted = linearMap({
    rows: 8,
    columns: 8,
    symmetric: true,
    apply(v, out) {
      products++;
      map.apply(v, out);
    },
  });
  const { iterations } = minresQLP(counted, new Float64Array(8).fill(1), { relativeTolerance: 1e-2 });
  assert.ok(iterations < 8);
  assert.is(products, iterations + 2);
});

unseen("says the condition where the iterations do not suffice", () => {
  const { termination, condition } = minresQLP(diagonal(Float64Array.of(1e-16, 10)), Float64Array.of(3, 0), {
    maxIterations: 1,
  });
  assert.is(termination, "condition-limit");
  assert.ok(condition > 1e15);
});

unseen.run();
