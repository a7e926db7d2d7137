/** Resuming an experiment whose files are damaged: whatever is hit, it goes on to all its rows, and removes none. */
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lastValueFrom, tap } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../../src/arrow/row.ts";
import { readRunFile } from "../../../src/arrow/runFile.ts";
import { experimentContext } from "../../../src/experiments/framework/context.ts";
import { directoryStore } from "../../../src/experiments/framework/directoryStore.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import { chain } from "../../../src/streams/chain.ts";
import { replay } from "../../../src/streams/replay.ts";
import { valuesOf } from "../../support/collect.ts";
import { flipped } from "../../support/flips.ts";
import { assertSameRows } from "../../support/sameRows.ts";
import { scratchPath } from "../../support/scratch.ts";

// Several batches of 256 rows.
const steps = 700;

interface Session {
  readonly rows: Row[];
  readonly notes: string[];
  readonly attempt: number | undefined;
}

/** One session of an experiment with one run. @param stopAt step at whose row it is stopped, with a checkpoint */
async function session(directory: string, stopAt?: number): Promise<Session> {
  const controller = new AbortController();
  const notes: string[] = [];
  const store = directoryStore({ directory, resume: () => true, onNote: (line) => notes.push(line) });
  const context = experimentContext({ seed: 1, signal: controller.signal, store });
  const rows: Row[] = [];
  const run = context.iterate(bilinear(), [1, 1], chain(untilStep(steps), gradientStep(0.001)), { name: "run" }).pipe(
    tap((row) => {
      rows.push(row);
      if (row.step === stopAt) controller.abort();
    }),
  );
  await lastValueFrom(context.complete(run), { defaultValue: undefined });
  return { rows: timeless(rows), notes, attempt: readRunFile(join(directory, "run")).attempts.at(-1)?.attempt };
}

const timeless = (rows: Iterable<Row>): Row[] =>
  [...rows].map(({ at: _, direction: __, ...row }: Row & { at?: unknown; direction?: unknown }) => ({
    ...row,
    seconds: 0,
    run: { ...row.run, attempt: 0 },
  }));
const stored = async (directory: string): Promise<Row[]> =>
  timeless(await valuesOf(replay(join(directory, "run"), { onDamage: () => {} })));

function contents(directory: string): ReadonlyMap<string, Buffer> {
  const names = readdirSync(join(directory, "run")).filter((name) => name.endsWith(".arrows"));
  return new Map(names.map((name) => [name, readFileSync(join(directory, "run", name))]));
}

const whole = await (async () => {
  const directory = scratchPath();
  await session(directory);
  return stored(directory);
})();

const flipAt = (name: string, share: number) => (directory: string) => {
  const path = join(directory, "run", name);
  const bytes = readFileSync(path);
  writeFileSync(path, flipped(bytes, Math.floor(8 * share * (bytes.length - 16))));
};
const first = "iterates-0001.arrows";
const hits: readonly (readonly [what: string, hit: (directory: string) => void])[] = [
  ...[0.001, 0.2, 0.5, 0.8, 0.99].map(
    (share) => [`a bit flips at ${100 * share} % of the rows`, flipAt(first, share)] as const,
  ),
  ["a bit flips in run.json", flipAt("run.json", 0.3)],
  ["the file of rows is removed", (directory) => rmSync(join(directory, "run", first))],
  ["the file of rows is emptied", (directory) => truncateSync(join(directory, "run", first), 0)],
  ["the file of rows is cut", (directory) => truncateSync(join(directory, "run", first), 40_000)],
  ["it is no stream", (directory) => writeFileSync(join(directory, "run", first), "no stream of rows ".repeat(99))],
];

const damaged = suite("an experiment with damaged files");

damaged("hits something, in the middle of its file", () => {
  assert.is(whole.length, steps + 1);
});

for (const [what, hit] of hits) {
  for (const checkpoint of [true, false]) {
    const kind = checkpoint ? "with its checkpoint" : "without a checkpoint";
    damaged(`is finished again ${kind} when ${what}`, async () => {
      const directory = scratchPath();
      await session(directory);
      if (!checkpoint) rmSync(join(directory, "run", "checkpoint.bin"));
      hit(directory);
      const before = contents(directory);
      const { rows, notes, attempt } = await session(directory);
      assertSameRows(rows, whole, "rows of the stream");
      assertSameRows(await stored(directory), whole, "rows of the files");
      // Where only the schema is hit, run.json has the columns, and no row is lost.
      assert.is(notes.length > 0, attempt !== 1, "a new attempt without a note, or a note without one");
      if (!what.includes("0.1 %")) assert.is(attempt, 2);
      for (const [name, bytes] of before) assert.equal(readFileSync(join(directory, "run", name)), bytes, name);
      // The damage is still there, but costs nothing any more.
      const again = await session(directory);
      assertSameRows(again.rows, whole, "rows of the stream of a further session");
      assert.equal(again.notes, []);
    });
  }

  damaged(`goes on from its checkpoint when ${what} before it`, async () => {
    const directory = scratchPath();
    await session(directory, 600);
    hit(directory);
    const before = contents(directory);
    const { rows, notes } = await session(directory);
    const [kept, added] = [rows.filter(({ step }) => step <= 600), rows.filter(({ step }) => step > 600)];
    assertSameRows(added, whole.slice(601), "rows behind the checkpoint");
    const there = new Set(kept.map(({ step }) => step));
    assertSameRows(
      kept,
      whole.slice(0, 601).filter(({ step }) => there.has(step)),
      "rows before it",
    );
    assert.ok(
      there.size === 601 || notes.length > 0 || what.includes("removed") || what.includes("emptied"),
      "silence",
    );
    for (const [name, bytes] of before) assert.equal(readFileSync(join(directory, "run", name)), bytes, name);
  });
}

damaged("says which steps of a finished run were lost", async () => {
  const directory = scratchPath();
  await session(directory);
  flipAt(first, 0.5)(directory);
  const { notes, attempt } = await session(directory);
  assert.is(notes.length, 1);
  assert.match(notes[0]!, /steps 256 to 511 of the finished run are lost \(.*checksum.*\): the run begins again/);
  assert.is(attempt, 2);
});

damaged.run();
