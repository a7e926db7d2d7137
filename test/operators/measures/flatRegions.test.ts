import { concat, from, merge, type Observable, throwError } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row, Run } from "../../../src/arrow/row.ts";
import {
  type FlatRegionEvent,
  type FlatRegionsOptions,
  flatRegions,
} from "../../../src/operators/measures/flatRegions.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { newtonMR } from "../../../src/operators/newton/newtonMR.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { chain } from "../../../src/streams/chain.ts";
import { iterate } from "../../../src/streams/iterate.ts";
import { assertError, checkError } from "../../support/assert.ts";
import { makeRow, makeRun } from "../../support/rows.ts";

const runOf = (name: string): Run => makeRun({ name, columns: { flat: { meaning: "1: flat" } } });

/** Rows with these flatnesses (undefined: not measured); the last one ends the run where `ends`. */
function rowsOf(flats: readonly (0 | 1 | undefined)[], ends = true, name = "run"): Row[] {
  const run = runOf(name);
  return flats.map((flat, step) =>
    makeRow(run, step, {
      columns: { flat },
      vectors: {},
      squaredFieldNorm: 10 - step,
      status: ends && step === flats.length - 1 ? "stopped" : "running",
    }),
  );
}

function eventsOf(
  source: Observable<Row>,
  options?: FlatRegionsOptions,
): { events: FlatRegionEvent[]; error?: unknown } {
  const events: FlatRegionEvent[] = [];
  let error: unknown;
  source.pipe(flatRegions(options)).subscribe({
    next: (event) => events.push(event),
    error: (caught) => {
      error = caught;
    },
  });
  return error === undefined ? { events } : { events, error };
}

const test = suite("flatRegions");

test("tells where regions begin and end, how long they are, and their smallest ||F||^2", () => {
  const { events } = eventsOf(from(rowsOf([0, 1, 1, 1, 0, 1, 0, 0])));
  assert.equal(
    events.map(({ type, step, first, length, minimumSquaredNorm, because }) => [
      type,
      step,
      first,
      length,
      minimumSquaredNorm,
      because,
    ]),
    [
      ["entered", 1, 1, 1, 9, undefined],
      ["left", 4, 1, 3, 7, "flatness"],
      ["entered", 5, 5, 1, 5, undefined],
      ["left", 6, 5, 1, 5, "flatness"],
    ],
  );
});

test("bridges gaps on request, and takes rows that were not measured for neither", () => {
  const flats = [1, 0, 1, undefined, 1, 0, 0, 0] as const;
  assert.is(eventsOf(from(rowsOf(flats))).events.length, 4);
  const { events } = eventsOf(from(rowsOf(flats)), { gap: 1 });
  assert.equal(
    events.map(({ type, step, last, length }) => [type, step, last, length]),
    [
      ["entered", 0, 0, 1],
      ["left", 6, 4, 5],
    ],
  );
});

test("leaves a region with the end of its run, or of the stream", () => {
  assert.equal(
    eventsOf(from(rowsOf([0, 1]))).events.map(({ type, because }) => [type, because]),
    [
      ["entered", undefined],
      ["left", "end"],
    ],
  );
  assert.is(eventsOf(from(rowsOf([0, 1], false))).events.at(-1)!.because, "completion");
  assert.equal(eventsOf(from(rowsOf([0, 0]))).events, []);
});

test("keeps merged runs apart", () => {
  const a = rowsOf([1, 1, 0], true, "a");
  const b = rowsOf([0, 1, 1], true, "b");
  const mixed = a.flatMap((row, k) => [row, b[k]!]);
  const { events } = eventsOf(merge(from(mixed)));
  assert.equal(
    events.map(({ run, type, length }) => [run, type, length]),
    [
      ["a", "entered", 1],
      ["b", "entered", 1],
      ["a", "left", 2],
      ["b", "left", 2],
    ],
  );
});

test("hands errors on, closing nothing", () => {
  const broken = concat(
    from(rowsOf([1], false)),
    throwError(() => new Error("lost")),
  );
  const { events, error } = eventsOf(broken);
  assert.equal(
    events.map(({ type }) => type),
    ["entered"],
  );
  assert.is(Object(error).message, "lost");
});

test("follows a live search into the quartic's flat region", () => {
  const newton = newtonMR({
    direction: { relativeTolerance: 1e-10, maxIterations: 2, maxNorm: 1e4 },
    flatness: { by: "curvature" },
    search: { stepSize: 1, shrink: 0.9, sufficientDecrease: 0.1, pureStep: 0.1 },
  });
  const options = { slice: Number.POSITIVE_INFINITY };
  const search = iterate(quartic(), [1, 0.5], chain(untilStep(60), newton), options);
  const { events } = eventsOf(search);
  assert.ok(events.length >= 2);
  const last = events.at(-1)!;
  assert.is(last.because, "end");
  assert.ok(last.minimumSquaredNorm > 11 && last.minimumSquaredNorm < 13, JSON.stringify(events));
});

test("refuses rows without the column, and gaps that are none", () => {
  const run = makeRun({ columns: { other: { meaning: "x" } } });
  const { error } = eventsOf(from([makeRow(run, 0, { columns: {}, vectors: {} })]));
  checkError(error, "ERR_UNDECLARED", /"flat", got other; put detectFlatness/);
  assertError(() => flatRegions({ gap: -1 }), "ERR_OPTION_RANGE", /gap/);
});

test.run();
