import { readFileSync } from "node:fs";
import { map, take, tap } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RunReader } from "../../../src/arrow/runReader.ts";
import { distance } from "../../../src/linalg/vector.ts";
import { extragradient } from "../../../src/operators/games/extragradient.ts";
import { average } from "../../../src/operators/measures/average.ts";
import { distanceTo } from "../../../src/operators/measures/distanceTo.ts";
import { naturalResidual } from "../../../src/operators/measures/gaps/naturalResidual.ts";
import { measuredRate } from "../../../src/operators/measures/measuredRate.ts";
import { backtrackGradientNorm } from "../../../src/operators/newton/lineSearch/backtrackGradientNorm.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../../src/operators/steps/momentum.ts";
import { productSet, simplex } from "../../../src/problems/sets/index.ts";
import { arrowFile } from "../../../src/sinks/arrowFile.ts";
import { chain } from "../../../src/streams/chain.ts";
import { defineMeasure } from "../../../src/streams/defineMeasure.ts";
import { defineUpdate } from "../../../src/streams/defineUpdate.ts";
import { iterate } from "../../../src/streams/iterate.ts";
import { large } from "../../../src/streams/loop/memory.ts";
import type { Checkpoint, Iterate, Update } from "../../../src/streams/types.ts";
import { assertError } from "../../support/assert.ts";
import { gameMethods } from "../../support/gameMethods.ts";
import { over, randomGame } from "../../support/games.ts";
import { uniformVector } from "../../support/random.ts";
import { assertSameRows } from "../../support/sameRows.ts";
import { scratchPath } from "../../support/scratch.ts";

const n = 600;
const field = randomGame(n, 1, { modulus: 0.3 });
const game = over(field, productSet([simplex(n / 2), simplex(n / 2)]));
const start = new Float64Array(n);
game.constraint!.project(uniformVector(n, 2, 0, 1), start);

/** Remembers arrays of the last rows as they are, not copies. */
const memory = defineMeasure({
  name: "memory",
  columns: {
    stepLength: { meaning: "length of the last three steps together" },
    fieldChange: { meaning: "how much F changed on them" },
  },
  init: (): { points: readonly Float64Array[]; fields: ReadonlyMap<number, Float64Array> } => ({
    points: [],
    fields: new Map(),
  }),
  step({ point, step, at }, { points, fields }) {
    const length = distance(point, points[0] ?? point);
    const change = distance(at.field, fields.get(step - 3) ?? at.field);
    return {
      state: {
        points: [...points, point].slice(-3),
        fields: new Map([...fields, [step, at.field] as const].slice(-3)),
      },
      columns: { stepLength: length, fieldChange: change },
    };
  },
});

interface Seen {
  readonly point: Float64Array;
  readonly field: Float64Array;
  readonly direction: Float64Array;
  readonly columns: Iterate["columns"];
}

/** Rows with measures inside and outside, what they hold copied at once. */
function rowsOf(update: Update, reuse: boolean, problem = game): readonly Seen[] {
  const rows: Seen[] = [];
  iterate(problem, start, chain(memory, update), { slice: Number.POSITIVE_INFINITY, reuse })
    .pipe(average(), naturalResidual({ of: "average" }), distanceTo(start), measuredRate(), take(15))
    .subscribe((row) => rows.push(seen(row)));
  return rows;
}

function seen({ point, at, direction, columns }: Iterate): Seen {
  return { point: point.slice(), field: at.field.slice(), direction: direction.slice(), columns };
}

const test = suite("reuse");

for (const { name, update, unconstrained = false } of gameMethods) {
  test(`${name}: the same rows, with measures before and behind the loop`, () => {
    const problem = unconstrained ? field : game;
    const fresh = rowsOf(update(), false, problem);
    assert.is(fresh.length, 15);
    assert.equal(rowsOf(update(), true, problem), fresh);
  });
}

test("a line search, whose accepted points are not lent", () => {
  const update = chain(backtrackGradientNorm());
  assert.equal(rowsOf(update, true, field), rowsOf(update, false, field));
});

test("overwrites arrays, and only of large points", () => {
  const buffers = (dimension: number, reuse: boolean): number => {
    const seen = new Set<ArrayBufferLike>();
    const problem = randomGame(dimension, 1);
    iterate(problem, new Float64Array(dimension).fill(1), extragradient({ stepSize: 0.1 }), {
      slice: Number.POSITIVE_INFINITY,
      reuse,
    })
      .pipe(take(40))
      .subscribe(({ point }) => seen.add(point.buffer));
    return seen.size;
  };
  assert.is(buffers(large, false), 40);
  assert.ok(buffers(large, true) <= 5, `${buffers(large, true)} buffers`);
  assert.is(buffers(large - 2, true), 40);
});

test("a sink writes what a row held when it came", () => {
  const written = [true, false].map((reuse) => {
    const path = scratchPath("rows.arrows");
    iterate(game, start, extragradient({ stepSize: 0.2 }), { slice: Number.POSITIVE_INFINITY, reuse })
      .pipe(
        tap({ next: ({ point }) => assert.is(point.length, n) }),
        defineMeasure({
          name: "keep",
          columns: { z: { meaning: "the point", kind: "vector" } },
          step: ({ point }) => ({ vectors: { z: point } }),
        }),
        map((row) => ({ ...row, seconds: 0 })),
        take(20),
        arrowFile(path),
      )
      .subscribe();
    return [...new RunReader(readFileSync(path), path)];
  });
  assert.is(written[0]!.length, 20);
  assertSameRows(written[0]!, written[1]!);
});

test("a checkpoint holds copies, from which a run goes on to the same rows", () => {
  const saved: Checkpoint[] = [];
  const all: Seen[] = [];
  const rows = (from: ArrayLike<number> | Checkpoint, into: Seen[]): void => {
    iterate(game, from, chain(memory, extragradient({ stepSize: 0.2 })), {
      slice: Number.POSITIVE_INFINITY,
      reuse: true,
      checkpoints: { every: 5, save: (checkpoint) => void saved.push(checkpoint) },
    })
      .pipe(average(), take(15))
      .subscribe((row) => into.push(seen(row)));
  };
  rows(start, all);
  const then = saved[1]!;
  assert.is(then.step, 5);
  const again: Seen[] = [];
  rows(then, again);
  assert.equal(again.slice(0, 10), all.slice(5));
});

/** Says where the state of momentum lies, and how often it was made anew. */
function places(from: ArrayLike<number> | Checkpoint, keeper: Update, save: (checkpoint: Checkpoint) => void) {
  const [directions, besidePoint] = [new Set<Float64Array>(), new Set<boolean>()];
  iterate(game, from, chain(momentum({ decay: 0.5 }), keeper, gradientStep(1e-3)), {
    slice: Number.POSITIVE_INFINITY,
    reuse: true,
    checkpoints: { every: 5, save },
  })
    .pipe(take(12))
    .subscribe(({ direction, point }) => {
      directions.add(direction);
      besidePoint.add(direction.buffer === point.buffer);
    });
  return { directions: directions.size, besidePoint };
}

test("a state lies beside the point and is written in place, also after a resume; a checkpoint copies it alone", () => {
  const idle = defineUpdate({ name: "idle", step: () => undefined });
  const saved: Checkpoint[] = [];
  assert.equal(
    places(start, idle, (checkpoint) => saved.push(checkpoint)),
    {
      directions: 1,
      besidePoint: new Set([true]),
    },
  );
  assert.equal(
    places(saved[1]!, idle, () => {}),
    { directions: 1, besidePoint: new Set([true]) },
  );
  const velocity = saved[1]!.operators.momentum!.state as Float64Array;
  assert.is(velocity.buffer.byteLength, 8 * n);
});

test("a vector that another state holds too is not written in place", () => {
  const wrong: number[] = [];
  const holder = defineUpdate({
    name: "holder",
    init: (): { last: Float64Array; copy: Float64Array } => ({ last: new Float64Array(0), copy: new Float64Array(0) }),
    step({ direction, step }, { last, copy }) {
      if (last.some((x, i) => !Object.is(x, copy[i]))) wrong.push(step);
      return { state: { last: direction, copy: direction.slice() } };
    },
  });
  const { directions } = places(start, holder, () => {});
  assert.equal(wrong, []);
  assert.ok(directions > 1);
});

test("what is no boolean is refused", () => {
  assertError(
    () => iterate(game, start, extragradient({ stepSize: 0.1 }), { reuse: 1 as unknown as boolean }),
    "ERR_OPTION_TYPE",
    /expected reuse to be true or false, got number/,
  );
});

test.run();
