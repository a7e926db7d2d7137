import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkDerivatives } from "../../src/problems/checkDerivatives.ts";
import { objective } from "../../src/problems/objective.ts";
import type { Problem } from "../../src/problems/problem.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { assertError } from "../support/assert.ts";
import * as fc from "../support/fastCheck.ts";
import { nistLoss, nistSets } from "../support/nist.ts";
import { normalVector } from "../support/random.ts";
import { rescaled } from "../support/rescaled.ts";

const checking = suite("checkDerivatives");
const point = Float64Array.of(0.8, -1.1);

/** L = x^4 + x y^2 with parts that can be spoiled. */
function problem(change: Partial<Problem> = {}): Problem {
  return {
    name: "spoiled",
    dimension: 2,
    symmetric: true,
    blocks: [{ name: "z", shape: [2], offset: 0, size: 2 }],
    evaluate([x, y], field) {
      field[0] = 4 * x! ** 3 + y! ** 2;
      field[1] = 2 * x! * y!;
      return x! ** 4 + x! * y! ** 2;
    },
    linearize([x, y]) {
      const apply = (v: Float64Array, out: Float64Array): void => {
        const [a, b] = v;
        out[0] = 12 * x! ** 2 * a! + 2 * y! * b!;
        out[1] = 2 * y! * a! + 2 * x! * b!;
      };
      return { rows: 2, columns: 2, symmetric: true, apply, applyTranspose: apply, applyMany: () => {} };
    },
    ...change,
  };
}

const verdicts = (spoiled: Problem): Readonly<Record<string, string>> =>
  Object.fromEntries(checkDerivatives(spoiled, point).checks.map(({ quantity, verdict }) => [quantity, verdict]));

checking("finds right derivatives right, in a table", () => {
  for (const good of [problem(), quartic()]) {
    const report = checkDerivatives(
      good,
      Float64Array.from({ length: good.dimension }, (_, i) => 0.5 + i),
    );
    assert.is(report.verdict, "agrees", report.table);
    assert.match(report.table, `derivatives of ${good.name}`);
    assert.is(report.table.split("\n").length, 2 + 5);
  }
});

checking("finds derivatives that are 0 right: a linear loss, a constant one", () => {
  const linear = objective([[3]], (x) => tf.sum(tf.mul(x, [0.1, -7, 3])));
  const constant = objective([[3]], () => tf.scalar(2), { onWarning: () => {} });
  for (const flat of [linear, constant]) {
    const report = checkDerivatives(flat, Float64Array.of(0.3, -1.7, 2.2));
    assert.is(report.verdict, "agrees", report.table);
  }
});

checking("finds a derivative that is 0 by mistake wrong", () => {
  const none = (_: Float64Array, out: Float64Array): void => {
    out.fill(0);
  };
  const flat = problem({
    linearize: () => ({
      rows: 2,
      columns: 2,
      symmetric: true,
      apply: none,
      applyTranspose: none,
      applyMany: () => {},
    }),
  });
  assert.is(verdicts(flat).product, "differs");
});

checking("acquits right derivatives near kinks, which spoil the differences of large steps without a sign", () => {
  const x = tf.tensor(Array.from(normalVector(40, 3)), [10, 4]) as tf.Tensor2D;
  const net = objective(
    [
      [4, 5],
      [5, 2],
    ],
    (a, b) => {
      const sets = tf.sum(tf.reshape(tf.relu(tf.matMul(x, a)), [2, 5, 5]), 1) as tf.Tensor2D;
      return tf.sum(tf.logSumExp(tf.matMul(sets, b), 1));
    },
  );
  // Seeds where the first steps alone say that the derivatives differ.
  for (const seed of [29, 35, 266, 286]) {
    const point = normalVector(30, seed).map((z) => 0.5 * z);
    const report = checkDerivatives(net, point, { seed });
    assert.is(report.verdict, "agrees", report.table);
  }
});

checking("finds a wrong gradient", () => {
  const spoiled = problem({
    evaluate([x, y], field) {
      field[0] = 4 * x! ** 3 + y! ** 2;
      field[1] = 2.001 * x! * y!;
      return x! ** 4 + x! * y! ** 2;
    },
  });
  assert.is(verdicts(spoiled).gradient, "differs");
});

checking("finds a product that belongs to another function, without symmetry, without linearity", () => {
  const withApply = (apply: (v: Float64Array, out: Float64Array) => void): Problem =>
    problem({
      linearize: () => ({ rows: 2, columns: 2, symmetric: true, apply, applyTranspose: apply, applyMany: () => {} }),
    });
  assert.is(verdicts(withApply((v, out) => out.set(v))).product, "differs");
  assert.is(
    verdicts(
      withApply(([a, b], out) => {
        out[0] = a! + b!;
        out[1] = b!;
      }),
    ).symmetry,
    "differs",
  );
  assert.is(verdicts(withApply((v, out) => out.set(v.map((x) => x * x)))).linearity, "differs");
});

checking("finds a transpose that is none", () => {
  const spoiled = problem({
    symmetric: false,
    linearize: (at) => ({ ...problem().linearize(at), symmetric: false, applyTranspose: (u, out) => out.set(u) }),
  });
  const found = verdicts(spoiled);
  assert.is(found.transpose, "differs");
  assert.not("symmetry" in found);
});

checking("says differs at a kink, whose one-sided slope central differences do not have, and where NaN came", () => {
  const kink = objective([[]], (x) => tf.abs(x));
  assert.is(checkDerivatives(kink, Float64Array.of(0)).verdict, "differs");
  const root = objective([[]], (x) => tf.sqrt(x));
  assert.is(checkDerivatives(root, Float64Array.of(-1)).verdict, "differs");
});

checking("says unresolved where the value is too large for its changes to be seen", () => {
  const high = objective([[]], (x) => tf.add(1e14, tf.sin(x)));
  const report = checkDerivatives(high, Float64Array.of(0.3));
  assert.is(report.verdict, "unresolved", report.table);
  assert.is(report.checks.find(({ quantity }) => quantity === "gradient")!.verdict, "unresolved");
  assert.is(report.checks.find(({ quantity }) => quantity === "product")!.verdict, "agrees");
});

checking(
  "accuses no right derivative where parameters have different sizes, and finds a wrong one in each of them",
  () => {
    for (const set of nistSets) {
      const loss = nistLoss(set);
      for (const start of [...set.starts, set.certified]) {
        const report = checkDerivatives(loss, Float64Array.from(start));
        assert.is.not(report.verdict, "differs", report.table);
      }
      set.certified.forEach((_, i) => {
        const spoiled: Problem = {
          ...loss,
          evaluate(z, field) {
            const value = loss.evaluate(z, field);
            field[i] = 1.01 * field[i]!;
            return value;
          },
        };
        const report = checkDerivatives(spoiled, Float64Array.from(set.starts[1]));
        assert.is(report.verdict, "differs", `parameter ${i + 1}\n${report.table}`);
      });
    }
  },
);

checking("says the same in whatever units loss and parameters are", () => {
  const units = fc.integer({ min: -60, max: 60 }).map((k) => 2 ** k);
  fc.assert(
    fc.property(units, units, units, fc.integer({ min: 0, max: 100 }), (s, t0, t1, seed) => {
      const scaled = Float64Array.of(point[0]! * t0, point[1]! * t1);
      const { checks } = checkDerivatives(rescaled(problem(), s, [t0, t1]), scaled, { seed });
      assert.equal(checks, checkDerivatives(problem(), point, { seed }).checks);
    }),
    { numRuns: 30 },
  );
});

checking("says how little it resolves where it says unresolved", () => {
  const high = objective([[]], (x) => tf.add(1e14, tf.sin(x)));
  const gradient = checkDerivatives(high, Float64Array.of(0.3)).checks.find(({ quantity }) => quantity === "gradient")!;
  assert.ok(gradient.resolution >= gradient.difference, `${gradient.resolution}`);
});

checking("gives the same report for the same seed", () => {
  const table = (seed: number): string => checkDerivatives(problem(), point, { seed }).table;
  assert.is(table(3), table(3));
});

checking("refuses a point of another dimension", () => {
  assertError(() => checkDerivatives(quartic(), new Float64Array(7)), "ERR_LENGTH", /point of length \d+, got 7/);
  assertError(() => checkDerivatives(quartic(), new Float64Array(2), { directions: 0 }), "ERR_OPTION_RANGE");
});

checking("finds results that are added to what was there, or left out", () => {
  const { evaluate, linearize } = problem();
  const added = problem({
    evaluate(z, field) {
      const fresh = new Float64Array(2);
      const value = evaluate(z, fresh);
      field[0] = field[0]! + fresh[0]!;
      field[1] = fresh[1]!;
      return value;
    },
  });
  assert.is(verdicts(added).gradient, "differs");
  const leftOut = problem({
    linearize(z) {
      const map = linearize(z);
      const apply = (v: Float64Array, out: Float64Array): void => {
        const before = out[1]!;
        map.apply(v, out);
        out[1] = before;
      };
      return { ...map, apply };
    },
  });
  assert.is(verdicts(leftOut).product, "differs");
});

checking.run();
