/** Rows of a run that is written while it is read. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lastValueFrom, Subject, tap, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { eventsOf } from "../../src/arrow/events/rowEvents.ts";
import type { Row } from "../../src/arrow/row.ts";
import { stagnation } from "../../src/operators/rules/stagnation.ts";
import { runDirectory } from "../../src/sinks/runDirectory.ts";
import { follow } from "../../src/streams/follow.ts";
import { assertError } from "../support/assert.ts";
import { makeRow, makeRun } from "../support/rows.ts";
import { assertSameRows } from "../support/sameRows.ts";
import { scratchPath } from "../support/scratch.ts";

const run = makeRun();
const rowsOf = (from: number, to: number): Row[] =>
  Array.from({ length: to - from }, (_, k) => makeRow(run, from + k, { squaredFieldNorm: 1 }));

const following = suite("follow");

following("gives every row once, those before and those that come, and ends with the run", async () => {
  const path = scratchPath();
  const rows = new Subject<Row>();
  const written = lastValueFrom(rows.pipe(runDirectory(path, { batch: { rows: 10 } })));
  const all = rowsOf(0, 95);
  const feed = (to: number): void => {
    for (const row of all.slice(fed, to)) rows.next(row);
    fed = to;
  };
  let fed = 0;
  feed(30);
  const steps = [50, 73, 95];
  const seen = await lastValueFrom(
    follow(path, { every: 0.02 }).pipe(
      tap((row) => {
        // The next rows come once those so far were seen, in batches of ten.
        const next = steps[0];
        if (next === undefined || row.step + 1 < Math.floor(fed / 10) * 10) return;
        steps.shift();
        setTimeout(() => {
          feed(next);
          if (next === 95) rows.complete();
        }, 30);
      }),
      toArray(),
    ),
  );
  await written;
  assertSameRows(seen, all);
});

following("a rule keeps its state from look to look", async () => {
  const path = scratchPath();
  const rows = new Subject<Row>();
  void lastValueFrom(rows.pipe(runDirectory(path, { batch: { rows: 1 } })));
  const all = rowsOf(0, 40);
  let fed = 0;
  rows.next(all[fed++]!);
  const timer = setInterval(() => {
    for (let k = 0; k < 4 && fed < all.length; k++) rows.next(all[fed++]!);
    if (fed === all.length) rows.complete();
  }, 15);
  const seen = await lastValueFrom(follow(path, { every: 0.01 }).pipe(stagnation({ patience: 30 }), toArray()));
  clearInterval(timer);
  assert.equal(
    seen.flatMap((row) => eventsOf(row).map(({ step }) => step)),
    [30],
  );
});

following("says once that nothing is written, and that the process is gone", async () => {
  const path = scratchPath();
  const rows = new Subject<Row>();
  const writing = rows.pipe(runDirectory(path, { batch: { rows: 1 } })).subscribe();
  for (const row of rowsOf(0, 5)) rows.next(row);
  const silences: { state: string; step: number | undefined }[] = [];
  const done = lastValueFrom(
    follow(path, {
      every: 0.01,
      silentAfter: 0.1,
      onSilent({ state, step }) {
        silences.push({ state, step });
        if (silences.length === 1) setTimeout(kill, 200);
      },
    }).pipe(toArray()),
  );
  /** Leaves the directory as a process does that was killed. */
  const kill = (): void => {
    const file = join(path, "run.json");
    const { checksum: _, ...content } = JSON.parse(readFileSync(file, "utf8"));
    const [attempt] = content.attempts;
    content.attempts = [{ ...attempt, process: { ...attempt.process, pid: 2 ** 22 + 1 } }];
    writeFileSync(file, JSON.stringify(content));
  };
  const step = (await done).at(-1)?.step;
  assert.ok(step !== undefined && step >= 3);
  assert.equal(silences, [
    { state: "running", step },
    { state: "killed", step },
  ]);
  writing.unsubscribe();
});

following("refuses a path that is none; a directory without a run is an error of the stream", async () => {
  assertError(() => follow(3 as never), "ERR_OPTION_TYPE", /path/);
  assertError(() => follow("x", { every: 0 }), "ERR_OPTION_RANGE", /every/);
  let seen: unknown;
  await new Promise<void>((resolve) =>
    follow(scratchPath()).subscribe({
      error(error: unknown) {
        seen = error;
        resolve();
      },
    }),
  );
  assert.is((seen as { code: string }).code, "ERR_RUN_FILE");
});

following.run();
