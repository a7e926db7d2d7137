/** Ends without a step: flat where ||F|| has a minimum beside them that is not zero, which another method looks for. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { symmetricEigen } from "../../../src/linalg/dense/dense.ts";
import { dot, norm } from "../../../src/linalg/vector.ts";
import { classifyEnd } from "../../../src/operators/measures/classifyEnd.ts";
import { endClasses } from "../../../src/operators/measures/explainEnd.ts";
import { untilCritical } from "../../../src/operators/measures/untilCritical.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { dampedNewton } from "../../../src/operators/newton/dampedNewton.ts";
import { denseNewtonDirection } from "../../../src/operators/newton/denseNewtonDirection.ts";
import { eigenvectorFollowing } from "../../../src/operators/newton/eigenvectorFollowing.ts";
import { levenbergMarquardt } from "../../../src/operators/newton/levenbergMarquardt.ts";
import { backtrackGradientNorm } from "../../../src/operators/newton/lineSearch/backtrackGradientNorm.ts";
import { wolfeLineSearch } from "../../../src/operators/newton/lineSearch/wolfeLineSearch.ts";
import { newtonFlow } from "../../../src/operators/newton/newtonFlow.ts";
import { newtonMR } from "../../../src/operators/newton/newtonMR.ts";
import { saddleFreeDirection } from "../../../src/operators/newton/saddleFreeDirection.ts";
import { finiteMatrix } from "../../../src/operators/support/finiteMatrix.ts";
import { fieldInUnits, matrixInUnits, stepFromUnits, unitsOf } from "../../../src/operators/support/parameterScale.ts";
import type { Units } from "../../../src/operators/support/toldUnits.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { evaluate } from "../../../src/streams/loop/evaluation.ts";
import type { Evaluation, Iterate, Update } from "../../../src/streams/types.ts";
import { testFunctions } from "../../support/testFunctions.ts";

const finders: Readonly<Record<string, () => Update>> = {
  newtonMR: () => newtonMR(),
  dampedNewton: () => dampedNewton(),
  denseNewtonDirection: () => chain(denseNewtonDirection(), backtrackGradientNorm()),
  levenbergMarquardt: () => levenbergMarquardt(),
  saddleFreeDirection: () => chain(saddleFreeDirection(), wolfeLineSearch({ merit: "value" })),
  eigenvectorFollowing: () => eigenvectorFollowing({ index: 0 }),
  newtonFlow: () => newtonFlow(),
};

interface End {
  readonly what: string;
  readonly verdict: string;
  readonly last: Iterate;
}

function stagnatedEnds(): End[] {
  const ends: End[] = [];
  for (const [name, make] of Object.entries(finders)) {
    for (const { problem, start } of testFunctions) {
      for (const factor of [1, -10, 10, 100, 1000]) {
        const search = chain(untilCritical({ relativeTolerance: 1e-12 }), untilStep(200), make(), classifyEnd());
        const far = start.map((z) => factor * z);
        const last = firstRows(problem, far, search, 202).at(-1)!;
        const verdict = endClasses[last.columns.end!]!;
        if (last.status !== "stagnated" || verdict === "critical point") continue;
        ends.push({ what: `${name}, ${problem.name} times ${factor}`, verdict, last });
      }
    }
  }
  return ends;
}

/** Where Levenberg's method with many small steps comes to rest, without second derivatives of F. */
function minimumOfNorm(at: Evaluation, units: Units | undefined): { readonly at: Evaluation; readonly slope: number } {
  const n = at.point.length;
  const sizeOf = (there: Evaluation): number => norm(fieldInUnits(there, units));
  let [here, damping, slope] = [at, 1e-3, 1];
  for (let k = 0; k < 3000; k++) {
    const matrix = finiteMatrix(here)!;
    const { values, vectors } = symmetricEigen(units === undefined ? matrix : matrixInUnits(matrix, units)!);
    const field = fieldInUnits(here, units);
    const vectorOf = (j: number): Float64Array => vectors.subarray(j * n, (j + 1) * n);
    const slopes = values.map((value, j) => value * dot(vectorOf(j), field));
    const largest = Math.max(...values.map(Math.abs));
    slope = norm(slopes) / largest / norm(field);
    if (slope < 1e-10) break;
    let next: Evaluation | undefined;
    while (next === undefined && damping < 1e20) {
      const step = new Float64Array(n);
      values.forEach((value, j) => {
        const length = slopes[j]! / (value ** 2 + damping * largest ** 2);
        for (let i = 0; i < n; i++) step[i] = step[i]! - length * vectorOf(j)[i]!;
      });
      stepFromUnits(step, units);
      const there = evaluate(
        at.problem,
        here.point.map((z, i) => z + step[i]!),
      );
      if (sizeOf(there) < sizeOf(here)) next = there;
      else damping *= 4;
    }
    if (next === undefined) break;
    here = next;
    damping = Math.max(damping / 4, 1e-30);
  }
  return { at: here, slope };
}

/** Points at both sides of an end, along the softest direction: only from a minimum do both lead back. */
function sides({ at }: Iterate, lengths: Float64Array, units: Units | undefined): Evaluation[] {
  const n = lengths.length;
  const matrix = finiteMatrix(at)!;
  const { values, vectors } = symmetricEigen(units === undefined ? matrix : matrixInUnits(matrix, units)!);
  const softest = values.reduce((best, value, k) => (Math.abs(value) < Math.abs(values[best]!) ? k : best), 0);
  const step = stepFromUnits(vectors.slice(softest * n, (softest + 1) * n), units);
  const size = step.reduce((most, p, i) => Math.max(most, lengths[i] === 0 ? 0 : Math.abs(p) / lengths[i]!), 0);
  return [1e-4, -1e-4].map((side) =>
    evaluate(
      at.problem,
      at.point.map((z, i) => z + (side / size) * step[i]!),
    ),
  );
}

/** Distance from an end to a minimum of ||F||, in lengths of the parameters, and how much ||F|| falls on the way. */
function oracle({ last }: End) {
  const lengths = last.vectors!.lengths!;
  const { units } = unitsOf(finiteMatrix(last.at)!, true, undefined);
  return [undefined, units].map((each) => {
    const found = sides(last, lengths, each).map((side) => {
      const { at, slope } = minimumOfNorm(side, each);
      const moves = at.point.map((z, i) => (lengths[i] === 0 ? 0 : Math.abs(z - last.point[i]!) / lengths[i]!));
      return { slope, distance: Math.max(...moves), ratio: norm(at.field) / norm(last.at.field) };
    });
    const most = (of: (one: (typeof found)[number]) => number): number => Math.max(...found.map(of));
    return { slope: most((o) => o.slope), distance: most((o) => o.distance), ratio: -most((o) => -o.ratio) };
  });
}

const ends = stagnatedEnds();
const tests = suite("ends without a step");

tests("Levenberg-Marquardt on Brown's function is held by a flat point, and the verdict says so", () => {
  const brown = ends.filter(({ what }) => what.startsWith("levenbergMarquardt, Brown"));
  assert.ok(brown.length >= 4, `${brown.length}`);
  for (const { what, verdict } of brown) assert.is(verdict, "gradient-flat region", what);
});

tests("each end that is called flat lies beside a minimum of ||F|| that is not zero", () => {
  for (const end of ends.filter(({ last }) => last.columns.flatDistance !== undefined)) {
    const found = oracle(end);
    assert.ok(
      found.some(({ distance, ratio }) => distance < 0.02 && ratio > 0.1),
      `${end.what}: ${end.last.columns.flatDistance}, ${JSON.stringify(found)}`,
    );
  }
});

tests("no end that is called stagnated lies beside a minimum of ||F|| at which a fifth of it is left", () => {
  const stagnated = ends.filter(({ verdict }) => verdict === "stagnated");
  assert.ok(stagnated.length >= 5, `${stagnated.length}`);
  for (const end of stagnated) {
    for (const { slope, distance, ratio } of oracle(end)) {
      assert.not.ok(slope < 1e-6 && distance < 0.005 && ratio > 0.2, `${end.what}: ${distance}, ${ratio}, ${slope}`);
    }
  }
});

tests.run();
