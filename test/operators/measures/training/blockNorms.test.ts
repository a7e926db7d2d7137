import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blockNorms } from "../../../../src/operators/measures/training/blockNorms.ts";
import { gradientStep } from "../../../../src/operators/steps/gradientStep.ts";
import { objective } from "../../../../src/problems/objective.ts";
import { chain } from "../../../../src/streams/chain.ts";
import { firstRows } from "../../../../src/streams/firstRows.ts";
import { assertClose, assertError } from "../../../support/assert.ts";

const problem = objective([[2], [3]], (x, y) => tf.add(tf.sum(tf.square(x)), tf.sum(tf.mul(y, y))), {
  names: ["x", "y"],
});
const test = suite("blockNorms");

test("gives the norm of each block, whatever its scale, in the rows that are measured", () => {
  for (const scale of [1, 2 ** -400, 2 ** 400]) {
    const start = [3, 4, 1, 2, 2].map((x) => x * scale);
    const rows = firstRows(problem, start, chain(gradientStep(0.1), blockNorms(problem.blocks, { every: 2 })), 3);
    assertClose([rows[0]!.columns["fieldNorm.x"]! / scale, rows[0]!.columns["fieldNorm.y"]! / scale], [10, 6], 1e-14);
    assert.equal(
      rows.map(({ columns }) => columns["fieldNorm.x"] !== undefined),
      [true, false, true],
    );
  }
  const [zero] = firstRows(problem, [0, 0, 1, 0, 0], chain(gradientStep(0.1), blockNorms([{ name: "x" }])), 1);
  assert.equal(zero!.columns, { "fieldNorm.x": 0 });
});

test("names blocks that are not there", () => {
  assertError(() => blockNorms([]), "ERR_OPTION_RANGE", /expected the blocks of a problem, got none/);
  const update = chain(gradientStep(0.1), blockNorms([{ name: "z" }]));
  assertError(() => firstRows(problem, [0, 0, 1, 0, 0], update, 1), "ERR_OPTION_RANGE", /\(x, y\), got "z"/);
});

test.run();
