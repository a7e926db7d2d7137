import { suite } from "uvu";
import * as assert from "uvu/assert";
import { secondMoment } from "../../../src/problems/data/secondMoment.ts";
import type { WhiteningKind } from "../../../src/problems/whitening/types.ts";
import { whitening } from "../../../src/problems/whitening/whitening.ts";
import { assertClose } from "../../support/assert.ts";
import { bothFactors } from "../../support/bothFactors.ts";
import { normalVector } from "../../support/random.ts";
import { between } from "../../support/rowProducts.ts";

const kinds: readonly WhiteningKind[] = ["pca", "zca", "cholesky"];

const shrinkage = suite("shrinkage of whitening");

shrinkage("shrinks towards the mean variance, from S at 0 to a multiple of the identity at 1", () => {
  const x = normalVector(5 * 8, 7);
  const all = whitening(x, { features: 8, shrinkage: 1, kind: "zca" });
  const size = Math.sqrt(x.reduce((sum, own) => sum + own * own, 0) / 5 / 8);
  assertClose(
    all.matrix,
    all.matrix.map((_, at) => (at % 9 === 0 ? 1 / size : 0)),
    1e-14,
  );
  assert.is(all.outputs, 8);
  assert.is(all.rank, 5);
  for (const kind of kinds) {
    bothFactors(() => {
      const some = whitening(x, { features: 8, shrinkage: 0.3, kind });
      assert.is(some.outputs, 8);
      const shrunk = secondMoment(x, 8).map((entry, at) => 0.7 * entry + (at % 9 === 0 ? 0.3 * size * size : 0));
      const half = between(some.matrix, shrunk, 8);
      assertClose(
        between(half, some.matrix, 8),
        half.map((_, at) => (at % 9 === 0 ? 1 : 0)),
        1e-13,
        kind,
      );
    });
  }
  // One feature has nothing to shrink to.
  assert.is(whitening([[1], [2], [4]], { shrinkage: "ledoit-wolf" }).shrinkage, 0);
});

shrinkage.run();
