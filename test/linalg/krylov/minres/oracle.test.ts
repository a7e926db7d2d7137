/**
 * MINRES-QLP against systems whose solutions are known to 30 digits. `FLUXION_TEST_FULL=1`, as in `.ci/run full`, tries
 * 500 of them up to n = 200 instead of some dozens of small ones.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { scaleByPower } from "../../../../src/elementary/index.ts";
import { minresQLP } from "../../../../src/linalg/krylov/minres/minresQLP.ts";
import type { MinresQLPOptions, MinresQLPResult } from "../../../../src/linalg/krylov/minres/minresTypes.ts";
import { linearMap } from "../../../../src/linalg/makeLinearMap.ts";
import { diagonal } from "../../../../src/linalg/maps/maps.ts";
import { norm } from "../../../../src/linalg/vector.ts";
import * as fc from "../../../support/fastCheck.ts";
import { batteryOf, type KnownSystemOptions, knownSystem } from "../../../support/knownSystems.ts";
import { normalVector } from "../../../support/random.ts";

const full = process.env.FLUXION_TEST_FULL === "1";
const battery = full ? batteryOf(500, 200) : batteryOf(80, 32);
const extremes = full ? batteryOf(250, 80) : batteryOf(40, 24);

/** Errors of a result: of the length of x relative to the least length, and of the residual relative to ||b||. */
function errorsOf(options: KnownSystemOptions, of: MinresQLPOptions) {
  const { p = 0, q = 0 } = options;
  const system = knownSystem(options);
  const result = minresQLP(system.map, system.b, of);
  const unit = (v: Float64Array, power: number): number => norm(v.map((entry) => scaleByPower(entry, power)));
  const least = scaleByPower(system.leastLength, p - q);
  const length = Math.abs(unit(result.x, p - q) - least) / (least === 0 ? 1 : least);
  const residual = scaleByPower(system.residualOf(result.x) - system.leastResidual, -q) / unit(system.b, -q);
  return { result, length, residual, what: describe(options, result, length, residual) };
}

function describe(options: KnownSystemOptions, result: MinresQLPResult, length: number, residual: number): string {
  return `${JSON.stringify(options)}: ${result.termination}, length off by ${length}, residual by ${residual}`;
}

const claims = ({ termination }: MinresQLPResult): boolean =>
  termination.startsWith("solution") || termination.startsWith("least-squares");

const oracle = suite("minresQLP and the oracle");

oracle("by default the length is right to 1e-6 and the residual to 1e-8, or the condition is said", () => {
  let easy = 0;
  let solved = 0;
  for (const options of battery) {
    const { result, length, residual, what } = errorsOf(options, {});
    assert.ok(claims(result) || result.termination === "condition-limit", what);
    if (claims(result)) {
      assert.ok(residual <= 1e-8, what);
      assert.ok(length <= 1e-6 || options.condition > 1e11, what);
    }
    if (options.condition > 1e8) continue;
    easy++;
    if (claims(result)) solved++;
  }
  assert.ok(solved > 0.9 * easy, `${solved} of ${easy} systems with a condition number up to 1e8 are solved`);
});

const options: Readonly<Record<string, MinresQLPOptions>> = {
  "no limits": { relativeTolerance: 0, maxCondition: Number.POSITIVE_INFINITY, maxIterations: 2000 },
  "no bound on the condition": { maxCondition: Number.POSITIVE_INFINITY },
  "the largest tolerance": { relativeTolerance: 1 },
  "no tolerance": { relativeTolerance: 0 },
  "QLP alone": { transitionCondition: 1, maxCondition: Number.POSITIVE_INFINITY },
  "MINRES alone": { transitionCondition: Number.POSITIVE_INFINITY, maxCondition: Number.POSITIVE_INFINITY },
  "the last iterate": { returnedIterate: "last" },
  "the last iterate without limits": {
    returnedIterate: "last",
    relativeTolerance: 0,
    maxCondition: Number.POSITIVE_INFINITY,
    maxIterations: 2000,
  },
  "one iteration": { maxIterations: 1 },
  "the smallest bound on the length": { maxNorm: Number.MIN_VALUE },
  "the least bound on the condition": { maxCondition: 1 + Number.EPSILON },
  watched: { maxCondition: Number.POSITIVE_INFINITY, onIteration: () => false },
};
for (const [name, extreme] of Object.entries(options)) {
  oracle(`no option calls a wrong x a solution: ${name}`, () => {
    for (const system of extremes) {
      const { result, length, residual, what } = errorsOf(system, extreme);
      if (result.termination.startsWith("solution")) assert.ok(length <= 1e-6 || residual <= 1e-8, what);
      if (extreme.maxNorm !== undefined) assert.ok(norm(result.x) <= extreme.maxNorm * (1 + 1e-6), what);
    }
  });
}

oracle("without limits, x is no longer than the least-squares solution where the system is inconsistent", () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const system = { n: 20, seed, condition: 1e3, nullity: 3, outside: 1 };
    for (const extreme of [options["no limits"]!, options["no bound on the condition"]!, {}]) {
      const { result, length, what } = errorsOf(system, extreme);
      assert.ok(length <= 1e-6, what);
      assert.ok(claims(result), what);
    }
  }
});

oracle("the last iterate is the longer one, and its residuals are its own", () => {
  for (const seed of [1, 2, 3, 4]) {
    const system = { n: 20, seed, condition: 1e3, nullity: 3, outside: 1 };
    const { map, b } = knownSystem(system);
    const loose = { relativeTolerance: 1e-3, maxNorm: 1e4, maxCondition: 1e7 };
    const passed = minresQLP(map, b, loose);
    const last = minresQLP(map, b, { ...loose, returnedIterate: "last" });
    assert.is(passed.termination, "least-squares");
    assert.is(last.iterations, passed.iterations);
    assert.ok(norm(last.x) > norm(passed.x), `${norm(last.x)} and ${norm(passed.x)}`);
    assert.ok(norm(last.x) <= 1e4);
    assert.ok(last.relativeResidual < passed.relativeResidual);
    const r = new Float64Array(20);
    map.apply(last.x, r);
    assert.ok(Math.abs(norm(r.map((entry, i) => b[i]! - entry)) / last.residualNorm - 1) < 1e-9);
  }
});

oracle("powers of two change no bit of x where a kept basis decides, either", () => {
  const doubtful: KnownSystemOptions[] = [
    { n: 24, seed: 1, condition: 1e8, nullity: 0, outside: 0 },
    { n: 20, seed: 2, condition: 1e10, nullity: 4, outside: 1e-3 },
    { n: 12, seed: 3, condition: 1e13, nullity: 0, outside: 0 },
  ];
  const exponent = fc.integer({ min: -450, max: 450 });
  for (const system of doubtful) {
    for (const settings of [{}, options["no limits"]!, options["the last iterate"]!]) {
      const of = (p: number, q: number): MinresQLPResult => {
        const { map, b } = knownSystem({ ...system, p, q });
        return minresQLP(map, b, settings);
      };
      const plain = of(0, 0);
      fc.assert(
        fc.property(exponent, exponent, (p, q) => {
          const { x, termination, condition, iterations, relativeResidual } = of(p, q);
          assert.is(termination, plain.termination);
          assert.equal(
            Array.from(x, (entry) => scaleByPower(entry, p - q)),
            Array.from(plain.x),
          );
          assert.is(condition, plain.condition);
          assert.is(iterations, plain.iterations);
          assert.is(relativeResidual, plain.relativeResidual);
        }),
        { numRuns: 5 },
      );
    }
  }
});

oracle("the kept basis takes no more iterations than the options leave", () => {
  const { map, b } = knownSystem({ n: 24, seed: 1, condition: 1e8, nullity: 0, outside: 0 });
  for (const maxIterations of [20, 60, 100, 130]) {
    let products = 0;
    const counted = linearMap({
      rows: 24,
      columns: 24,
      symmetric: true,
      apply(v, out) {
        products++;
        map.apply(v, out);
      },
    });
    const { iterations } = minresQLP(counted, b, { maxIterations });
    assert.ok(iterations <= maxIterations, `${iterations} of ${maxIterations}`);
    // Residuals take two products, and the trials and corrections of a kept basis one each.
    assert.ok(products <= iterations + 16, `${products} products in ${iterations} iterations`);
  }
});

oracle("systems too large for a kept basis are corrected by their residual, and say the condition beyond that", () => {
  const n = 700;
  const b = normalVector(n, 5);
  for (const [condition, solved] of [
    [1e5, true],
    [1e8, true],
    [1e13, false],
  ] as const) {
    const entries = Float64Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 1 : -1) * (1 + (i % 20)));
    entries[7] = 20 / condition;
    const { x, termination } = minresQLP(diagonal(entries), b, { maxCondition: Number.POSITIVE_INFINITY });
    const exact = norm(b.map((value, i) => value / entries[i]!));
    if (termination.startsWith("solution")) assert.ok(Math.abs(norm(x) / exact - 1) <= 1e-6, `${condition}`);
    assert.is(termination.startsWith("solution"), solved, `${condition}: ${termination}`);
  }
});

oracle.run();
