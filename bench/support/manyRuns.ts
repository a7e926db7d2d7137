/** Writes directories of many finished runs, as campaigns leave them. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sealedJson } from "../../src/arrow/checks/sealedJson.ts";
import { recordRun } from "../../src/arrow/recorder.ts";
import type { Columns, Run } from "../../src/arrow/row.ts";
import { iteratesFileName, runFileName } from "../../src/arrow/runFile.ts";
import { randomSource } from "../../src/random.ts";

/** Columns as many as a search by Newton-MR has. */
const columns: Columns = {
  ...Object.fromEntries(
    ["relativeResidual", "relativeCokernelResidual", "directionNorm", "solverIterations", "jacobianNorm", "flat"]
      .concat(["relativeCurvature", "trials", "gradientCurvature", "morseIndex", "indexThreshold", "nearThreshold"])
      .concat(["smallestAbsoluteEigenvalue", "largestAbsoluteEigenvalue", "indexTrusted", "relativeField"])
      .map((name) => [name, { meaning: `${name}: what a column of this kind means, in about so many words` }]),
  ),
  end: { meaning: "what the end of the run is", kind: "category", values: ["critical point", "gradient-flat region"] },
};
const settings = { "newtonDirection.damping": { value: 0 }, "backtrack.shrink": { above: 0, below: 1, value: 0.5 } };

const perExperiment = 1000;

/** Makes `count` runs of two rows in experiments of 1000 runs each, unless the directory is there already. */
export function writeManyRuns(directory: string, count: number): void {
  if (existsSync(directory)) return;
  const source = randomSource(1);
  const random = (): number => source.uniform();
  for (let first = 0, number = 1; first < count; first += perExperiment, number++) {
    const place = join(directory, `dlae-${String(number).padStart(3, "0")}`);
    mkdirSync(place, { recursive: true });
    const began = new Date(Date.UTC(2026, 0, 1) + 3_600_000 * number);
    const names = Array.from({ length: Math.min(perExperiment, count - first) }, (_, i) => `search-${i + 1}`);
    const findings = names.map((run) => {
      const [flat, index] = [random() < 0.3, Math.floor(12 * random() * random())];
      const value = 0.5 * index + (flat ? random() : 0);
      const norm = 10 ** (flat ? -4 - 2 * random() : -28 * random() - 2);
      const steps = 20 + Math.floor(400 * random());
      writeRun(join(place, run), { name: run, value, norm, steps, index, flat, began: began.toISOString() });
      const numbers = { loss: value, "|grad|^2": norm, r: flat ? 1 : 1e-3 * random(), r_H: random(), index, steps };
      const verdict = flat ? "gradient-flat region" : "critical point";
      const because = flat ? `residual r 1 > 0.9, relative gradient ${norm}` : `relative gradient ${norm} <= 0.000001`;
      return {
        run,
        verdict,
        because,
        meaning: "What such an end means, in two sentences. This is the second.",
        numbers,
      };
    });
    const options = { searches: perExperiment, iterations: 500, noise: number % 4 === 0 ? 0.01 : 0 };
    writeFileSync(
      join(place, "experiment.json"),
      sealedJson({
        ...{ format: 2, name: "dlae", source: { module: "built-in", hash: "0" }, options, seed: number },
        ...{ versions: { fluxion: "0", node: process.version }, platform: "linux x64", began: began.toISOString() },
        ...{ process: { pid: 1, host: "bench" }, state: "finished", runs: names, findings, conclusions: [] },
        ended: new Date(began.getTime() + 1e6).toISOString(),
      }),
    );
    if (number % 10 === 1) writeFileSync(join(place, names[0]!, "labels.json"), sealedJson(labels));
  }
}

const labels = {
  format: 1,
  tags: ["paper", "good"],
  notes: [{ at: "2026-01-01T00:00:00.000Z", text: "look at this" }],
};

interface End {
  readonly name: string;
  readonly value: number;
  readonly norm: number;
  readonly steps: number;
  readonly index: number;
  readonly flat: boolean;
  readonly began: string;
}

function writeRun(directory: string, { name, value, norm, steps, index, flat, began }: End): void {
  mkdirSync(directory);
  const description = {
    problem: { problem: "deepLinearAutoencoder", inputs: 16, hidden: 4, seed: 1 },
    start: { value },
  };
  const run: Run = { name, attempt: 1, columns, settings, description };
  const ended = { how: "completed", at: began, rows: 2, status: flat ? "stagnated" : "converged", step: steps };
  writeFileSync(
    join(directory, runFileName),
    sealedJson({
      ...{ format: 1, name, description, fields: {}, columns, settings, versions: { fluxion: "0" }, platform: {} },
      attempts: [
        {
          ...{ attempt: 1, file: iteratesFileName(1), began, process: { pid: 1, host: "bench" } },
          ended: { ...ended, seconds: steps / 100, value, squaredFieldNorm: norm },
        },
      ],
    }),
  );
  const messages: Uint8Array[] = [];
  const recorder = recordRun(run, { points: "none", sink: ({ bytes }) => void messages.push(bytes) });
  for (const step of [0, steps]) {
    const last = step > 0;
    recorder.append({
      ...{ run, step, seconds: step / 100, status: last ? (flat ? "stagnated" : "converged") : "running" },
      ...{ evaluations: step, products: step, value: last ? value : value + 1, squaredFieldNorm: norm, stepSize: 1 },
      ...{ point: new Float64Array(2), vectors: {}, commands: undefined },
      columns: last ? { morseIndex: index, end: flat ? 1 : 0, relativeResidual: flat ? 1 : 1e-3 } : {},
    });
  }
  recorder.close();
  writeFileSync(join(directory, iteratesFileName(1)), Buffer.concat(messages));
}
