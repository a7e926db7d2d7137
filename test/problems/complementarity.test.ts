import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { complementarity } from "../../src/problems/complementarity.ts";
import type { PlainField } from "../../src/problems/plainField.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { assertError } from "../support/assert.ts";

const field: PlainField = (z, out) => {
  for (let i = 0; i < out.length; i++) out[i] = z[i]! ** 3 - 1;
};

const complementarities = suite("complementarity");

complementarities("is the variational inequality on the orthant", () => {
  const problem = complementarity(field, { dimension: 3 });
  assert.is(problem.constraint!.name, "orthant");
  assert.is(complementarity(quartic()).constraint!.dimension, 2);
  const traced = complementarity((x: tf.Tensor1D) => tf.sub(x, 1), { shapes: [[4]] });
  assert.is(traced.constraint!.dimension, 4);
});

complementarities("with bounds is the mixed problem on a box", () => {
  const set = complementarity(field, { lower: [Number.NEGATIVE_INFINITY, 0, 1] }).constraint!;
  const out = new Float64Array(3);
  set.project(Float64Array.of(-5, -5, -5), out);
  assert.equal([...out], [-5, 0, 1]);
});

complementarities("refuses to guess a dimension", () => {
  assertError(() => complementarity(field, {}), "ERR_OPTION_RANGE", /dimension, bounds or shapes/);
});

complementarities.run();
