import { suite } from "uvu";
import * as assert from "uvu/assert";
import { denseOf } from "../../../src/linalg/dense/dense.ts";
import { symmetricFactor } from "../../../src/linalg/dense/symmetricFactor.ts";
import { norm } from "../../../src/linalg/vector.ts";
import { untilCritical } from "../../../src/operators/measures/untilCritical.ts";
import { newtonMR } from "../../../src/operators/newton/newtonMR.ts";
import { gaussianData } from "../../../src/problems/data/gaussianData.ts";
import { deepLinearAutoencoder } from "../../../src/problems/linearAutoencoder/deepLinearAutoencoder.ts";
import { linearNetwork } from "../../../src/problems/linearAutoencoder/linearNetwork.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";
import { normalVector } from "../../support/random.ts";
import { orthogonal } from "../../support/symmetric.ts";

/** Index and kernel of the dense Hessian, on both sides of a gap. */
function orderOf(problem: ReturnType<typeof linearNetwork>, point: Float64Array) {
  const hessian = denseOf(problem.linearize(point));
  const morseIndex = symmetricFactor(hessian, -1e-7).inertia.negative;
  return { morseIndex, kernelDimension: symmetricFactor(hessian, 1e-7).inertia.negative - morseIndex };
}

/** W_l -> C_l W_l C_(l-1)^-1 with random rotations, scaled. */
function onOrbit(point: Float64Array, widths: readonly number[], seed: number): Float64Array {
  const out = new Float64Array(point.length);
  const turn = widths.map((width, l) =>
    l === 0 || l === widths.length - 1 ? undefined : { q: orthogonal(width, seed + l), scale: 1 + l / 3 },
  );
  let offset = 0;
  for (let l = 1; l < widths.length; l++) {
    const rows = widths[l]!;
    const columns = widths[l - 1]!;
    const left = turn[l];
    const right = turn[l - 1];
    for (let a = 0; a < rows; a++) {
      for (let b = 0; b < columns; b++) {
        let sum = 0;
        for (let c = 0; c < rows; c++) {
          const ca = left === undefined ? (a === c ? 1 : 0) : left.scale * left.q[a * rows + c]!;
          if (ca === 0) continue;
          for (let e = 0; e < columns; e++) {
            const eb = right === undefined ? (e === b ? 1 : 0) : right.q[b * columns + e]! / right.scale;
            sum += ca * point[offset + c * columns + e]! * eb;
          }
        }
        out[offset + a * columns + b] = sum;
      }
    }
    offset += rows * columns;
  }
  return out;
}

const test = suite("linearNetwork");

test("has loss, index and kernel of the dense Hessian at representatives and on their orbits, of any depth and width", () => {
  const width = fc.integer({ min: 1, max: 4 });
  let checked = 0;
  fc.assert(
    fc.property(fc.array(width, { minLength: 3, maxLength: 5 }), fc.integer({ min: 0, max: 99 }), (widths, seed) => {
      const k = widths[0]!;
      const d = widths.at(-1)!;
      const n = 12;
      const inputs = normalVector(n * k, seed);
      const targets = normalVector(n * d, seed + 1);
      const problem = linearNetwork({ widths, inputs, targets });
      const classes = problem.criticalPoints();
      const field = new Float64Array(problem.dimension);
      const hidden = Math.min(...widths.slice(1, -1));
      for (const found of classes) {
        const m = found.directions.length;
        const ranks = widths.length === 3 ? [hidden] : [m, hidden];
        for (const rank of ranks) {
          const exact = classes.representative(found.directions, rank);
          for (const point of [exact, onOrbit(exact, widths, seed)]) {
            const what = `S = {${found.directions}}, rho = ${rank}, widths ${widths}`;
            assertClose(problem.evaluate(point, field), found.loss, 1e-11, `loss, ${what}`, 1);
            assert.ok(norm(field) < 1e-10, `gradient ${norm(field)}, ${what}`);
            assert.equal(orderOf(problem, point), classes.orderAt(found.directions, rank), what);
            const match = problem.match(point);
            assert.equal(match.class, found, what);
            assert.ok(match.distance < 1e-9 && Math.abs(match.lossDifference) < 1e-10);
            checked++;
          }
        }
      }
    }),
    { numRuns: 20, seed: 3 },
  );
  assert.ok(checked > 100, `${checked} points`);
});

test("with one hidden layer and its inputs as targets it is the deep linear autoencoder", () => {
  const data = gaussianData({ inputs: 5, samples: 60, seed: 2 });
  const network = linearNetwork({ widths: [5, 2, 5], inputs: data });
  const autoencoder = deepLinearAutoencoder({ inputs: 5, hidden: 2, data });
  const point = autoencoder.initialPoint(3);
  const [a, b] = [new Float64Array(20), new Float64Array(20)];
  assertClose(network.evaluate(point, a), autoencoder.evaluate(point, b), 1e-13);
  assertClose(a, b, 1e-13);
  const classes = network.criticalPoints();
  const known = autoencoder.criticalPoints();
  assert.is(classes.count, known.count);
  for (const found of classes) {
    const same = known.classOf(found.directions);
    assertClose(found.loss, same.loss, 1e-12, "loss", 1);
    const { morseIndex, kernelDimension } = same;
    assert.equal(classes.orderAt(found.directions), { morseIndex, kernelDimension });
  }
});

test("with equal singular values counts them by their group", () => {
  const axis = orthogonal(4, 1);
  const inputs = Float64Array.from({ length: 16 }, (_, at) => Math.sqrt([8, 3, 3, 1][Math.floor(at / 4)]!) * axis[at]!);
  const problem = linearNetwork({ widths: [4, 3, 3, 4], inputs });
  const classes = problem.criticalPoints();
  for (const directions of [[1], [0, 2], [1, 2, 3]]) {
    for (const rank of [directions.length, 3]) {
      const point = classes.representative(directions, rank);
      assert.equal(orderOf(problem, point), classes.orderAt(directions, rank));
    }
  }
  assert.is(classes.classOf([0, 1, 2]).global, true);
  assert.is(classes.classOf([0, 1]).global, false);
  assert.is(problem.criticalPoints().count, 1 + 4 + 6 + 4);
});

test("has saddles without negative curvature from three layers on, in the leading classes", () => {
  const inputs = gaussianData({ inputs: 4, samples: 50, seed: 1 });
  const classes = linearNetwork({ widths: [4, 3, 3, 4], inputs }).criticalPoints();
  assert.is(classes.orderAt([0, 1]).morseIndex, 0);
  assert.is(classes.classOf([0, 1]).global, false);
  assert.ok(classes.orderAt([0, 1], 3).morseIndex > 0);
  const shallow = linearNetwork({ widths: [4, 3, 4], inputs }).criticalPoints();
  assert.ok(shallow.orderAt([0, 1]).morseIndex > 0);
});

test("critical points that Newton-MR finds have the loss of a class", () => {
  const inputs = gaussianData({ inputs: 4, samples: 100, seed: 1 });
  const problem = linearNetwork({ widths: [4, 3, 3, 4], inputs });
  let found = 0;
  for (let seed = 1; seed <= 6; seed++) {
    const start = problem.initialPoint(seed);
    const search = chain(untilCritical({ squaredFieldNorm: 1e-22 }), newtonMR());
    const last = firstRows(problem, start, search, 150).at(-1)!;
    if (last.squaredFieldNorm > 1e-16) continue;
    found++;
    const { lossDifference } = problem.match(last.point);
    assert.ok(Math.abs(lossDifference) < 1e-9, `${lossDifference}`);
  }
  assert.ok(found >= 2, `${found} of 6`);
});

test("refuses widths, data and ranks that do not fit", () => {
  const inputs = normalVector(20, 1);
  assertError(() => linearNetwork({ widths: [2, 2], inputs }), "ERR_OPTION_RANGE", /three positive integers/);
  assertError(() => linearNetwork({ widths: [2, 0, 2], inputs }), "ERR_OPTION_RANGE", /\[2, 0, 2\]/);
  assertError(() => linearNetwork({ widths: [3, 1, 3], inputs }), "ERR_LENGTH", /samples of 3 numbers/);
  assertError(() => linearNetwork({ widths: [2, 1, 3], inputs }), "ERR_LENGTH", /targets of 3/);
  assertError(() => linearNetwork({ widths: [1, 1, 1], inputs: Float64Array.of(1, Number.NaN) }), "ERR_NOT_FINITE");
  const flat = Float64Array.of(1, 2, 2, 4, 3, 6);
  assertError(() => linearNetwork({ widths: [2, 1, 2], inputs: flat }), "ERR_NOT_POSITIVE_DEFINITE", /1 of them/);
  const classes = linearNetwork({ widths: [2, 2, 2], inputs }).criticalPoints();
  assertError(() => classes.orderAt([0], 1), "ERR_OPTION_RANGE", /2, the width of the one hidden layer, got 1/);
  const deep = linearNetwork({ widths: [2, 2, 2, 2], inputs }).criticalPoints();
  assertError(() => deep.representative([0], 3), "ERR_OPTION_RANGE", /from 1 to 2, got 3/);
  assertError(() => deep.classOf([2]), "ERR_OPTION_RANGE", /from 0 to 1/);
  assertError(() => deep.match(new Float64Array(3)), "ERR_LENGTH", /length 12, got 3/);
});

test.run();
