/** The points of Newton's steps are computed once each, whichever of the measures needs them. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { nearestZero } from "../../../src/operators/support/ends/nearestZero.ts";
import { relativeField } from "../../../src/operators/support/ends/relativeField.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { evaluate } from "../../../src/streams/loop/evaluation.ts";
import { repeated } from "../../support/repeated.ts";
import { testFunctions } from "../../support/testFunctions.ts";

const tests = suite("Newton's path");

/** Notes the points at which a problem is evaluated and J is prepared. */
function watched(problem: Problem) {
  const [evaluated, linearized]: [string[], string[]] = [[], []];
  const watching: Problem = {
    ...problem,
    evaluate(point, field) {
      evaluated.push(point.join());
      return problem.evaluate(point, field);
    },
    linearize(point) {
      linearized.push(point.join());
      return problem.linearize(point);
    },
  };
  return { watching, evaluated, linearized };
}

const rosenbrock = testFunctions.find(({ problem }) => problem.name === "Rosenbrock")!.problem;

for (const copies of [1, 60]) {
  tests(`no point is evaluated twice beside a minimum with ${2 * copies} parameters`, () => {
    const { watching, evaluated, linearized } = watched(repeated(rosenbrock, copies).problem);
    const point = Float64Array.from({ length: 2 * copies }, () => 1 + 1e-5);
    const lengths = point.map(Math.abs);
    const at = evaluate(watching, point);
    const relative = relativeField(at, lengths);
    [evaluated.length, linearized.length] = [0, 0];
    const { stepContraction, removableShare } = nearestZero(at, lengths, relative);
    // All that needs the points was measured.
    assert.is(removableShare, 1);
    assert.ok(stepContraction! < 0.1);
    assert.ok(evaluated.length >= 2, `${evaluated.length} evaluations`);
    assert.is(new Set(evaluated).size, evaluated.length);
    // J at the point itself was prepared by relativeField.
    assert.is(new Set(linearized).size, linearized.length);
  });
}

tests.run();
