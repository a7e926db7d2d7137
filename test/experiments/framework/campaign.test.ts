import { existsSync } from "node:fs";
import { join } from "node:path";
import { lastValueFrom, take, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../../src/arrow/row.ts";
import { campaign } from "../../../src/experiments/framework/campaign.ts";
import type { Agreement } from "../../../src/experiments/framework/repetitions.ts";
import { replay } from "../../../src/streams/replay.ts";
import { assertError } from "../../support/assert.ts";
import { scratchDirectory } from "../../support/command.ts";

const options = { searches: 5, iterations: 30, trajectorySteps: 150, samples: 100, noise: 0.01 };

/** What a row says, but for the time it took. */
function content({ run, seconds: _, point, ...rest }: Row): unknown {
  return { name: run.name, ...rest, point: point === undefined ? undefined : [...point] };
}
const rowsOf = (directory: string, workers: number): Promise<Row[]> =>
  lastValueFrom(campaign("dlae", { directory, options, seed: 4, workers }).pipe(toArray()));

/** Starting threads takes most of the time, so two tests look at the same campaign. */
const together = scratchDirectory();
let [aloneRows, togetherRows]: [Row[], Row[]] = [[], []];

const test = suite("campaign");
test.before(async () => {
  aloneRows = await rowsOf(scratchDirectory(), 1);
  togetherRows = await rowsOf(together, 3);
});

test("gives the same rows in the same order, whatever the number of threads", async () => {
  assert.equal(togetherRows.map(content), aloneRows.map(content));
  const names = [...new Set(aloneRows.map((row) => row.run.name))];
  assert.equal(names, ["trajectory", "search-01", "search-02", "search-03", "search-04", "search-05"]);
});

test("keeps all iterates in one file and the end points in another", async () => {
  const iterates = await lastValueFrom(replay(join(together, "iterates.arrows")).pipe(toArray()));
  const ends = await lastValueFrom(replay(join(together, "ends.arrows")).pipe(toArray()));
  const searches = togetherRows.filter((row) => row.run.name !== "trajectory");
  assert.equal(iterates.length, searches.length);
  assert.equal(
    ends.map((row) => row.step),
    searches.filter((row) => row.status !== "running").map((row) => row.step),
  );
  assert.is(ends.length, 5);
});

test("goes on where it was left, to the same rows", async () => {
  const directory = scratchDirectory();
  const begun = campaign("dlae", { directory, options, seed: 4, workers: 2 });
  await lastValueFrom(begun.pipe(take(160)));
  assert.ok(existsSync(join(directory, "trajectory")));
  assert.equal((await rowsOf(directory, 1)).map(content), aloneRows.map(content));
});

test("repeats each run from starts moved in their last place, whatever the number of threads", async () => {
  const few = { ...options, searches: 2, iterations: 10 };
  const found = async (workers: number, directory: string): Promise<[Row[], Agreement[]]> => {
    const agreements: Agreement[] = [];
    const onAgreement = (agreement: Agreement): void => void agreements.push(agreement);
    const repeated = campaign("dlae", { directory, options: few, seed: 4, workers, repeat: 2, onAgreement });
    return [await lastValueFrom(repeated.pipe(toArray())), agreements];
  };
  const directory = scratchDirectory();
  const [rows, agreements] = await found(2, directory);
  const [rowsOfOne, alone] = await found(1, scratchDirectory());
  assert.equal(agreements, alone);
  assert.equal(rows.map(content), rowsOfOne.map(content));
  const plain = await lastValueFrom(
    campaign("dlae", { directory: scratchDirectory(), options: few, seed: 4 }).pipe(toArray()),
  );
  assert.equal(rows.map(content), plain.map(content));
  assert.equal(
    agreements.map(({ run, repetitions, ends }) => [run, repetitions, ends.length]),
    ["search-01", "search-02"].map((name) => [name, 2, 3]),
  );
  const kept = await lastValueFrom(replay(join(directory, "repeats", "search-02-1")).pipe(toArray()));
  assert.is(kept.at(-1)!.value, agreements[1]!.ends[1]!.value);
});

test("says what is wrong with its arguments, at once or in the stream", async () => {
  const directory = scratchDirectory();
  assertError(() => campaign("dlea", { directory }), "ERR_COMMAND_LINE", /name of an experiment, got "dlea"/);
  assertError(() => campaign("dlae", { directory, workers: 0 }), "ERR_OPTION_RANGE", /workers/);
  assertError(() => campaign("dlae", { directory, repeat: -1 }), "ERR_OPTION_RANGE", /repeat/);
  const wrong = campaign("dlae", { directory, options: { searches: -1 } });
  const error = await lastValueFrom(wrong).then(
    () => undefined,
    (reason: Error) => reason,
  );
  assert.match(error?.message ?? "", /--searches/);
});

test.run();
