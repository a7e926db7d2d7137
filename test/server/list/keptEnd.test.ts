/** What the process of a run keeps of a run that is over, for a server that starts again. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { RunCells, RunEnding } from "../../../src/server/messages.ts";
import { KeptEnd } from "../../../src/server/process/keptEnd.ts";
import { MirroredRun, makeMirror } from "../../../src/server/process/mirror.ts";
import * as fc from "../../support/fastCheck.ts";
import { makeRun } from "../../support/rows.ts";

const number = fc.double();
const text = fc.string({ unit: "binary", maxLength: 12 });
const ending: fc.Arbitrary<RunEnding> = fc.record(
  {
    status: fc.constantFrom("converged", "stopped", "failed"),
    step: fc.nat(),
    value: number,
    index: number,
    verdict: text,
    meaning: text,
    because: text,
  },
  { requiredKeys: ["status"], noNullPrototype: true },
) as fc.Arbitrary<RunEnding>;
const cells: fc.Arbitrary<RunCells> = fc.dictionary(text, fc.oneof(number, text), { noNullPrototype: true });

const kept = suite("KeptEnd");

kept("gives back what it was given: every number and every text", () => {
  fc.assert(
    fc.property(fc.option(ending, { nil: undefined }), fc.option(cells, { nil: undefined }), (end, more) => {
      assert.equal(new KeptEnd({ ending: end, cells: more }).read(), { ending: end, cells: more });
    }),
  );
});

kept("lets a server that starts again be told the same, with the cells that came last", () => {
  fc.assert(
    fc.property(
      fc.option(ending, { nil: undefined }),
      fc.array(cells, { maxLength: 3 }),
      fc.nat(4),
      (end, list, again) => {
        const mirror = makeMirror();
        const run = new MirroredRun("a", makeRun(), [], end);
        mirror.runs.set("a", run);
        /** What a server knows after all messages so far. */
        let known: { ending?: unknown; cells?: unknown } = {};
        const drain = (): void => {
          for (let next = mirror.next(); next !== undefined; next = mirror.next()) {
            if (next.kind === "finished") known = { ending: next.runs[0]!.ending, cells: next.runs[0]!.cells };
            else if (next.kind === "cells") known.cells = next.cells;
            else assert.unreachable(next.kind);
          }
        };
        mirror.touch(run);
        for (const [k, each] of list.entries()) {
          run.describe(each);
          mirror.touch(run);
          if (k !== again) drain();
          if (k === again || k === 0) {
            known = {};
            mirror.restart();
            drain();
          }
        }
        drain();
        assert.equal(known, { ending: end, cells: list.at(-1) });
        known = {};
        mirror.restart();
        drain();
        assert.equal(known, { ending: end, cells: list.at(-1) });
      },
    ),
  );
});

kept.run();
