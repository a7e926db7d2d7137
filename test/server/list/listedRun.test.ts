/** Lists of runs say once what runs share, and nothing is lost. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makeRunIntern } from "../../../src/server/list/intern.ts";
import { expanded, listPieces } from "../../../src/server/list/listedRun.ts";
import type { ListedRun, RunInfo } from "../../../src/server/messages.ts";
import * as fc from "../../support/fastCheck.ts";

const list = suite("a list of runs");

const columns = [{}, { residual: { meaning: "||J p + F||" } }];
const settings = [{}, { eta: { value: 0.5, min: 0 } }];
const descriptions = [undefined, "as search-0", { problem: { seed: 1 } }, { problem: { seed: 2 } }];

const runs = fc.array(fc.tuple(fc.nat(1), fc.nat(1), fc.nat(3), fc.boolean()), { maxLength: 40 }).map((kinds) =>
  kinds.map(([c, s, d, ended], i): RunInfo => {
    const state = {
      live: !ended,
      paused: false,
      steerable: false,
      opened: i,
      columns: columns[c]!,
      settings: settings[s]!,
    };
    const ending = ended
      ? { ending: { status: "converged", value: i, because: "small", meaning: "found" } as const }
      : {};
    const description = descriptions[d] === undefined ? {} : { description: descriptions[d] };
    return { name: `search-${i}`, attempt: 1, attempts: [], ...state, ...ending, ...description };
  }),
);

const textOf = (all: readonly RunInfo[], brief: boolean): string => [...listPieces(all, brief)].join("");

list("comes back as it was, with columns and settings said once", () => {
  fc.assert(
    fc.property(runs, (all) => {
      const text = textOf(all, false);
      const parsed = JSON.parse(text) as ListedRun[];
      assert.equal(expanded(parsed), all);
      const heads = parsed.filter(({ like }) => like === undefined);
      assert.ok(heads.length <= 8);
      for (const { like } of parsed) assert.ok(like === undefined || heads.some(({ name }) => name === like));
    }),
  );
});

list("is brief without descriptions and sentences", () => {
  fc.assert(
    fc.property(runs, (all) => {
      const got = expanded(JSON.parse(textOf(all, true)) as ListedRun[]);
      assert.equal(
        got.map(({ name, columns: own }) => [name, own]),
        all.map(({ name, columns: own }) => [name, own]),
      );
      assert.ok(got.every(({ description, ending }) => description === undefined && ending?.because === undefined));
    }),
  );
});

list("says infinite settings and numbers of cells that JSON lacks as texts", () => {
  const run: RunInfo = {
    ...{ name: "a", attempt: 1, attempts: [], live: false, paused: false, steerable: false, opened: 0, columns: {} },
    settings: { eta: { value: 1, max: Number.POSITIVE_INFINITY } },
    cells: { r: Number.NaN },
  };
  const text = textOf([run, { ...run, name: "b" }], false);
  assert.match(text, /"max":"Infinity"/);
  assert.is(text.match(/"r":"NaN"/g)?.length, 2);
});

list("shares equal parts in memory, but not settings that differ by an infinite bound", () => {
  const intern = makeRunIntern();
  const run = (max: number) => ({
    name: "a",
    attempt: 1,
    columns: { a: { meaning: "b" } },
    settings: { eta: { value: 1, max } },
  });
  const [one, two, other] = [intern(run(2)), intern(run(2)), intern(run(Number.POSITIVE_INFINITY))];
  assert.is(one.columns, two.columns);
  assert.is(one.settings, two.settings);
  assert.is(one.columns, other.columns);
  assert.is.not(intern(run(Number.NaN)).settings, other.settings);
});

list.run();
