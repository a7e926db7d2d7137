/** What does a certificate cost, and how often does it prove what is known of linear autoencoders? */

import type { Certificate } from "../src/certify/certificate.ts";
import { certify } from "../src/certify/certify.ts";
import { excludeZero } from "../src/certify/excludeZero.ts";
import { untilCritical } from "../src/operators/measures/untilCritical.ts";
import { untilStep } from "../src/operators/measures/untilStep.ts";
import { newtonMR } from "../src/operators/newton/newtonMR.ts";
import { gaussianData } from "../src/problems/data/gaussianData.ts";
import { mnist4x4 } from "../src/problems/data/mnist4x4.ts";
import type { CriticalClass } from "../src/problems/linearAutoencoder/autoencoderClasses.ts";
import {
  type DeepLinearAutoencoder,
  deepLinearAutoencoder,
} from "../src/problems/linearAutoencoder/deepLinearAutoencoder.ts";
import { network } from "../src/problems/networks/network.ts";
import { chain } from "../src/streams/chain.ts";
import { firstRows } from "../src/streams/firstRows.ts";
import { alongOrbit } from "../test/support/certified.ts";
import { duration } from "./support/duration.ts";

/*
 * npm run bench -- certificates [--classes 1] [--searches 40]
 *
 * Costs are CPU times. Then certificates at points of each k-th class of the 16-4 autoencoder, moved along their orbits,
 * for four data sets, against the formulas: `--classes k`, 0 for none. Then searches by Newton-MR, each stopped at
 * the first iterate below each cutoff on ||F||^2, and the searches that failed: `--searches`, 0 for none.
 */
const option = (name: string, otherwise: number): number => {
  const place = process.argv.indexOf(`--${name}`);
  return place < 0 ? otherwise : Number(process.argv[place + 1]);
};
const row = (cells: readonly (string | number)[]): void => console.log(`| ${cells.join(" | ")} |`);
const head = (cells: readonly string[]): void => {
  row(cells);
  row(cells.map(() => "---"));
};

head(["what", "n", "ms"]);
for (const [inputs, hidden] of [
  [16, 4],
  [24, 6],
] as const) {
  const problem = deepLinearAutoencoder({ inputs, hidden, samples: 1000 });
  const z = problem.criticalPoints().representative([0, 2, 3]);
  row([
    `certificate, linear ${inputs}-${hidden}-${inputs}`,
    problem.dimension,
    (duration(() => certify(problem, z), 1) / 1000).toPrecision(3),
  ]);
}
const digits = network({ layers: [16, 8, 16, 16], inputs: mnist4x4({ samples: 1000, seed: 1 }).pixels });
const start = digits.initialPoint(1);
row([
  "exclusion, swish 16-8-16-16, N=1000",
  digits.dimension,
  (duration(() => excludeZero(digits, start), 1) / 1000).toPrecision(3),
]);

/** Whether a certificate of a zero says what the formulas say; the formula of the loss is rounded itself. */
function isRight(found: Certificate, known: CriticalClass, size: number): boolean {
  const { morseIndex, kernelDimension, loss } = found;
  const [low, high] = [known.loss - 1e-13 * size, known.loss + 1e-13 * size];
  return (
    morseIndex === known.morseIndex &&
    kernelDimension === known.kernelDimension &&
    loss!.low <= high &&
    low <= loss!.high
  );
}

const lossAtOrigin = (problem: DeepLinearAutoencoder): number => problem.criticalPoints().classOf([]).loss;

/** Gaussian data whose variances have another law. */
function withVariances(law: (i: number) => number): Float64Array {
  return gaussianData({ inputs: 16, samples: 1000, seed: 2 }).map((x, at) => {
    return (x / Math.sqrt((at % 16) + 1)) * Math.sqrt(law(at % 16));
  });
}

const each = option("classes", 1);
if (each > 0) {
  console.log();
  head(["data of 16-4", "classes", "proved as the formulas say", "proved otherwise", "undecided", "CPU, s"]);
  for (const [name, data] of [
    ["variances 1 to 16", undefined],
    ["variances 2^-i", withVariances((i) => 2 ** -i)],
    ["variances 1 + i / 100", withVariances((i) => 1 + i / 100)],
    ["variances 1 / (1 + i)^2", withVariances((i) => 1 / (1 + i) ** 2)],
  ] as const) {
    const problem = deepLinearAutoencoder({
      inputs: 16,
      hidden: 4,
      ...(data === undefined ? { samples: 1000 } : { data }),
    });
    const counts = { all: 0, right: 0, wrong: 0, undecided: 0 };
    const before = process.cpuUsage();
    let number = 0;
    for (const known of problem.criticalPoints()) {
      if (number++ % each !== 0) continue;
      const z = alongOrbit(problem.criticalPoints().representative(known.directions), 16, 4, number);
      const found = certify(problem, z);
      counts.all++;
      if (found.exists === undefined) counts.undecided++;
      else if (isRight(found, known, lossAtOrigin(problem))) counts.right++;
      else counts.wrong++;
    }
    const { user, system } = process.cpuUsage(before);
    row([name, ...Object.values(counts), ((user + system) / 1e6).toFixed(0)]);
  }
}

const searches = option("searches", 40);
if (searches > 0) {
  const cutoffs = [1e-4, 1e-6, 1e-8, 1e-10, 1e-22];
  const problem = deepLinearAutoencoder();
  const stops = cutoffs.map(() => ({ all: 0, atOnce: 0, polished: 0, none: 0, wrong: 0 }));
  const failed = { all: 0, zero: 0, none: 0, undecided: 0 };
  const shares: number[] = [];
  for (let seed = 0; seed < searches; seed++) {
    const search = chain(untilCritical({ squaredFieldNorm: 1e-22 }), untilStep(500), newtonMR());
    const rows = firstRows(problem, problem.initialPoint(seed), search, 501);
    const end = rows.at(-1)!;
    if (!(end.squaredFieldNorm <= 1e-10)) {
      const found = certify(problem, end.point);
      failed.all++;
      if (found.exists !== undefined) failed.zero++;
      else if (found.verdict === "no zero") failed.none++;
      else failed.undecided++;
      if (found.excluded !== undefined) shares.push(found.excluded / Math.hypot(...end.point));
      continue;
    }
    cutoffs.forEach((cutoff, i) => {
      const at = rows.find(({ squaredFieldNorm }) => squaredFieldNorm <= cutoff);
      if (at === undefined) return;
      const count = stops[i]!;
      count.all++;
      const [once, polished] = [certify(problem, at.point, { polish: 0 }), certify(problem, at.point)];
      if (once.exists !== undefined) count.atOnce++;
      if (polished.exists !== undefined) count.polished++;
      if (polished.verdict === "no zero") count.none++;
      for (const found of [once, polished]) {
        if (found.exists === undefined) continue;
        if (!isRight(found, problem.match(found.point).class, lossAtOrigin(problem))) count.wrong++;
      }
    });
  }
  console.log();
  head(["stopped at ||F||^2 <=", "stops", "proved at once", "proved after Newton's steps", "no zero", "wrong"]);
  cutoffs.forEach((cutoff, i) => {
    row([cutoff, ...Object.values(stops[i]!)]);
  });
  console.log();
  head(["failed searches", "a zero proved", "no zero", "undecided", "excluded radius / ||z||, least and median"]);
  const sorted = shares.sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  row([...Object.values(failed), [sorted[0], median].map((x) => x?.toPrecision(2) ?? "-").join(", ")]);
}
