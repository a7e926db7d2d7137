/** Every program of the documents prints what stands below it. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { docBlocks, run } from "../support/docBlocks.ts";

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
  for (const { code, output, line } of blocks) {
    test(`the program at line ${line} prints what stands below it`, () => {
      const { stdout, stderr, status } = run(code);
      assert.is(stderr, "");
      assert.is(status, 0);
      assert.ok(stdout.length > 0);
      assert.is(stdout, output);
    });
  }
  test("there are programs, one in most sections", () => {
    assert.ok(blocks.length >= least, `${blocks.length}`);
  });
  test.run();
}
