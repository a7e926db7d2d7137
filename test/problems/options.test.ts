/** What every problem, game and set says of wrong options: the functions are read from the sources, so new ones are covered. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { data } from "../../src/autodiff/index.ts";
import { denseMatrix } from "../../src/linalg/maps/maps.ts";
import * as games from "../../src/problems/games/index.ts";
import * as problems from "../../src/problems/index.ts";
import type { PlainField } from "../../src/problems/plainField.ts";
import * as sets from "../../src/problems/sets/index.ts";
import { assertError } from "../support/assert.ts";
import { scratchPath } from "../support/scratch.ts";

type Factory = (...parts: readonly unknown[]) => unknown;
const factories = { ...problems, ...games, ...sets } as unknown as Readonly<Record<string, Factory>>;

const folder = new URL("../../src/problems/", import.meta.url);
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
const sources = files.map((file) => readFileSync(new URL(file, folder), "utf8"));
const indexes = files.filter((file) => file.endsWith("index.ts"));

/** Each exported function with an object of options, and whether it may be left out. Overloads end with a semicolon. */
const exported = sources
  .flatMap((source) =>
    Array.from(
      source.matchAll(/^export function (\w+)[^{]*?\b(?:options|spec): [^=]*?( = \{\})?,?\s*\): [^;{]*\{$/gm),
      ([, name, optional]) => ({ name: name!, optional: optional !== undefined }),
    ),
  )
  .filter(({ name }) => name in factories);

const double = (x: tf.Tensor): tf.Tensor => tf.mul(2, x);
const square = (x: tf.Tensor): tf.Tensor => tf.square(x);
const copy: PlainField = (z, out) => out.set(z);
const unit = Float64Array.of(1, 0, 0, 1);
const weight = tf.variable(tf.scalar(1));

/** A folder with the smallest data files: images of one pixel, and one image per file of CIFAR-10. */
const images = scratchPath("images");
mkdirSync(images);
writeFileSync(join(images, "points.csv"), "x,label\n1,0\n2,1\n");
writeFileSync(
  join(images, "train-images-idx3-ubyte"),
  Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 7, 9),
);
writeFileSync(join(images, "train-labels-idx1-ubyte"), Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 3, 4));
for (const i of [1, 2, 3, 4, 5]) writeFileSync(join(images, `data_batch_${i}.bin`), new Uint8Array(3073));
const shape = { inputShape: [2], outputs: 2 };
const picture = { inputShape: [4, 4, 1], outputs: 2 };

/** What comes before the options. */
const before: Readonly<Record<string, readonly unknown[]>> = {
  affineField: [denseMatrix(1, 1, Float64Array.of(1))],
  budgetSet: [2],
  cappedSimplex: [2],
  checkDerivatives: [problems.quartic(), new Float64Array(2)],
  complementarity: [copy],
  deflated: [problems.quartic(), []],
  fixedPoint: [copy],
  game: [[{ name: "alone", cost: square }]],
  intersectionSet: [[sets.simplex(2), sets.ball([0, 0])]],
  matrixGame: [[[1]]],
  matrixGameFromCsv: ["1, 2"],
  minibatches: [
    problems.objective([[]], (w: tf.Scalar) => tf.mul(w, tf.sum(data("x", [1, 2], [2])))),
    { x: [1, 2, 3] },
  ],
  modelObjective: [[weight], () => tf.square(weight)],
  objective: [[[]], square],
  predictions: [[[]], square],
  saddlePoint: [[[]], [[]], (x: tf.Tensor, y: tf.Tensor) => tf.mul(x, y)],
  simplex: [2],
  standardised: [{ train: problems.dataset({ inputs: [[1], [2]] }) }],
  tableData: [join(images, "points.csv")],
  trafficAssignment: [games.braess()],
  trainable: [
    problems.linearModel(shape),
    problems.dataset({
      inputs: [
        [1, 2],
        [3, 4],
      ],
      labels: [0, 1],
    }),
  ],
  variationalInequality: [copy, sets.simplex(2)],
  vectorField: [[[]], double],
  kernelAlignment: [unit, [0, 1]],
  sampleMoment: [
    [
      [1, 2],
      [3, 4],
    ],
  ],
  whitening: [
    [
      [1, 2],
      [3, 4],
    ],
  ],
};

const player = { input: [[1]], stateCost: [[1]], controlCost: [[1]] };
const linearQuadratic = { dynamics: [[1]], start: [1], players: [player] };
const regression = { inputs: [[1], [2]], targets: [1, 3] };

/** Options that must be given. */
const required: Readonly<Record<string, object>> = {
  cifar10: { folder: images },
  convexSet: { name: "plane", dimension: 2, bounded: false, project: copy, support: () => 0 },
  complementarity: { dimension: 2 },
  convolutionalNetwork: picture,
  cournot: { costs: [1] },
  dataset: { inputs: [[1], [2]] },
  differentialGame: linearQuadratic,
  distributionallyRobustRegression: regression,
  fixedPoint: { dimension: 2 },
  gaussianData: { inputs: 2, samples: 3 },
  kellyAuction: { gains: [1, 2] },
  linearModel: shape,
  linearNetwork: { widths: [2, 1, 2], inputs: unit },
  linearNetworkClasses: { widths: [2, 1, 2], inputMoment: unit, crossMoment: unit, targetTrace: 2, hash: "none" },
  linearQuadraticGame: linearQuadratic,
  autoencoderClasses: { inputs: 2, hidden: 1, moment: unit, hash: "none" },
  moments: { features: 2 },
  multilayerPerceptron: shape,
  naturalImages: { samples: 3 },
  network: { layers: [2, 1, 2], inputs: unit },
  normalFormGame: { strategies: [1], payoffs: [[1]] },
  polyhedron: { inequalities: { matrix: [[1]], bounds: [1] } },
  randomMatrixGame: { rows: 2 },
  residualNetwork: picture,
  robustRegression: regression,
  spectralData: { spectrum: [2, 1], samples: 3 },
  wideResidualNetwork: picture,
};

/** Options without which a function finds no data here, or takes long. */
const here: Readonly<Record<string, object>> = {
  cifar10: { perFile: 1 },
  mnist: { folder: images },
  wideResidualNetwork: { depth: 10, width: 1 },
};

/** Options with which the function has another form. */
const otherForms: Readonly<Record<string, { readonly before: readonly unknown[]; readonly options: object }[]>> = {
  complementarity: [
    { before: [double], options: { shapes: [[2]] } },
    { before: [problems.quartic()], options: {} },
  ],
  fixedPoint: [{ before: [double], options: { shapes: [[2]] } }],
  variationalInequality: [
    { before: [double, sets.simplex(2)], options: { shapes: [[2]] } },
    { before: [problems.quartic(), sets.simplex(2)], options: {} },
  ],
};

function call(name: string, ...options: readonly unknown[]): () => unknown {
  return () => factories[name]!(...(before[name] ?? []), ...options);
}

const options = suite("options of problems");

options("are found in the sources, as many as there are exported types of options", () => {
  const types = indexes.flatMap((file) =>
    Array.from(
      readFileSync(new URL(file, folder), "utf8").matchAll(/\btype (\w+(?:Options|Spec|Bounds))\b/g),
      ([, type]) => type!,
    ),
  );
  // These are parts of options, or options of one form of a function.
  const parts = ["PlainFieldOptions", "PlainMapOptions", "TensorFieldOptions", "PlayerSpec"];
  const dykstra = ["DykstraOptions"];
  const owners = types.filter((type) => ![...parts, ...dykstra].includes(type));
  assert.ok(owners.length > 35, owners.join(", "));
  for (const type of owners) {
    const found = exported.some(({ name }) =>
      sources.some((source) =>
        new RegExp(`^export function ${name}[^{]*?\\b(?:options|spec)\\??: [^={]*\\b${type}\\b`, "m").test(source),
      ),
    );
    assert.ok(found, `no exported function takes ${type}`);
  }
});

options("that are not an object are refused: simplex(2, 3) would keep its default", () => {
  for (const { name } of exported) {
    const message = new RegExp(`^${name}: expected an object of options, such as \\{ \\w+: value \\}, got`);
    for (const wrong of [0.9, "0.9", null, [0.9]]) assertError(call(name, wrong), "ERR_OPTION_TYPE", message);
  }
});

options("may be left out exactly where all of them have defaults", () => {
  for (const { name, optional } of exported) {
    if (!optional) assertError(call(name), "ERR_OPTION_TYPE", new RegExp(`^${name}: expected an object of options`));
    else if (required[name] === undefined && here[name] === undefined) assert.ok(call(name)(), name);
    assert.ok(call(name, { ...required[name], ...here[name] })(), name);
  }
});

options("that a function does not have are refused by name", () => {
  for (const { name } of exported) {
    const message = new RegExp(`^${name}: there is no option "tol"\\..*The options are`);
    assertError(call(name, { ...required[name], tol: 1 }), "ERR_OPTION_UNKNOWN", message);
    for (const form of otherForms[name] ?? []) {
      const wrong = { ...form.options, tol: 1 };
      assertError(() => factories[name]!(...form.before, wrong), "ERR_OPTION_UNKNOWN", message);
      assert.ok(factories[name]!(...form.before, form.options), name);
    }
  }
});

options("that must be given are asked for", () => {
  for (const [name, given] of Object.entries(required)) {
    // One dimension, one of two constraints: no single option has to be there.
    if (["complementarity", "polyhedron"].includes(name)) continue;
    for (const option of Object.keys(given)) {
      const { [option]: _, ...rest } = given as Readonly<Record<string, unknown>>;
      const message = new RegExp(`^${name}: expected (?:the option )?${option} to be .*, got nothing`);
      assertError(call(name, rest), "ERR_OPTION_TYPE", message);
    }
  }
});

options("of options are checked too", () => {
  const unknown = (act: () => unknown, who: string, within: string): void =>
    assertError(act, "ERR_OPTION_UNKNOWN", new RegExp(`^${who}: there is no option "${within}\\.tol"`));
  const inequalities = { matrix: [[1]], bounds: [1], tol: 1 };
  unknown(() => sets.polyhedron({ inequalities }), "polyhedron", "inequalities");
  const regularization = { coefficient: 1, tol: 1 };
  unknown(() => problems.network({ layers: [2, 2], inputs: unit, regularization }), "network", "regularization");
  const alone = { name: "alone", cost: square };
  const withTol = [{ ...alone, tol: 1 }];
  unknown(() => problems.game(withTol), "game", "players\\[0\\]");
  const players = [player, { ...player, tol: 1 }];
  unknown(() => games.linearQuadraticGame({ ...linearQuadratic, players }), "linearQuadraticGame", "players\\[1\\]");
  unknown(() => games.differentialGame({ ...linearQuadratic, players }), "differentialGame", "players\\[1\\]");
});

options.run();
