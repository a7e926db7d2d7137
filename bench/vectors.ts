/** What do `reuse`, `rowVector`, `fieldAt` and `field` save an operator of one's own? */
import { take } from "rxjs";
import { defineUpdate, iterate, type Problem, rowVector, scratchVector, type Update } from "../src/authoring/index.ts";
import { chain } from "../src/streams/chain.ts";
import { compare } from "./support/compare.ts";

const eta = 0.25;

/** F(z) = z / 8, whose evaluation costs no more than one vector operation. */
function eighth(n: number): Problem {
  return {
    name: "eighth",
    dimension: n,
    symmetric: true,
    evaluate(point, field) {
      for (let i = 0; i < n; i++) field[i] = 0.125 * point[i]!;
      return 0;
    },
    linearize() {
      throw new Error("not needed here");
    },
    blocks: [],
  };
}

/** Extragradient as one would write it first: new arrays, `evaluate`, `direction`. */
const plain: Update = defineUpdate({
  name: "plain",
  step(it) {
    const trial = it.at.field.map((f, i) => it.point[i]! - eta * f);
    const direction = it.evaluate(trial).field.map((f) => -f);
    return { direction, stepSize: eta };
  },
});

/** The same, with loops and new arrays. */
const loops: Update = defineUpdate({
  name: "loops",
  step(it) {
    const { point, at } = it;
    const trial = new Float64Array(point.length);
    for (let i = 0; i < trial.length; i++) trial[i] = point[i]! - eta * at.field[i]!;
    const { field } = it.evaluate(trial);
    const direction = new Float64Array(point.length);
    for (let i = 0; i < direction.length; i++) direction[i] = -field[i]!;
    return { direction, stepSize: eta };
  },
});

/** With the run's vectors. */
const runVectors: Update = defineUpdate({
  name: "runVectors",
  step(it) {
    const { point, at } = it;
    const trial = scratchVector(it);
    for (let i = 0; i < trial.length; i++) trial[i] = point[i]! - eta * at.field[i]!;
    const { field } = it.evaluate(trial);
    const direction = rowVector(it);
    for (let i = 0; i < direction.length; i++) direction[i] = -field[i]!;
    return { direction, stepSize: eta };
  },
});

/** With the run's vectors, `fieldAt` and `field`: one vector of the row, no negation. */
const fieldOnly: Update = defineUpdate({
  name: "fieldOnly",
  step(it) {
    const { point, at } = it;
    const trial = scratchVector(it);
    for (let i = 0; i < trial.length; i++) trial[i] = point[i]! - eta * at.field[i]!;
    const field = rowVector(it);
    it.fieldAt(trial, field);
    return { field, stepSize: eta };
  },
});

for (const [n, count] of [
  [1000, 4000],
  [100_000, 200],
  [1_000_000, 20],
] as const) {
  const start = new Float64Array(n).fill(1);
  const problem = eighth(n);
  const run = (update: Update, reuse: boolean, times: number): void => {
    iterate(problem, start, chain(take(times), update), { slice: Number.POSITIVE_INFINITY, reuse }).subscribe();
  };
  const updates = {
    "loops, new arrays": loops,
    "rowVector, scratchVector": runVectors,
    "fieldAt, field": fieldOnly,
    "map, new arrays": plain,
  };
  compare({
    title: `An extragradient step of one's own, n = ${n}`,
    unit: "step",
    count,
    rounds: 5,
    cases: Object.entries(updates).flatMap(([name, update]) =>
      [false, true].map((reuse) => ({
        name: reuse ? `${name}, reuse` : name,
        run: (times: number) => run(update, reuse, times),
      })),
    ),
  });
}
