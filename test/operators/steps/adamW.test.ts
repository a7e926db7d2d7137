import { suite } from "uvu";
import * as assert from "uvu/assert";
import { chain, defineUpdate, type Proposal, restartable, type Update } from "../../../src/authoring/index.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { type AdamWOptions, adamW } from "../../../src/operators/steps/adamW.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { assertResumes } from "../../support/checkpoints.ts";
import * as fc from "../../support/fastCheck.ts";
import { normalVector } from "../../support/random.ts";

type Fields = readonly (readonly number[])[];

/** A problem of n numbers whose field at step k is `fields[k]`, whatever the point is. */
function given(fields: Fields, factor = 1): (step: number) => Problem {
  return (step) => ({
    name: "given",
    dimension: fields[0]!.length,
    symmetric: false,
    blocks: [],
    evaluate(_, field) {
      for (let i = 0; i < field.length; i++) field[i] = factor * fields[step]![i]!;
      return Number.NaN;
    },
    linearize: () => {
      throw new Error("no operator here reads J");
    },
  });
}

/** Algorithm 2 of arXiv:1711.05101 with the schedule 1, word by word: the points z_0, z_1, ... */
function reference(
  field: (z: readonly number[], step: number) => ArrayLike<number>,
  start: readonly number[],
  count: number,
  { decay = 0.9, squareDecay = 0.999, damping = 1e-8, weightDecay = 0.01, stepSize = 0.001 } = {},
): number[][] {
  let z = [...start];
  let m = start.map(() => 0);
  let v = start.map(() => 0);
  const points = [z];
  for (let t = 1; t < count; t++) {
    const g = Array.from(field(z, t - 1));
    m = m.map((old, i) => decay * old + (1 - decay) * g[i]!);
    v = v.map((old, i) => squareDecay * old + (1 - squareDecay) * g[i]! ** 2);
    const mHat = m.map((x) => x / (1 - decay ** t));
    const vHat = v.map((x) => x / (1 - squareDecay ** t));
    z = z.map((x, i) => x - stepSize * (mHat[i]! / (Math.sqrt(vHat[i]!) + damping) + weightDecay * x));
    points.push(z);
  }
  return points;
}

function directionsOf(fields: Fields, options: AdamWOptions, factor = 1, start?: readonly number[]): Float64Array[] {
  const point = start ?? fields[0]!.map(() => 0);
  const update = chain(adamW(options), gradientStep(0.1));
  return firstRows(given(fields, factor), point, update, fields.length).map((row) => row.direction);
}

const test = suite("adamW");

test("agrees with the algorithm of the paper on an objective and on a game", () => {
  for (const problem of [quartic(), bilinear()]) {
    for (const options of [{}, { decay: 0.5, squareDecay: 0.9, damping: 1e-3, weightDecay: 0.1 }, { weightDecay: 0 }]) {
      // Not many more steps: where F vanishes, Adam enlarges the rounding of F to steps of eta.
      const stepSize = 0.02;
      const field = (z: readonly number[]): Float64Array => {
        const out = new Float64Array(2);
        problem.evaluate(Float64Array.from(z), out);
        return out;
      };
      const expected = reference(field, [1, 2], 200, { ...options, stepSize });
      const rows = firstRows(problem, [1, 2], chain(adamW(options), gradientStep(stepSize)), 200);
      for (const [k, row] of rows.entries()) assertClose(row.point, expected[k]!, 1e-11, `step ${k}`);
    }
  }
});

test("agrees with the algorithm of the paper for any fields", () => {
  const entry = fc.double({ min: -1e3, max: 1e3, noNaN: true });
  const fields = fc.array(fc.tuple(entry, entry, entry), { minLength: 1, maxLength: 30 });
  const factor = fc.double({ min: 0, max: 0.999, noNaN: true });
  fc.assert(
    fc.property(fields, factor, factor, (all, decay, squareDecay) => {
      const options = { decay, squareDecay, damping: 1e-2, weightDecay: 0.3 };
      const start = [1, -2, 3];
      const expected = reference((_, k) => all[k]!, start, all.length, { ...options, stepSize: 0.1 });
      const rows = firstRows(given(all), start, chain(adamW(options), gradientStep(0.1)), all.length);
      for (const [k, row] of rows.entries()) assertClose(row.point, expected[k]!, 1e-11, `step ${k}`);
    }),
  );
});

test("takes a first step of one in each entry, however large the entry is", () => {
  const [direction] = directionsOf([[1e150, -3, 1e-150, 0]], { damping: 0 });
  assertClose(direction!, [-1, 1, -1, 0], 1e-15);
});

test("gives the same bits when the loss and the damping are multiplied by a power of two", () => {
  const fields = Array.from({ length: 40 }, (_, k) => [...normalVector(5, k)].map((x, i) => x * 10 ** (i - 3)));
  for (const exponent of [-500, -300, 1, 300, 500]) {
    for (const damping of [0, 1e-8, 0.1]) {
      const factor = 2 ** exponent;
      const plain = directionsOf(fields, { damping });
      const scaled = directionsOf(fields, { damping: damping * factor }, factor);
      assert.is(scaled.length, fields.length);
      assert.equal(scaled, plain, `2^${exponent}, damping ${damping}`);
    }
  }
});

test("agrees with itself where squares of the field overflow or underflow", () => {
  // The loop calls a field with an infinite squared norm diverged, so an operator makes these directions.
  const scaleBy = (factor: number): Update =>
    defineUpdate({
      name: "scaleBy",
      refines: "direction",
      step: (it: Proposal) => ({ direction: it.direction.map((d) => d * factor) }),
    });
  const directions = (factor: number): Float64Array[] => {
    const update = chain(scaleBy(factor), adamW({ damping: 0, weightDecay: 0 }), gradientStep(0.01));
    return firstRows(quartic(), [1, 2], update, 50).map((row) => row.direction);
  };
  const plain = directions(1);
  for (const exponent of [-1000, -700, 700, 1000]) assert.equal(directions(2 ** exponent), plain, `2^${exponent}`);
});

test("has damping in the units of the field: it slows entries that are smaller", () => {
  const [direction] = directionsOf([[1, 2 ** -500]], { damping: 1e-8 });
  assertClose(direction![0]!, -1, 1e-7);
  assertClose(direction![1]!, -(2 ** -500) / 1e-8, 1e-15);
});

test("leaves the pull towards zero alone where the field was always zero, also without damping", () => {
  for (const damping of [0, 1e-8]) {
    const zeros = Array.from({ length: 3 }, () => [0, 0]);
    const rows = firstRows(given(zeros), [4, -8], chain(adamW({ damping, weightDecay: 0.5 }), gradientStep(1)), 3);
    const points = rows.map((row) => [...row.point]);
    const halves = [
      [4, -8],
      [2, -4],
      [1, -2],
    ];
    assert.equal(points, halves);
  }
});

test("does not move an entry without memory of squares", () => {
  const [, second] = directionsOf([[1], [0]], { squareDecay: 0, damping: 0, weightDecay: 0 });
  assert.equal([...second!].map(Math.abs), [0]);
});

test("builds on the direction of an earlier operator", () => {
  const half = defineUpdate({ name: "half", step: (it) => ({ direction: it.direction.map((d) => d / 2) }) });
  const options = { damping: 0, weightDecay: 0 };
  const [plain, halved] = [chain(adamW(options)), chain(half, adamW(options))].map((update) =>
    firstRows(quartic(), [1, 2], chain(update, gradientStep(0.1)), 20).map((row) => row.direction),
  );
  assert.equal(halved, plain);
});

test("goes on from any checkpoint to the same bits", () => {
  assertResumes(quartic(), [1, 2], () => chain(untilStep(12), adamW(), gradientStep(0.05)));
  assertResumes(bilinear(), [1, 2], () => chain(untilStep(12), adamW({ weightDecay: 0 }), gradientStep(0.05)));
});

test("can be steered, and what was steered is in the checkpoint", () => {
  const commands = [
    { type: "set", setting: "adamW.decay", value: 0.5, step: 3 },
    { type: "set", setting: "adamW.damping", value: 1, step: 5 },
  ] as const;
  const make = (): Update => chain(untilStep(10), adamW(), gradientStep(0.05));
  const rows = assertResumes(quartic(), [1, 2], make, { commands });
  const unsteered = firstRows(quartic(), [1, 2], make(), 11);
  assert.equal(rows[3]!.point, unsteered[3]!.point);
  assert.not.equal(rows[4]!.point, unsteered[4]!.point);
});

test("corrects the bias of a mean whose decay was steered: a constant field gives steps of one", () => {
  const commands = [{ type: "set", setting: "adamW.decay", value: 0.2, step: 3 }] as const;
  const fields = Array.from({ length: 8 }, () => [3]);
  const make = (): Update => chain(untilStep(7), adamW({ weightDecay: 0, damping: 0 }), gradientStep(0.1));
  const rows = assertResumes(given(fields), [0], make, { commands });
  for (const row of rows.slice(0, -1)) assertClose(row.direction, [-1], 1e-13, `step ${row.step}`);
});

test("begins anew in restarts", () => {
  const atFive = defineUpdate({ name: "atFive", step: (it) => ({ restart: it.step === 5 }) });
  const search = restartable(atFive, chain(adamW(), gradientStep(0.05)));
  const rows = firstRows(quartic(), [1, 2], search, 12);
  const begun = rows.findIndex((row) => row.columns.restarted === 1);
  assert.ok(begun === 5 || begun === 6, `${begun}`);
  const anew = firstRows(quartic(), rows[begun]!.point, chain(adamW(), gradientStep(0.05)), 12 - begun);
  assert.equal(
    rows.slice(begun).map((row) => row.point),
    anew.map((row) => row.point),
  );
});

test("two runs of one update do not disturb each other, and reuse changes no number", () => {
  const update = chain(adamW(), gradientStep(0.05));
  const points = (options = {}): number[][] => {
    const kept: number[][] = [];
    const keep = defineUpdate({ name: "keep", step: (it) => void kept.push([...it.point]) });
    firstRows(quartic(), [1, 2], chain(update, keep), 20, options);
    return kept;
  };
  const first = points();
  assert.equal(points(), first);
  assert.equal(points({ reuse: true }), first);
});

test("refuses options outside their ranges", () => {
  assertError(() => adamW({ decay: 1 }), "ERR_OPTION_RANGE", /adamW: expected decay to be a number in \[0, 1\)/);
  assertError(() => adamW({ squareDecay: -0.1 }), "ERR_OPTION_RANGE", /squareDecay/);
  assertError(() => adamW({ damping: -1 }), "ERR_OPTION_RANGE", /damping/);
  assertError(() => adamW({ weightDecay: Number.NaN }), "ERR_OPTION_RANGE", /weightDecay/);
});

test.run();
