/** Symmetries: built-in ones hold, false ones never make a false statement, found ones are labelled. */
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { refutedGenerators } from "../../src/certify/attack.ts";
import { certify } from "../../src/certify/certify.ts";
import { findSymmetries } from "../../src/certify/findSymmetries.ts";
import { velocity } from "../../src/certify/generators.ts";
import { polished } from "../../src/certify/polish.ts";
import { subjectOf } from "../../src/certify/subject.ts";
import { symmetriesOf } from "../../src/certify/symmetriesOf.ts";
import { gaussianData } from "../../src/problems/data/gaussianData.ts";
import { deepLinearAutoencoder } from "../../src/problems/linearAutoencoder/deepLinearAutoencoder.ts";
import { linearNetwork } from "../../src/problems/linearAutoencoder/linearNetwork.ts";
import type { ActivationName } from "../../src/problems/networks/activations.ts";
import { network } from "../../src/problems/networks/network.ts";
import { objective } from "../../src/problems/objective.ts";
import type { TracedProblem } from "../../src/problems/problem.ts";
import { claimedSymmetry } from "../../src/problems/symmetries/claimed.ts";
import type { AffineGenerator, Symmetry } from "../../src/problems/symmetries/symmetry.ts";
import { assertError } from "../support/assert.ts";
import { alongOrbit } from "../support/certified.ts";
import * as fc from "../support/fastCheck.ts";
import { normalVector } from "../support/random.ts";

const generatorsOf = (symmetries: readonly Symmetry[]): readonly AffineGenerator[] =>
  symmetries.flatMap((symmetry) => symmetry.generators());

function assertHold(problem: TracedProblem, point: Float64Array): void {
  const generators = generatorsOf(symmetriesOf(problem));
  const refuted = refutedGenerators(subjectOf("test", problem, point).derivatives, point, generators);
  assert.equal(
    refuted.map(({ refuted: wrong, points }, i) => (wrong || points === 0 ? i : -1)).filter((i) => i >= 0),
    [],
    symmetriesOf(problem)
      .map(({ name, count }) => `${name}: ${count}`)
      .join("; "),
  );
}

const builtIn = suite("built-in symmetries");

builtIn("hold for linear networks: intervals at random points do not refute them", () => {
  const autoencoder = deepLinearAutoencoder({ inputs: 4, hidden: 3, samples: 20 });
  assert.is(generatorsOf(symmetriesOf(autoencoder)).length, 9);
  assertHold(autoencoder, normalVector(autoencoder.dimension, 1));
  const deep = linearNetwork({ widths: [3, 2, 4, 3], inputs: gaussianData({ inputs: 3, samples: 20, seed: 1 }) });
  assert.is(generatorsOf(symmetriesOf(deep)).length, 4 + 16);
  assertHold(deep, normalVector(deep.dimension, 2));
});

builtIn("hold for networks of any activation, loss, penalty, with and without biases", () => {
  const kinds = ["linear", "relu", "tanh", "swish"] as const;
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom<ActivationName>(...kinds), { minLength: 1, maxLength: 2 }),
      fc.constantFrom<ActivationName>("linear", "tanh"),
      fc.boolean(),
      fc.constantFrom("meanSquaredError" as const, "softmaxCrossEntropy" as const),
      fc.constantFrom(0, 0.1, { coefficient: 0.1, biases: false }),
      fc.integer({ min: 1, max: 100 }),
      (hidden, outputActivation, biases, loss, regularization, seed) => {
        const layers = [2, ...hidden.map((_, i) => 2 + i), 2];
        const samples = 5;
        const problem = network({
          layers,
          activation: hidden,
          outputActivation,
          biases,
          loss,
          regularization,
          inputs: normalVector(2 * samples, seed),
          targets: normalVector(2 * samples, seed + 1).map(Math.abs),
        });
        assertHold(problem, normalVector(problem.dimension, seed + 2));
      },
    ),
    { numRuns: 30 },
  );
});

builtIn("are as many as the construction has, no fewer", () => {
  const of = (options: object): number => {
    const inputs = normalVector(6, 1);
    const targets = Float64Array.of(1, 0, 0, 1, 1, 0);
    return generatorsOf(symmetriesOf(network({ layers: [2, 3, 2], inputs, targets, ...options }))).length;
  };
  assert.is(of({ activation: "tanh" }), 0);
  assert.is(of({ activation: "relu" }), 3);
  assert.is(of({ activation: "relu", regularization: 0.1 }), 0);
  assert.is(of({ activation: "linear" }), 9 + 3);
  assert.is(of({ activation: "linear", biases: false }), 9);
  assert.is(of({ activation: "linear", regularization: 0.1 }), 3);
  assert.is(of({ activation: "linear", regularization: { coefficient: 0.1, biases: false } }), 3 + 3);
  assert.is(of({ activation: "tanh", loss: "softmaxCrossEntropy" }), 3 + 1);
  assert.is(of({ activation: "tanh", loss: "softmaxCrossEntropy", outputActivation: "tanh" }), 0);
  assert.is(of({ activation: (z: tf.Tensor) => tf.mul(z, 1) }), 0);
});

builtIn("belong to their problem: a copy with another loss does not inherit them", () => {
  const problem = deepLinearAutoencoder({ inputs: 3, hidden: 2, samples: 20 });
  const [own] = symmetriesOf(problem);
  assert.equal(symmetriesOf({ ...problem }), []);
  // The symmetry of one problem is only a claim about another.
  const other = deepLinearAutoencoder({ inputs: 3, hidden: 2, samples: 20, seed: 9 });
  const z = other.criticalPoints().representative([0, 2]);
  const found = certify(other, z, { symmetry: own! });
  assert.is(found.verdict, "zero, given the symmetry");
  assert.is(found.symmetry[0]!.evidence, "claimed");
  assert.is(found.symmetry[0]!.attacked, 100);
  assert.ok(found.assumptions.some((text) => text.includes(own!.name)));
  assert.is(
    certify(other, z).assumptions.some((text) => text.includes("symmetry")),
    false,
  );
});

builtIn("of a softmax make its minima provable: shifts are translations", () => {
  const inputs = normalVector(16, 4);
  const problem = network({
    layers: [2, 2],
    inputs,
    targets: Float64Array.from({ length: 16 }, (_, i) => (((i >> 1) % 3 === 0) === (i % 2 === 0) ? 0.8 : 0.2)),
    loss: "softmaxCrossEntropy",
  });
  const { point: z } = polished(problem, new Float64Array(problem.dimension), 30);
  const found = certify(problem, z);
  assert.is(found.verdict, "zero", found.because);
  assert.is(found.kernelDimension, 3);
  assert.is(found.morseIndex, 0);
  assert.is(certify(problem, z, { symmetry: [] }).verdict, "undecided");
});

builtIn.run();

const wrong = suite("symmetries that are wrong, missing or superfluous");

const autoencoder = deepLinearAutoencoder({ inputs: 4, hidden: 2, samples: 50 });
const critical = alongOrbit(autoencoder.criticalPoints().representative([1, 2]), 4, 2, 3);
const [group] = symmetriesOf(autoencoder);

wrong("(x - 1)^2 / 2 + y / 1000 at (1, 0) with the generator (0, x) passes all other checks; it is refuted", () => {
  const slope = objective([[], []], (x, y) => tf.add(tf.mul(0.5, tf.square(tf.sub(x, 1))), tf.mul(0.001, y)));
  const symmetry = claimedSymmetry("y moves with x", [{ rows: [1], columns: [0], values: [1] }]);
  const found = certify(slope, [1, 0], { symmetry });
  assert.is(found.exists, undefined, found.verdict);
  assert.equal(found.refuted, ["y moves with x"]);
  assert.ok(found.verdict === "no zero" || found.verdict === "undecided");
});

wrong("none: undecided", () => {
  assert.is(certify(autoencoder, critical, { symmetry: [] }).verdict, "undecided");
});

wrong("one generator of four is missing: undecided", () => {
  for (let dropped = 0; dropped < 4; dropped++) {
    const rest = group!.generators().filter((_, i) => i !== dropped);
    const { verdict, exists } = certify(autoencoder, critical, { symmetry: claimedSymmetry("three of four", rest) });
    assert.is(exists, undefined, verdict);
  }
});

wrong("a wrong sign is refuted", () => {
  const flipped = group!.generators().map(({ rows, columns, values }) => ({
    rows,
    columns,
    values: Array.from(values, (x, i) => (i % 2 === 0 ? x : -x)),
  }));
  const found = certify(autoencoder, critical, { symmetry: claimedSymmetry("flipped", flipped) });
  assert.is(found.exists, undefined);
  assert.is(found.refuted.length, 1);
});

wrong("a false one beside the true ones changes nothing", () => {
  const n = autoencoder.dimension;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: n - 1 }), fc.integer({ min: 0, max: n - 1 }), (row, column) => {
      const symmetry = [claimedSymmetry("random", [{ rows: [row], columns: [column], values: [1] }]), group!];
      const found = certify(autoencoder, critical, { symmetry });
      assert.is(found.verdict, "zero");
      assert.equal(found.refuted, ["random"]);
      assert.is(found.kernelDimension, 4);
    }),
    { numRuns: 10 },
  );
});

wrong("superfluous true ones change nothing: sums, multiples and repetitions", () => {
  const known = certify(autoencoder, critical);
  const all = group!.generators();
  const sum = {
    rows: all.flatMap(({ rows }) => Array.from(rows)),
    columns: all.flatMap(({ columns }) => Array.from(columns)),
    values: all.flatMap(({ values }) => Array.from(values)),
  };
  const twice = claimedSymmetry("repeated", [...all, sum, ...all]);
  for (const symmetry of [
    [group!, group!, twice],
    [twice, group!],
  ]) {
    const found = certify(autoencoder, critical, { symmetry });
    assert.is(found.verdict, known.verdict);
    assert.is(found.morseIndex, known.morseIndex);
    assert.is(found.kernelDimension, known.kernelDimension);
  }
  // Without the proof the same symmetry is an assumption.
  assert.is(certify(autoencoder, critical, { symmetry: twice }).verdict, "zero, given the symmetry");
});

wrong("other data, given by `with`, keep the symmetries of the construction; a copy has none", () => {
  const inputs = Float64Array.from(normalVector(40 * 4, 5));
  const other = autoencoder.with({ samples: inputs });
  assert.equal(
    symmetriesOf(other).map(({ name }) => name),
    symmetriesOf(autoencoder).map(({ name }) => name),
  );
  assert.is(symmetriesOf(other.with({ samples: inputs.map((x) => 2 * x) })).length, 1);
  assert.is(symmetriesOf({ ...other }).length, 0);
  const relu = network({
    layers: [2, 3, 1],
    activation: "relu",
    inputs: inputs.slice(0, 8),
    targets: Float64Array.of(1, 2, 3, 4),
  });
  assert.is(symmetriesOf(relu.with({ inputs: inputs.slice(8, 16) })).length, symmetriesOf(relu).length);
});

wrong("an object that calls itself proved is not believed", () => {
  const forged: Symmetry = { ...group!, evidence: "proved" };
  assert.is(certify(autoencoder, critical, { symmetry: forged }).verdict, "zero, given the symmetry");
});

wrong("generators that do not fit are refused by name", () => {
  assertError(
    () =>
      certify(autoencoder, critical, { symmetry: claimedSymmetry("far", [{ rows: [99], columns: [0], values: [1] }]) }),
    "ERR_OPTION_RANGE",
    /places from 0 to 15 in the generators of far, got 99/,
  );
  assertError(
    () =>
      certify(autoencoder, critical, {
        symmetry: claimedSymmetry("short", [{ rows: [], columns: [], values: [], offset: [1] }]),
      }),
    "ERR_LENGTH",
    /16 numbers as offset of short, got 1/,
  );
  assertError(() => claimedSymmetry("a", [{ rows: [1], columns: [], values: [1] }]), "ERR_LENGTH");
  assertError(() => claimedSymmetry("a", [{ rows: [-1], columns: [0], values: [1] }]), "ERR_OPTION_RANGE");
  assertError(() => claimedSymmetry("a", [{ rows: [1], columns: [0], values: [Number.NaN] }]), "ERR_OPTION_TYPE");
  assertError(() => claimedSymmetry(1 as never, []), "ERR_OPTION_TYPE");
});

wrong.run();

const found = suite("findSymmetries");

/** The number of independent velocities at a random point. */
function rankOf(generators: readonly AffineGenerator[], n: number): number {
  const x = normalVector(n, 77);
  const basis: Float64Array[] = [];
  for (const generator of generators) {
    const v = new Float64Array(n);
    velocity(generator, x, v);
    for (const b of basis) {
      const along = v.reduce((sum, y, i) => sum + y * b[i]!, 0);
      for (let i = 0; i < n; i++) v[i] = v[i]! - along * b[i]!;
    }
    const size = Math.sqrt(v.reduce((sum, y) => sum + y * y, 0));
    if (size > 1e-8) basis.push(v.map((y) => y / size));
  }
  return basis.length;
}

found("finds what the constructions have: gl(2), scalings of ReLU units, shifts of a softmax, nothing for tanh", () => {
  const inputs = normalVector(24, 6);
  const targets = Float64Array.from({ length: 24 }, (_, i) => (((i >> 1) % 3 === 0) === (i % 2 === 0) ? 0.9 : 0.1));
  const cases: readonly [TracedProblem, number][] = [
    [deepLinearAutoencoder({ inputs: 3, hidden: 2, samples: 20 }), 4],
    [network({ layers: [2, 3, 2], activation: "relu", inputs, targets }), 3],
    [network({ layers: [2, 2, 2], activation: "tanh", inputs, targets }), 0],
    [network({ layers: [2, 2], loss: "softmaxCrossEntropy", inputs, targets }), 3],
  ];
  for (const [problem, count] of cases) {
    const symmetries = findSymmetries(problem);
    const generators = generatorsOf(symmetries);
    assert.is(generators.length, count);
    assert.ok(symmetries.every(({ evidence }) => evidence === "sampled"));
    assert.is(rankOf([...generators, ...generatorsOf(symmetriesOf(problem))], problem.dimension), count);
    const at = normalVector(problem.dimension, 3);
    const outcomes = refutedGenerators(subjectOf("test", problem, at).derivatives, at, generators);
    assert.ok(outcomes.every(({ refuted, points }) => !refuted && points > 0));
  }
});

found("gives a symmetry with which a certificate is conditional, and says so", () => {
  const [symmetry] = findSymmetries(autoencoder);
  const conditional = certify(autoencoder, critical, { symmetry: symmetry! });
  assert.is(conditional.verdict, "zero, given the symmetry", conditional.because);
  assert.is(conditional.symmetry[0]!.evidence, "sampled");
  assert.is(conditional.kernelDimension, 4);
});

found("refuses fields and problems that are too large", () => {
  const large = objective([[60, 60]], (x) => tf.sum(tf.square(x)));
  assertError(() => findSymmetries(large), "ERR_MEMORY", /at most 3000 unknowns, got 10800/);
});

found.run();
