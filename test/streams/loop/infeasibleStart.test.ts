import { suite } from "uvu";
import * as assert from "uvu/assert";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import { box } from "../../../src/problems/sets/box.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { over } from "../../support/games.ts";

const square = over(bilinear(), box([-1, -1], [1, 1]));

/** What a call warns of. */
async function warningsOf(act: () => void): Promise<readonly string[]> {
  const seen: string[] = [];
  const listen = (warning: Error): void => {
    if (warning.name === "FluxionWarning") seen.push(warning.message);
  };
  process.on("warning", listen);
  act();
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", listen);
  return seen;
}

const test = suite("a start outside C");

test("is projected, and a warning says how far it was", async () => {
  let rows: ReturnType<typeof firstRows> = [];
  const seen = await warningsOf(() => {
    rows = firstRows(square, [4, 0.5], gradientStep(0.1), 2, { name: "outside" });
  });
  assert.equal(Array.from(rows[0]!.point), [1, 0.5]);
  assert.is(seen.length, 1);
  assert.match(seen[0]!, /lies 3 outside the box of .*; the run begins at its projection \(run "outside"/);
});

test("inside, on the edge and beside it by rounding is taken as it is, without a word", async () => {
  for (const start of [
    [0.5, 0.25],
    [1, -1],
    [1 + 1e-15, 0],
  ]) {
    const seen = await warningsOf(() => {
      assert.equal(Array.from(firstRows(square, start, gradientStep(0.1), 1)[0]!.point), start);
    });
    assert.equal(seen, []);
  }
});

test("does not concern problems without a constraint", async () => {
  const seen = await warningsOf(() => {
    assert.equal(Array.from(firstRows(bilinear(), [40, 5], gradientStep(0.1), 1)[0]!.point), [40, 5]);
  });
  assert.equal(seen, []);
});

test.run();
