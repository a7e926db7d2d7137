/** Every program of the documents prints what stands below it. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { docBlocks, runAll } from "../support/docBlocks.ts";

/** Documents, and the least number of their programs: one in most sections. */
const documents = {
  "docs/concepts.md": 10,
  "docs/curvature.md": 2,
  "docs/games.md": 8,
  "docs/optimisers.md": 3,
  "docs/data-files.md": 1,
  "docs/training.md": 3,
  "docs/whitening.md": 5,
};

for (const [document, least] of Object.entries(documents)) {
  const test = suite(document);
  const blocks = docBlocks(document);
  let printed: readonly string[] = [];
  test.before(() => {
    printed = runAll(blocks.map(({ code }) => code));
  });
  for (const [k, { output, line }] of blocks.entries()) {
    test(`the program at line ${line} prints what stands below it`, () => {
      assert.ok(printed[k]!.length > 0);
      assert.is(printed[k], output);
    });
  }
  test("there are programs, one in most sections", () => {
    assert.ok(blocks.length >= least, `${blocks.length}`);
  });
  test.run();
}
