import { suite } from "uvu";
import * as assert from "uvu/assert";
import { denseMatrix } from "../../../src/linalg/maps/maps.ts";
import { untilCritical } from "../../../src/operators/measures/untilCritical.ts";
import { wolfeLineSearch } from "../../../src/operators/newton/lineSearch/wolfeLineSearch.ts";
import {
  type SaddleFreeDirectionOptions,
  saddleFreeDirection,
} from "../../../src/operators/newton/saddleFreeDirection.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import { chain } from "../../../src/streams/chain.ts";
import { defineUpdate } from "../../../src/streams/defineUpdate.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { assertClose, assertError, checkError } from "../../support/assert.ts";
import { linearProblem } from "../../support/linearProblem.ts";
import { doubleWells } from "../../support/minima.ts";
import { normalVector } from "../../support/random.ts";
import { combine, orthogonal, withSpectrum } from "../../support/symmetric.ts";

const whole = defineUpdate({ name: "whole", refines: "direction", step: () => ({ stepSize: 1 }) });

const n = 12;
const spectrum = [-5, -2, -0.5, 0, 0, 0.1, 1, 2, 3, 4, 6, 9];
const basis = orthogonal(n, 3);
const map = denseMatrix(n, n, withSpectrum(spectrum, basis), { symmetric: true });
/** F = A z with this spectrum, at the point where F has the given coordinates (0 in the kernel). */
const problem = {
  ...linearProblem(
    Array.from({ length: n }, (_, i) => Array.from(withSpectrum(spectrum, basis).subarray(i * n, (i + 1) * n))),
    new Array(n).fill(0),
  ),
  linearize: () => map,
};

const test = suite("saddleFreeDirection");

test("divides by absolute eigenvalues, and leaves the kernel out", () => {
  const start = normalVector(n, 5);
  const [row] = firstRows(problem, start, chain(saddleFreeDirection({ subspace: "all" }), whole), 1);
  const coordinates = spectrum.map((lambda, k) => {
    let z = 0;
    for (let i = 0; i < n; i++) z += basis[k * n + i]! * start[i]!;
    return lambda === 0 ? 0 : (-lambda * z) / Math.abs(lambda);
  });
  assertClose(row!.direction, combine(coordinates, basis), 1e-10);
  assertClose(row!.columns.lowestCurvature!, -5, 1e-12);
});

test("is the same on the Krylov space of F as on the whole space, once that is invariant, damped or not", () => {
  const start = normalVector(n, 6);
  for (const damping of [0, 0.3]) {
    const [all] = firstRows(problem, start, chain(saddleFreeDirection({ subspace: "all", damping }), whole), 1);
    // F has no kernel component: ten distinct eigenvalues.
    const [krylov] = firstRows(problem, start, chain(saddleFreeDirection({ subspace: 11, damping }), whole), 1);
    assertClose(krylov!.direction, all!.direction, 1e-8);
    assert.ok(krylov!.products <= 11);
  }
});

test("descends in every subspace", () => {
  const start = normalVector(n, 7);
  for (const subspace of [1, 2, 4]) {
    const [row] = firstRows(problem, start, chain(saddleFreeDirection({ subspace }), whole), 1);
    let slope = 0;
    row!.at.field.forEach((f, i) => {
      slope += f * row!.direction[i]!;
    });
    assert.ok(slope < 0);
  }
});

test("leaves saddles for minima", () => {
  const start = [0.05, -0.02, 0.9, 0.01];
  const rows = firstRows(
    doubleWells(4),
    start,
    chain(untilCritical({ squaredFieldNorm: 1e-20 }), saddleFreeDirection(), wolfeLineSearch({ merit: "value" })),
    40,
  );
  assert.is(rows.at(-1)!.status, "converged");
  assertClose(rows.at(-1)!.point, [1, -1, 1, 1], 1e-8);
  for (let k = 1; k < rows.length; k++) assert.ok(rows[k]!.value <= rows[k - 1]!.value);
});

test("refuses games and options out of range", () => {
  try {
    firstRows(bilinear(), [1, 1], chain(saddleFreeDirection(), whole), 1);
    assert.unreachable();
  } catch (error) {
    checkError(error, "ERR_NOT_SYMMETRIC", /saddleFreeDirection/);
  }
  const bad: readonly [SaddleFreeDirectionOptions, RegExp][] = [
    [{ subspace: 0 }, /subspace/],
    [{ damping: -1 }, /damping/],
    [{ cutoff: 1 }, /cutoff/],
  ];
  for (const [options, message] of bad) assertError(() => saddleFreeDirection(options), "ERR_OPTION_RANGE", message);
});

test.run();
