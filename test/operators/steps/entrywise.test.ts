/** Laws of the operators that divide or cut each entry of the field by itself. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { defineUpdate, type Proposal, type Update } from "../../../src/authoring/index.ts";
import {
  adagrad,
  adam,
  adamax,
  adamW,
  amsGrad,
  clipByNorm,
  clipByValue,
  gradientStep,
  lion,
  momentum,
  rmsProp,
  weightDecay,
} from "../../../src/operators/index.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { chain, firstRows } from "../../../src/streams/index.ts";
import { assertClose } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";

/** A problem of n numbers whose field at step k is `fields[k]`, whatever the point is. */
function given(fields: readonly (readonly number[])[], factor = 1): (step: number) => Problem {
  return (step) => ({
    name: "given",
    dimension: fields[0]!.length,
    symmetric: false,
    blocks: [],
    evaluate(_, field) {
      for (let i = 0; i < field.length; i++) field[i] = factor * fields[step % fields.length]![i]!;
      return Number.NaN;
    },
    linearize: () => {
      throw new Error("no operator here reads J");
    },
  });
}

const entry = fc.oneof(fc.constantFrom(0, 1, -1), fc.double({ min: -1e3, max: 1e3, noNaN: true }));
const someFields = fc.array(fc.tuple(entry, entry, entry), { minLength: 1, maxLength: 12 });

function directions(fields: readonly (readonly number[])[], update: Update, factor = 1): number[][] {
  const start = fields[0]!.map((_, i) => i - 1);
  const rows = firstRows(given(fields, factor), start, chain(update, gradientStep(0.125)), fields.length);
  return rows.map((row) => [...row.direction]);
}

/** Each method in the units of a loss that was multiplied by c, and the power of c by which its directions grow. */
const methods: Readonly<Record<string, { readonly make: (c: number) => Update; readonly power: 0 | 1 }>> = {
  adam: { make: (c) => adam({ damping: 0.1 * c }), power: 0 },
  "adam, nesterov": { make: (c) => adam({ damping: 0.1 * c, nesterov: true }), power: 0 },
  adamax: { make: (c) => adamax({ damping: 0.1 * c }), power: 0 },
  adamW: { make: (c) => adamW({ damping: 0.1 * c }), power: 0 },
  amsGrad: { make: (c) => amsGrad({ damping: 0.1 * c }), power: 0 },
  "amsGrad, corrected": { make: (c) => amsGrad({ damping: 0.1 * c, largest: "corrected" }), power: 0 },
  rmsProp: { make: (c) => rmsProp({ damping: 0.1 * c }), power: 0 },
  "rmsProp, inside, centred": {
    make: (c) => rmsProp({ damping: 0.25 * c * c, dampingInside: true, centred: true }),
    power: 0,
  },
  adagrad: { make: (c) => adagrad({ damping: 0.1 * c }), power: 0 },
  "adagrad, inside": { make: (c) => adagrad({ damping: 0.25 * c * c, dampingInside: true, initial: c * c }), power: 0 },
  "without damping": { make: () => chain(rmsProp({ damping: 0 }), adagrad({ damping: 0 })), power: 0 },
  lion: { make: () => lion(), power: 0 },
  momentum: { make: () => momentum(), power: 1 },
  "momentum, nesterov": { make: () => momentum({ nesterov: true }), power: 1 },
  clipByValue: { make: (c) => clipByValue({ maxEntry: c }), power: 1 },
  clipByNorm: { make: (c) => clipByNorm({ maxNorm: c }), power: 1 },
};

const test = suite("entrywise methods");

for (const [name, { make, power }] of Object.entries(methods)) {
  test(`${name}: a loss times a power of two gives the same bits`, () => {
    fc.assert(
      fc.property(someFields, fc.integer({ min: -200, max: 200 }), (fields, exponent) => {
        // Numbers that lose digits when they are scaled are left out.
        const whole = fields.map((field) => field.map((x) => (Math.abs(x) < 1e-9 ? 0 : x)));
        const c = 2 ** exponent;
        const grown = directions(whole, make(1)).map((direction) => direction.map((d) => d * c ** power));
        assert.equal(directions(whole, make(c), c), grown);
      }),
    );
  });
}

for (const name of ["adam", "adam, nesterov", "adamax", "amsGrad", "rmsProp", "adagrad", "lion"] as const) {
  test(`${name}: large points take the field in place of the direction, with the same bits`, () => {
    const n = 600;
    const fields = Array.from({ length: 8 }, (_, k) => Array.from({ length: n }, (_, i) => Math.sin(k + 1.3 * i)));
    // A direction that was made is read with the other sign.
    const made = defineUpdate({
      name: "made",
      refines: "direction",
      step: (it: Proposal) => ({ direction: it.direction.slice() }),
    });
    const rows = directions(fields, make(name));
    assert.equal(directions(fields, chain(made, make(name))), rows);
  });
}

function make(name: keyof typeof methods): Update {
  return methods[name]!.make(1);
}

test("no square overflows or underflows, and nothing divides by 0", () => {
  const fields = [
    [1e150, 0, -1e-150],
    [-1e152, 0, 1e-160],
  ];
  const safe = {
    adam: adam({ damping: 0 }),
    nadam: adam({ damping: 0, nesterov: true }),
    adamax: adamax({ damping: 0 }),
    amsGrad: amsGrad({ damping: 0 }),
    rmsProp: rmsProp({ damping: 0 }),
    adagrad: adagrad({ damping: 0 }),
  };
  for (const [name, update] of Object.entries(safe)) {
    const found = directions(fields, update);
    assert.ok(found.flat().every(Number.isFinite), `${name}: ${found.join(" ")}`);
    assert.is(Math.abs(found[0]![1]!), 0, name);
    assert.ok(Math.abs(found[0]![0]!) >= 0.99 && Math.abs(found[0]![2]!) >= 0.99, name);
  }
});

test("adam has the bits of adamW without a pull", () => {
  fc.assert(
    fc.property(someFields, (fields) => {
      assert.equal(directions(fields, adam()), directions(fields, adamW({ weightDecay: 0 })));
    }),
  );
});

test("weightDecay behind adam takes the steps of adamW, before it those of a loss with a squared norm", () => {
  fc.assert(
    fc.property(someFields, (fields) => {
      const decoupled = directions(fields, chain(adam(), weightDecay({ weight: 0.3 })));
      const expected = directions(fields, adamW({ weightDecay: 0.3 }));
      for (const [k, direction] of decoupled.entries()) assertClose(direction, expected[k]!, 1e-12);
    }),
  );
});

test("clipByValue cuts entries to the bound, counts them, and lets NaN and short directions pass", () => {
  const bound = fc.double({ min: 1e-3, max: 10, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.double(), { minLength: 1, maxLength: 6 }), bound, (d, c) => {
      const fixed = defineUpdate({
        name: "fixed",
        refines: "direction",
        step: () => ({ direction: Float64Array.from(d) }),
      });
      const zero = d.map(() => 0);
      const [row] = firstRows(given([zero]), zero, chain(fixed, clipByValue({ maxEntry: c }), gradientStep(1)), 1);
      const expected = d.map((x) => Math.max(-c, Math.min(c, x)));
      assert.equal([...row!.direction], expected);
      assert.is(row!.columns.clippedEntries, d.filter((x) => Math.abs(x) > c).length);
    }),
  );
});

test.run();
