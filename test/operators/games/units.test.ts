/** The field in other units, and the parameters: the same iterates, bit for bit, the same gaps and the same verdicts. */
import { readdirSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dualityGap } from "../../../src/operators/measures/gaps/dualityGap.ts";
import { mintyGap } from "../../../src/operators/measures/gaps/mintyGap.ts";
import { nashConv } from "../../../src/operators/measures/gaps/nashConv.ts";
import { naturalResidual } from "../../../src/operators/measures/gaps/naturalResidual.ts";
import { primalGap } from "../../../src/operators/measures/gaps/primalGap.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import type { Iterate, Measure } from "../../../src/streams/types.ts";
import * as fc from "../../support/fastCheck.ts";
import { type SetInUnits, setsInUnits } from "../../support/gameSets.ts";
import { randomGame } from "../../support/games.ts";
import { type MethodInUnits, methodsInUnits } from "../../support/gameUnits.ts";
import { normalVector } from "../../support/random.ts";
import { scaledProblem } from "../../support/scaled.ts";

const steps = 24;

/** A field of four numbers; some are monotone, some are not, some are not linear. */
function fieldOf(seed: number): Problem {
  const linear = randomGame(4, seed, { modulus: seed % 3 === 0 ? -0.2 : 0.3, solution: normalVector(4, seed + 100) });
  if (seed % 2 === 0) return linear;
  return {
    ...linear,
    evaluate(point, field) {
      linear.evaluate(point, field);
      for (let i = 0; i < 4; i++) field[i] = field[i]! + 0.1 * point[i]! ** 3;
      return Number.NaN;
    },
    linearize(point) {
      const map = linear.linearize(point);
      const slopes = point.map((z) => 0.3 * z ** 2);
      const add = (v: Float64Array, out: Float64Array): void => {
        for (let i = 0; i < 4; i++) out[i] = out[i]! + slopes[i]! * v[i]!;
      };
      return {
        rows: 4,
        columns: 4,
        symmetric: false,
        apply(v, out) {
          map.apply(v, out);
          add(v, out);
        },
        applyTranspose(v, out) {
          map.applyTranspose(v, out);
          add(v, out);
        },
        applyMany() {
          throw new Error("not needed");
        },
      };
    },
  };
}

/** A start in the set: at its point next to 0, or anywhere; without zeros where logarithms are taken. */
function startOf(set: SetInUnits, seed: number, t: number, entropic: boolean): Float64Array {
  const anywhere = normalVector(4, seed + 200);
  const start = entropic ? anywhere.map((z) => 1 + 0.1 * z) : seed % 5 === 0 ? new Float64Array(4) : anywhere;
  set.make(1)?.project(start, start);
  return start.map((z) => t * z);
}

interface Case {
  readonly set: SetInUnits;
  readonly seed: number;
}

function rowsOf(
  { set, seed }: Case,
  { make, entropic = false }: MethodInUnits,
  s: number,
  t: number,
): readonly Iterate[] {
  const problem = scaledProblem(fieldOf(seed), s, t, set.make(t));
  const update = chain(naturalResidual({ relativeTolerance: 1e-9 }), make(t / s));
  return firstRows(problem, startOf(set, seed, t, entropic), update, steps);
}

/** Where two runs differ, up to the units; undefined: nowhere. */
function difference(plain: readonly Iterate[], other: readonly Iterate[], s: number, t: number): string | undefined {
  if (plain.length !== other.length) return `${plain.length} rows and ${other.length}`;
  for (const [k, row] of plain.entries()) {
    const there = other[k]!;
    if (row.status !== there.status) return `step ${k}: ${row.status} and ${there.status}`;
    for (let i = 0; i < row.point.length; i++) {
      if (!Object.is(t * row.point[i]! + 0, there.point[i]! + 0)) {
        return `step ${k}, entry ${i}: ${row.point[i]} and ${there.point[i]! / t}`;
      }
    }
    const [residual, own] = [there.columns.naturalResidual!, s * row.columns.naturalResidual!];
    if (!Object.is(residual, own)) return `step ${k}: residual ${own / s} and ${residual / s}`;
  }
  return undefined;
}

const exponent = fc.integer({ min: -100, max: 100 });
const fits = (method: MethodInUnits, set: SetInUnits): boolean =>
  (!method.entropic || set.entropic) && (!method.products || set.product);

const units = suite("units");
for (const [index, method] of methodsInUnits.entries()) {
  const { name, field, together } = method;
  const sets = setsInUnits.filter((set) => fits(method, set));
  const claim = field ? (together ? "of the field and of all parameters" : "of the field") : "of neither";
  units(`${name} (${index}) does not depend on the units ${claim}`, () => {
    const one = fc.record({ set: fc.constantFrom(...sets), seed: fc.integer({ min: 0, max: 50 }) });
    if (field) {
      fc.assert(
        fc.property(one, exponent, exponent, (it, a, b) => {
          const [s, t] = [2 ** a, together ? 2 ** b : 1];
          const found = difference(rowsOf(it, method, 1, 1), rowsOf(it, method, s, t), s, t);
          if (found !== undefined)
            throw new Error(`${it.set.name}, seed ${it.seed}, field 2^${a}, parameters 2^${b}: ${found}`);
        }),
        { numRuns: 60, includeErrorInReport: true },
      );
    }
    // What is not claimed does not hold.
    const depends = (s: number, t: number): boolean =>
      sets.some((set) =>
        Array.from({ length: 12 }, (_, seed) => ({ set, seed })).some(
          (it) => difference(rowsOf(it, method, 1, 1), rowsOf(it, method, s, t), s, t) !== undefined,
        ),
      );
    if (!field) assert.ok(depends(2 ** -60, 1));
    if (!together) assert.ok(depends(1, 2 ** 60) || depends(1, 2 ** -60));
  });
}
units("are those of the table in docs/games.md, which has every method of src/operators/games", () => {
  const claimed = Array.from(
    readFileSync(new URL("../../../docs/games.md", import.meta.url), "utf8").matchAll(
      /^\| `([\w, :]+)` \| (yes|no) \| (yes|no) \|/gm,
    ),
    ([, name, field, together]) => `${name}: ${field}, ${together}`,
  );
  const yes = (holds: boolean): string => (holds ? "yes" : "no");
  const tried = methodsInUnits.map(({ name, field, together }) => `${name}: ${yes(field)}, ${yes(together)}`);
  assert.equal(claimed, [...new Set(tried)]);
  const folder = new URL("../../../src/operators/games/", import.meta.url);
  const exported = readdirSync(folder).flatMap((file) =>
    Array.from(
      readFileSync(new URL(file, folder), "utf8").matchAll(/^export function (\w+)\(.*\): Update \{/gm),
      ([, name]) => name!,
    ),
  );
  const covered = new Set(methodsInUnits.map(({ name }) => name.split(",")[0]!));
  assert.equal(
    exported.filter((name) => !covered.has(name)),
    [],
  );
  assert.ok(exported.length >= 20, `${exported.length}`);
});

units("no method is free of the unit of each single parameter", () => {
  for (const method of methodsInUnits) {
    const plain = fieldOf(2);
    const w = (point: Float64Array): Float64Array => point.map((z, i) => (i === 0 ? z / 4 : z));
    const map = plain.linearize(new Float64Array(4));
    const other: Problem = {
      ...plain,
      evaluate(point, field) {
        plain.evaluate(w(point), field);
        field[0] = field[0]! / 4;
        return Number.NaN;
      },
      linearize: () => ({
        ...map,
        rows: 4,
        columns: 4,
        symmetric: false,
        apply(v: Float64Array, out: Float64Array): void {
          map.apply(w(v), out);
          out[0] = out[0]! / 4;
        },
        applyTranspose(v: Float64Array, out: Float64Array): void {
          map.applyTranspose(w(v), out);
          out[0] = out[0]! / 4;
        },
        applyMany: () => {},
      }),
    };
    const set = setsInUnits[method.entropic ? 1 : 0]!.make(1);
    const last = (problem: Problem, first: number): number => {
      const over = set === undefined ? problem : { ...problem, constraint: set };
      return firstRows(over, [first, 2, 1.5, 0.5], method.make(1), 6).at(-1)!.point[0]!;
    };
    assert.is.not(last(other, 4) / 4, last(plain, 1), method.name);
  }
});
units.run();

const gaps = suite("gaps in other units");
const measures: Readonly<
  Record<string, { readonly make: () => Measure; readonly zeroSum?: boolean; readonly product?: boolean }>
> = {
  primalGap: { make: () => primalGap() },
  mintyGap: { make: () => mintyGap({ maxIterations: 30 }) },
  nashConv: { make: () => nashConv({ maxIterations: 30 }), product: true },
  dualityGap: { make: () => dualityGap({ maxIterations: 30 }), product: true, zeroSum: true },
};
for (const [name, { make, product = false, zeroSum = false }] of Object.entries(measures)) {
  gaps(`${name} is that of the other units, bit for bit`, () => {
    const sets = setsInUnits.filter((set) => set.bounded && (set.product || !product));
    fc.assert(
      fc.property(fc.constantFrom(...sets), fc.integer({ min: 0, max: 50 }), exponent, exponent, (set, seed, a, b) => {
        const game = fieldOf(zeroSum ? 2 * seed : seed);
        const [plain, other] = [0, 1].map((power) => {
          const [s, t] = [2 ** (power * a), 2 ** (power * b)];
          const problem = scaledProblem(game, s, t, set.make(t));
          const [row] = firstRows(problem, startOf(set, seed, t, false), gradientStep(0.1), 1, { after: make() });
          return Object.entries(row!.columns).map(([column, x]) => [
            column,
            column.includes("esponses") ? x : x! / s / t,
          ]);
        });
        assert.equal(other, plain);
      }),
      { numRuns: 80, includeErrorInReport: true },
    );
  });
}
gaps.run();

const extreme = suite("units near the ends of float64");
const tried = [
  "extragradient",
  "adaptiveExtragradient",
  "adaptiveGoldenRatio",
  "restarts",
  "semismoothNewton",
  "consensus",
  "proximalPoint",
];
for (const [index, method] of methodsInUnits.entries()) {
  if (!tried.includes(method.name)) continue;
  extreme(`${method.name} (${index}): the same verdict from 2^-400 to 2^400`, () => {
    const wide = fc.integer({ min: -400, max: 400 });
    const sets = setsInUnits.filter((set) => fits(method, set));
    const one = fc.record({ set: fc.constantFrom(...sets), seed: fc.integer({ min: 0, max: 50 }) });
    fc.assert(
      fc.property(one, wide, wide, (it, a, b) => {
        const verdicts = [0, 1].map((power) => {
          const [s, t] = [2 ** (power * a), 2 ** (power * b)];
          const { status, step } = rowsOf(it, method, s, t).at(-1)!;
          return [status, step];
        });
        assert.equal(verdicts[1], verdicts[0]);
      }),
      { numRuns: 40, includeErrorInReport: true },
    );
  });
}
extreme.run();
