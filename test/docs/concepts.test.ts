/** Every program of docs/concepts.md prints what stands below it. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { docBlocks, run } from "../support/docBlocks.ts";

const test = suite("docs/concepts.md");
const blocks = docBlocks("docs/concepts.md");

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
  assert.ok(blocks.length >= 10, `${blocks.length}`);
});

test.run();
