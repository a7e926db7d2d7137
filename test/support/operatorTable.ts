/** Every public operator with options, read from the sources, so that a test which goes through them covers new ones. */
import { readdirSync, readFileSync } from "node:fs";
import * as operators from "../../src/operators/index.ts";
import { quartic } from "../../src/problems/quartic.ts";

const folder = new URL("../../src/operators/", import.meta.url);
const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => readFileSync(new URL(file, folder), "utf8"));

type Factory = (...parts: readonly unknown[]) => unknown;
const factories = operators as unknown as Readonly<Record<string, Factory>>;

/** The first two coordinates of a point, as the outputs of a row for two classes. */
const firstTwo = (point: Float64Array): Float64Array => point.slice(0, 2);
/** What comes before the options, of those whose first parameter is another. */
const before: Readonly<Record<string, readonly unknown[]>> = {
  restarts: [operators.momentum()],
  when: [(row: { readonly value: number }) => row.value < 1],
  distanceTo: [[new Float64Array(2)]],
  blockNorms: [quartic().blocks],
  testLoss: [(point: Float64Array) => point[0]! ** 2],
  accuracy: [firstTwo, [0]],
  calibration: [firstTwo, [0]],
  modeProgress: [firstTwo, [[1], [2]], Float64Array.of(1, 2)],
  deflateDirection: [[[0, 0]]],
  precondition: [() => quartic().linearize(new Float64Array([1, 2]))],
};
/** Options that must be given. */
const required: Readonly<Record<string, object>> = {
  clipByNorm: { maxNorm: 1 },
  clipByValue: { maxEntry: 1 },
  decayingStep: { stepSize: 0.1 },
  stochasticExtragradient: { aheadStepSize: 0.1 },
  untilCritical: { squaredFieldNorm: 1 },
  weightDecay: { weight: 0.1 },
  whiten: { block: "weights", moment: Float64Array.of(1) },
};

export interface OperatorEntry {
  readonly name: string;
  /** Whether the options may be left out. */
  readonly optional: boolean;
  /** Whether it may stand inside the loop; otherwise it turns rows into something else. */
  readonly inLoop: boolean;
}

/** Each exported function with an object of options. */
export const operatorTable: readonly OperatorEntry[] = sources
  .flatMap((source) =>
    Array.from(
      source.matchAll(
        /^export function (\w+)\([^{]*?(?:options|thresholds): \w+( = \{\})?,?\s*\): (Update|Measure|RowMeasure|Operator)/gm,
      ),
      ([, name, optional, kind]) => ({ name: name!, optional: optional !== undefined, inLoop: kind !== "Operator" }),
    ),
  )
  .filter(({ name }) => name in factories);

/** Makes an operator from its options. */
export function makeOperator(name: string, ...options: readonly unknown[]): unknown {
  return factories[name]!(...(before[name] ?? []), ...options);
}

/** Options with which an operator can be made. */
export function usableOptions({ name, optional }: OperatorEntry): object {
  return required[name] ?? (optional ? {} : { stepSize: 0.1 });
}
