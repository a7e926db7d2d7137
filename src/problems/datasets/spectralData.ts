import { failure } from "../../errors.ts";
import { readOptions } from "../../options.ts";
import { randomSource } from "../../random.ts";
import { nonNegative, positiveInteger, seed, vector, yesOrNo } from "../rules.ts";
import { dataset } from "./dataset.ts";
import { randomRotation } from "./randomRotation.ts";
import type { Dataset } from "./types.ts";

/** Options of {@link spectralData}. */
export interface SpectralDataOptions {
  /** Eigenvalues lambda_1, ..., lambda_d of the moment of the inputs, none negative. */
  readonly spectrum: ArrayLike<number>;
  /** Number of samples, at least 2. */
  readonly samples: number;
  /** Number of outputs of the teacher. Default 1. */
  readonly outputs?: number;
  /**
   * Size of the teacher's weights along each eigenvector, which says where the labels are: in large eigenvalues, in
   * small ones, or in all. Default 1 everywhere.
   */
  readonly teacher?: ArrayLike<number>;
  /** Standard deviation of the noise that is added to the outputs of the teacher. Default 0. */
  readonly noise?: number;
  /** Whether the targets become classes: the number of the largest output. Default false. */
  readonly classify?: boolean;
  /** Whether the eigenvectors are a random rotation; otherwise they are the coordinates. Default true. */
  readonly rotate?: boolean;
  /** Seed of everything random. Default 1. */
  readonly seed?: number;
}

const rules = {
  spectrum: { ...vector, required: true },
  samples: { ...positiveInteger, required: true },
  outputs: { ...positiveInteger, default: 1 },
  teacher: vector,
  noise: { ...nonNegative, default: 0 },
  classify: { ...yesOrNo, default: false },
  rotate: { ...yesOrNo, default: true },
  seed,
} as const;

/**
 * Draws Gaussian inputs of a chosen spectrum, with targets from a linear teacher.
 *
 * x = Q' diag(sqrt(lambda)) g with independent normal g, so that E[x x'] has the eigenvalues lambda along the rows of Q.
 * The targets are W (Q x) + noise, where row j of W has independent normal entries of the size teacher_k / sqrt(d).
 *
 * Cost: samples x d^2 operations with `rotate`, else samples x d.
 *
 * @example
 * const data = spectralData({ spectrum: [4, 1, 0.25], samples: 1000, outputs: 3, classify: true, seed: 2 });
 * console.log(data.count, data.names.length, data.classes);
 * // 1000 3 3
 * @param options {@link SpectralDataOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN for wrong options
 * @throws {RangeError} ERR_OPTION_RANGE for eigenvalues or sizes that are negative or not finite, for a teacher of
 *   another length than the spectrum, and for classes of a single output; ERR_LENGTH for fewer than two samples
 */
export function spectralData(options: SpectralDataOptions): Dataset {
  const read = readOptions("spectralData", options, rules);
  const { spectrum, samples, outputs, noise, classify, rotate, seed: key } = read;
  const d = spectrum.length;
  const teacher = read.teacher ?? new Float64Array(d).fill(1);
  checkSizes("spectrum", spectrum, d);
  checkSizes("teacher", teacher, d);
  if (classify && outputs < 2) {
    throw failure("ERR_OPTION_RANGE", `spectralData: expected at least 2 outputs for classes, got ${outputs}`);
  }
  const random = (purpose: string): ReturnType<typeof randomSource> => randomSource(key, "spectralData", purpose);
  const rotation = rotate ? randomRotation(d, random("rotation")) : undefined;
  const ofTeacher = random("teacher");
  const weights = Float64Array.from(
    { length: outputs * d },
    (_, at) => (teacher[at % d]! * ofTeacher.normal()) / Math.sqrt(d),
  );
  const [ofInputs, ofNoise] = [random("inputs"), random("noise")];
  const deviations = Float64Array.from(spectrum, Math.sqrt);
  const inputs = new Float64Array(samples * d);
  const targets = new Float64Array(samples * outputs);
  const along = new Float64Array(d);
  for (let i = 0; i < samples; i++) {
    for (let k = 0; k < d; k++) along[k] = deviations[k]! * ofInputs.normal();
    for (let j = 0; j < outputs; j++) {
      let sum = noise === 0 ? 0 : noise * ofNoise.normal();
      for (let k = 0; k < d; k++) sum += weights[j * d + k]! * along[k]!;
      targets[i * outputs + j] = sum;
    }
    if (rotation === undefined) inputs.set(along, i * d);
    else addRotated(rotation, along, inputs.subarray(i * d, (i + 1) * d));
  }
  return dataset({
    inputs,
    shape: [d],
    ...(classify ? { labels: largest(targets, samples, outputs), classes: outputs } : { targets }),
    name: "spectral data",
    description: { source: "Gaussian inputs of a chosen spectrum, linear teacher", noise, rotate, seed: key },
  });
}

/** x = Q' z, for Q with the eigenvectors in its rows. */
function addRotated(rotation: Float64Array, along: Float64Array, out: Float64Array): void {
  const d = along.length;
  for (let k = 0; k < d; k++) for (let j = 0; j < d; j++) out[j] = out[j]! + rotation[k * d + j]! * along[k]!;
}

/** The number of the largest output of each row. */
export function largest(outputs: Float64Array, rows: number, width: number): Int32Array {
  return Int32Array.from({ length: rows }, (_, i) => {
    let best = 0;
    for (let j = 1; j < width; j++) if (outputs[i * width + j]! > outputs[i * width + best]!) best = j;
    return best;
  });
}

function checkSizes(name: string, values: ArrayLike<number>, d: number): void {
  if (values.length !== d || d === 0) {
    const expected = d === 0 ? "at least one number" : `${d} numbers, one per eigenvalue`;
    throw failure("ERR_OPTION_RANGE", `spectralData: expected ${expected} in ${name}, got ${values.length}`);
  }
  for (let k = 0; k < d; k++) {
    if (values[k]! >= 0 && Number.isFinite(values[k])) continue;
    throw failure(
      "ERR_OPTION_RANGE",
      `spectralData: expected finite numbers of at least 0 in ${name}, got ${values[k]} at ${k}`,
    );
  }
}
