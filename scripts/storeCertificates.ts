/**
 * Makes the certificates of `test/fixtures/certificates.json`, with which `scripts/check_certificates.py` is tested:
 *
 *     npx tsx --conditions=fluxion-source scripts/storeCertificates.ts
 */
import { fileURLToPath } from "node:url";
import { firstRows } from "../src/authoring/index.ts";
import { certify } from "../src/certify/certify.ts";
import type { NamedStatement } from "../src/cli/certificates/certificatesFile.ts";
import { writeCertificates } from "../src/cli/certificates/writeCertificates.ts";
import type { CertifiedProblem } from "../src/experiments/threads/certifyEnds.ts";
import { newtonMR } from "../src/operators/newton/newtonMR.ts";
import { gaussianData } from "../src/problems/data/gaussianData.ts";
import { deepLinearAutoencoder } from "../src/problems/linearAutoencoder/deepLinearAutoencoder.ts";
import { linearNetwork } from "../src/problems/linearAutoencoder/linearNetwork.ts";
import { formulaOf } from "../src/problems/networks/lossFormula.ts";
import { network } from "../src/problems/networks/network.ts";
import type { TracedProblem } from "../src/problems/problem.ts";
import { chain } from "../src/streams/chain.ts";

const problems: CertifiedProblem[] = [];
const certificates: NamedStatement[] = [];

/** Certifies points of a problem, and keeps the certificates. */
function keep(problem: TracedProblem, points: readonly (readonly [name: string, point: Float64Array])[]): void {
  const { name, dimension } = problem;
  problems.push({ name, dimension, loss: formulaOf(problem)! });
  for (const [label, point] of points) {
    const { problem: _, proof, jacobians, products, ...statement } = certify(problem, point, { radius: "grow" });
    const given = statement.moved === 0 ? {} : { given: point };
    certificates.push({ name: label, problem: problems.length - 1, ...given, statement });
    console.log(label, statement.verdict, statement.morseIndex, statement.exists, statement.unique, statement.excluded);
  }
}

const ended = (problem: TracedProblem, start: Float64Array): Float64Array =>
  Float64Array.from(firstRows(problem, start, chain(newtonMR()), 200).at(-1)!.point!);

const wide = deepLinearAutoencoder({ inputs: 6, hidden: 2, data: gaussianData({ inputs: 6, samples: 50, seed: 1 }) });
const classes = wide.criticalPoints();
keep(wide, [
  ["autoencoder-minimum", classes.representative([0, 1])],
  [
    "autoencoder-saddle",
    ended(
      wide,
      classes.representative([1, 3]).map((x, i) => x + 1e-3 * Math.sin(i)),
    ),
  ],
  ["autoencoder-low-rank", classes.representative([2])],
  ["autoencoder-origin", classes.representative([])],
  ["autoencoder-nowhere", classes.representative([0, 2]).map((x, i) => 0.7 * x + 0.1 * Math.cos(i))],
]);

const x = gaussianData({ inputs: 3, samples: 40, seed: 2 });
const y = Float64Array.from({ length: 80 }, (_, i) =>
  Math.sin(x[3 * (i >> 1) + (i % 2)]! + 0.3 * x[3 * (i >> 1) + 2]!),
);
const regression = linearNetwork({ widths: [3, 2, 2], inputs: x, targets: y });
keep(regression, [["regression-minimum", ended(regression, regression.criticalPoints().representative([0, 1]))]]);

for (const [name, layers, seed] of [
  ["tanh-small", [3, 2, 2], 1],
  ["tanh-wide", [3, 4, 2], 1],
  ["tanh-deep", [3, 2, 2, 2], 4],
] as const) {
  const problem = network({ layers, activation: "tanh", inputs: x, targets: y, regularization: 0.01 });
  keep(problem, [[name, ended(problem, problem.initialPoint(seed))]]);
}
const small = network({ layers: [3, 2, 2], activation: "tanh", inputs: x, targets: y, regularization: 0.01 });
keep(small, [["tanh-nowhere", small.initialPoint(9)]]);

writeCertificates(fileURLToPath(new URL("../test/fixtures/certificates.json", import.meta.url)), {
  problems,
  certificates,
});
