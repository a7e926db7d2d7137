/** The words by which threads divide blocks, in every state between two writes of the main thread. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  beginning,
  finishBlock,
  type TaskWords,
  takeBlock,
  word,
  words,
} from "../../../../src/autodiff/float64/threads/control.ts";
import * as fc from "../../../support/fastCheck.ts";

const control = suite("words of threads");

const taskWords: fc.Arbitrary<TaskWords> = fc.record({
  job: fc.nat(9),
  helpers: fc.nat(3),
  kind: fc.nat(2),
  count: fc.nat(8),
  stamp: fc.nat(99),
  blocks: fc.integer({ min: 1, max: 64 }),
  length: fc.integer({ min: 1, max: 999 }),
  point: fc.nat(99),
});

control("a late thread takes no block while the next task is being written, whichever words it has read", () => {
  fc.assert(
    fc.property(taskWords, taskWords, (before, after) => {
      const memory = new Int32Array(new SharedArrayBuffer(4 * words));
      for (const [place, value] of beginning(1, before)) memory[place] = value;
      for (let block = 0; block < before.blocks; block++) {
        assert.is(takeBlock(memory, 1, memory[word.blocks]!), block);
        finishBlock(memory, 1, block);
      }
      // The late thread read the number of blocks before or after the main thread wrote it.
      const read = [memory[word.blocks]!];
      for (const [place, value] of beginning(2, after)) {
        for (const blocks of [...read, memory[word.blocks]!]) {
          assert.is(takeBlock(memory, 1, blocks), undefined);
        }
        memory[place] = value;
        read.push(memory[word.blocks]!);
      }
      assert.is(memory[word.done], 0);
      assert.is(takeBlock(memory, 2, after.blocks), 0);
      assert.is(takeBlock(memory, 1, 64), undefined);
      assert.is(takeBlock(memory, 2, after.blocks), after.blocks > 1 ? 1 : undefined);
    }),
  );
});

control.run();
