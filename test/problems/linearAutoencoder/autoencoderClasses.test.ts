import { suite } from "uvu";
import * as assert from "uvu/assert";
import { symmetricEigen } from "../../../src/linalg/dense/dense.ts";
import { gaussianData } from "../../../src/problems/data/gaussianData.ts";
import { secondMoment } from "../../../src/problems/data/secondMoment.ts";
import { autoencoderClasses, type CriticalClass } from "../../../src/problems/linearAutoencoder/autoencoderClasses.ts";
import { linearNetworkClasses } from "../../../src/problems/linearAutoencoder/linearNetworkClasses.ts";
import { randomSource } from "../../../src/random.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { normalVector } from "../../support/random.ts";
import { referenceDeepLinearAutoencoder } from "../../support/referenceDeepLinearAutoencoder.ts";

const hash = "sha256:test";

/** U^T diag(lambda) U with a random orthogonal U. */
function momentOf(lambda: readonly number[], seed: number): Float64Array {
  const k = lambda.length;
  const { vectors } = symmetricEigen(normalVector(k * k, seed));
  const moment = new Float64Array(k * k);
  lambda.forEach((value, l) => {
    for (let at = 0; at < k * k; at++) {
      moment[at] = moment[at]! + value * vectors[l * k + Math.floor(at / k)]! * vectors[l * k + (at % k)]!;
    }
  });
  return moment;
}

/** The point (C W1, W2 C^-1) with C = I + a nilpotent matrix, whose inverse is I - it. */
function moved(point: Float64Array, k: number, p: number, seed: number): Float64Array {
  if (p < 2) return point;
  const s = randomSource(seed).normal();
  const out = point.slice();
  for (let j = 0; j < k; j++) {
    out[j] = point[j]! + s * point[k + j]!;
    out[p * k + j * p + 1] = point[p * k + j * p + 1]! - s * point[p * k + j * p]!;
  }
  return out;
}

/** Loss, index and kernel of a class against the dense Hessian at a point of it. */
function checkClass(moment: Float64Array, k: number, p: number, found: CriticalClass, point: Float64Array): void {
  const problem = referenceDeepLinearAutoencoder({ inputs: k, hidden: p, moment });
  const field = new Float64Array(2 * p * k);
  const what = `class {${found.directions.join(",")}} of k = ${k}, p = ${p}`;
  assertClose(problem.evaluate(point, field), found.loss, 1e-12, `loss of ${what}`, 1);
  assertClose(field, new Float64Array(2 * p * k), 1e-12, `gradient of ${what}`, 1);
  const spectrum = symmetricEigen(problem.linearize(point)).values;
  const tolerance = 1e-9;
  assert.is(spectrum.filter((x) => x < -tolerance).length, found.morseIndex, `index of ${what}`);
  assert.is(spectrum.filter((x) => Math.abs(x) <= tolerance).length, found.kernelDimension, `kernel of ${what}`);
}

const classes = suite("autoencoderClasses");

classes(
  "has loss, index and kernel of the dense Hessian at every class, equal eigenvalues and p > k among them",
  () => {
    const cases: readonly (readonly [number, readonly number[]])[] = [
      [2, [1, 2, 3, 4]],
      [1, [0.5, 3, 3.5]],
      [2, [2, 2, 2, 5]],
      [3, [1, 1, 4, 4, 6]],
      [3, [1, 2]],
    ];
    for (const [p, lambda] of cases) {
      const k = lambda.length;
      const moment = momentOf(lambda, 7);
      const all = autoencoderClasses({ inputs: k, hidden: p, moment, hash });
      let seed = 0;
      for (const found of all) {
        const point = moved(all.representative(found.directions), k, p, seed++);
        checkClass(moment, k, p, found, point);
      }
      assert.is(seed, all.count);
    }
  },
);

classes("has 2517 classes for k = 16, p = 4, of which a sample agrees with the dense Hessian", () => {
  const moment = secondMoment(gaussianData({ inputs: 16, samples: 10_000, seed: 1 }), 16);
  const all = autoencoderClasses({ inputs: 16, hidden: 4, moment, hash });
  assert.is(all.count, 2517);
  const list = [...all];
  assert.is(list.length, 2517);
  assert.equal(list[0]!.directions, []);
  assert.is(list[0]!.morseIndex, 64);
  assert.is(list.filter((c) => c.morseIndex === 0).length, 1);
  assert.equal(
    [0, 1, 17, 137, 697].map((i) => list[i]!.kernelDimension),
    [0, 7, 12, 15, 16],
  );
  const random = randomSource(5);
  for (let i = 0; i < 12; i++) {
    const found = list[i === 0 ? 0 : random.integer(2517)]!;
    checkClass(moment, 16, 4, found, all.representative(found.directions));
  }
});

classes("begins to enumerate without computing them all", () => {
  const all = autoencoderClasses({
    inputs: 60,
    hidden: 30,
    moment: momentOf(
      Array.from({ length: 60 }, (_, i) => i + 1),
      1,
    ),
    hash,
  });
  assert.ok(all.count > 1e17);
  const iterator = all[Symbol.iterator]();
  assert.equal(iterator.next().value.directions, []);
  assert.equal(iterator.next().value.directions, [0]);
  assertError(() => all.nearest(1, 2), "ERR_UNSUPPORTED", /match\(point\)/);
});

classes("finds the class of a point near one of its orbit", () => {
  const k = 6;
  const p = 3;
  const all = autoencoderClasses({ inputs: k, hidden: p, moment: momentOf([1, 2, 3, 4, 5, 6], 3), hash });
  for (const directions of [[], [4], [0, 5], [1, 2, 3]]) {
    const point = moved(all.representative(directions), k, p, 2).map((x, i) => x + 1e-7 * normalVector(36, 9)[i]!);
    const { class: found, distance, lossDifference } = all.match(point);
    assert.equal(found.directions, directions);
    assert.ok(distance > 0 && distance < 1e-5, `distance ${distance}`);
    assert.ok(Math.abs(lossDifference) < 1e-10, `loss difference ${lossDifference}`);
  }
});

classes("finds the class of a point also where its map is no coordinate projection, between equal eigenvalues", () => {
  const lambda = [5, 2, 2, 2, 1];
  const all = autoencoderClasses({ inputs: 5, hidden: 2, moment: momentOf(lambda, 4), hash });
  const u = all.eigenvectors;
  const mixed = Float64Array.from({ length: 5 }, (_, j) => (u[5 + j]! + u[10 + j]! + u[15 + j]!) / Math.sqrt(3));
  const point = new Float64Array(20);
  for (let j = 0; j < 5; j++) {
    point[j] = mixed[j]!;
    point[10 + 2 * j] = mixed[j]!;
  }
  const { class: found, lossDifference } = all.match(point);
  assert.equal(found.directions, [1]);
  assert.ok(Math.abs(lossDifference) < 1e-12);
});

classes("reports the distance of a point that is no critical point", () => {
  const all = autoencoderClasses({ inputs: 3, hidden: 1, moment: momentOf([1, 2, 3], 3), hash });
  const point = all.representative([0]).map((x) => 1.2 * x);
  const { class: found, distance, lossDifference } = all.match(point);
  assert.equal(found.directions, [0]);
  assertClose(distance, 0.44, 1e-12);
  assertClose(lossDifference, (3 * 0.44 ** 2) / 3, 1e-12);
});

classes("finds the class nearest in loss, of a given index", () => {
  const all = autoencoderClasses({ inputs: 4, hidden: 2, moment: momentOf([1, 2, 4, 8], 5), hash });
  for (const wanted of all) {
    const { class: found, lossDifference } = all.nearest(wanted.loss + 1e-9, wanted.morseIndex)!;
    assert.is(found.morseIndex, wanted.morseIndex);
    assertClose(lossDifference, 1e-9, 1e-5);
  }
  assert.is(all.nearest(1, 1000), undefined);
  assert.equal(all.nearest(0)!.class.directions, [0, 1]);
});

classes("keeps the hash of its data", () => {
  assert.is(autoencoderClasses({ inputs: 1, hidden: 1, moment: Float64Array.of(2), hash }).hash, hash);
});

classes("names the directions in which the data do not vary", () => {
  const flat = Float64Array.of(1, 0, 0, 0, 0, 0, 0, 0, 2);
  assertError(
    () => autoencoderClasses({ inputs: 3, hidden: 1, moment: flat, hash }),
    "ERR_NOT_POSITIVE_DEFINITE",
    /got none in variable 1;/,
  );
  const tied = Float64Array.of(1, 1, 1, 1);
  assertError(
    () => autoencoderClasses({ inputs: 2, hidden: 1, moment: tied, hash }),
    "ERR_NOT_POSITIVE_DEFINITE",
    /0\.707 x0 \+ -?0\.707 x1/,
  );
});

classes("refuses sets that are no classes, and points of another length", () => {
  const all = autoencoderClasses({ inputs: 3, hidden: 2, moment: momentOf([1, 2, 3], 1), hash });
  for (const directions of [[0, 1, 2], [3], [-1], [1, 1], [0.5]]) {
    assertError(() => all.classOf(directions), "ERR_OPTION_RANGE", /at most 2 different directions from 0 to 2/);
  }
  assertError(() => all.match(new Float64Array(5)), "ERR_LENGTH", /expected a point of length 12, got 5/);
});

classes("refuses moments of another size than the widths say", () => {
  const moment = Float64Array.of(2, 0, 0, 1);
  for (const inputs of [1, 3]) {
    assertError(
      () => autoencoderClasses({ inputs, hidden: 1, moment, hash }),
      "ERR_LENGTH",
      new RegExp(`^autoencoderClasses: expected ${inputs} x ${inputs} numbers in moment, got 4$`),
    );
  }
  const widths = [2, 1, 2];
  for (const short of [{ inputMoment: moment.subarray(1) }, { crossMoment: moment.subarray(1) }]) {
    const whole = { inputMoment: moment, crossMoment: moment, targetTrace: 3 };
    assertError(
      () => linearNetworkClasses({ widths, hash, ...whole, ...short }),
      "ERR_LENGTH",
      /expected 2 x 2 numbers/,
    );
  }
});
classes.run();
