import { cos, pow } from "../../elementary/index.ts";
import { readOptions } from "../../options.ts";
import { randomSource } from "../../random.ts";
import { nonNegative, positive, positiveInteger, seed } from "../rules.ts";
import { pixelNames } from "./dataFile.ts";
import { dataset } from "./dataset.ts";
import { largest } from "./spectralData.ts";
import type { Dataset } from "./types.ts";

/** Options of {@link naturalImages}. */
export interface NaturalImagesOptions {
  /** Number of images, at least 2. */
  readonly samples: number;
  /** Side of an image in pixels, at least 2. Default 8. */
  readonly side?: number;
  /** Exponent a of the amplitude 1 / f^a at the frequency f. Default 1, as of natural images [1]. */
  readonly exponent?: number;
  /** Number of classes, at least 2. Default 10. */
  readonly classes?: number;
  /** Standard deviation of the noise on the teacher's outputs, which have deviation 1. Default 0. */
  readonly noise?: number;
  /** Seed of everything random. Default 1. */
  readonly seed?: number;
}

const rules = {
  samples: { ...positiveInteger, required: true },
  side: { integer: true, min: 2, default: 8 },
  exponent: { ...positive, default: 1 },
  classes: { integer: true, min: 2, default: 10 },
  noise: { ...nonNegative, default: 0 },
  seed,
} as const;

/**
 * Draws images whose amplitude spectrum falls like 1 / f, as that of natural images does, with classes from templates of
 * the same law.
 *
 * An image is white noise, filtered on the torus by the kernel of amplitude 1 / f^a, where f is the distance from
 * frequency 0. Frequency 0 itself has amplitude 0, so the pixels of an image sum to 0, and the data have the rank
 * side^2 - 1. The variance of a pixel is 1. The class is that of the template with the largest inner product.
 *
 * Cost: samples x side^4 operations.
 *
 * @example
 * const images = naturalImages({ samples: 200, side: 8, classes: 4, seed: 1 });
 * console.log(images.count, images.fields.inputs!.join(" x "), images.classes);
 * // 200 8 x 8 x 1 4
 * @param options {@link NaturalImagesOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN for wrong options
 * @throws {RangeError} ERR_OPTION_RANGE for numbers out of range; ERR_LENGTH for fewer than two images
 * @see [1] Field, "Relations between the statistics of natural images and the response properties of cortical cells",
 *   1987, doi:10.1364/JOSAA.4.002379
 */
export function naturalImages(options: NaturalImagesOptions): Dataset {
  const { samples, side, exponent, classes, noise, seed: key } = readOptions("naturalImages", options, rules);
  const pixels = side * side;
  const kernel = kernelOf(side, exponent);
  const draw = (purpose: string, count: number): Float64Array => {
    const random = randomSource(key, "naturalImages", purpose);
    const white = Float64Array.from({ length: count * pixels }, () => random.normal());
    return filtered(white, kernel, side);
  };
  const inputs = draw("images", samples);
  const templates = draw("templates", classes);
  const random = randomSource(key, "naturalImages", "noise");
  const scores = new Float64Array(samples * classes);
  const size = deviationOf(inputs, templates, pixels, scores);
  for (let at = 0; at < scores.length; at++) {
    scores[at] = scores[at]! / size + (noise === 0 ? 0 : noise * random.normal());
  }
  return dataset({
    inputs,
    shape: [side, side, 1],
    labels: largest(scores, samples, classes),
    classes,
    names: pixelNames(side, side),
    name: "natural images",
    description: { source: "Gaussian images of amplitude 1 / f^exponent", exponent, noise, seed: key },
  });
}

/** Writes the inner products of images and templates, and gives their root mean square. */
function deviationOf(inputs: Float64Array, templates: Float64Array, pixels: number, scores: Float64Array): number {
  const classes = templates.length / pixels;
  let squares = 0;
  for (let at = 0; at < scores.length; at++) {
    const [image, template] = [Math.floor(at / classes) * pixels, (at % classes) * pixels];
    let sum = 0;
    for (let p = 0; p < pixels; p++) sum += inputs[image + p]! * templates[template + p]!;
    scores[at] = sum;
    squares += sum * sum;
  }
  return Math.sqrt(squares / scores.length);
}

/** The filter on the torus: the inverse Fourier transform of the amplitudes, with squares that sum to 1. */
function kernelOf(side: number, exponent: number): Float64Array {
  const cosines = Float64Array.from({ length: side }, (_, i) => cos((2 * Math.PI * i) / side));
  const distance = (i: number): number => Math.min(i, side - i);
  const kernel = new Float64Array(side * side);
  for (let u = 0; u < side; u++) {
    for (let v = 0; v < side; v++) {
      if (u === 0 && v === 0) continue;
      const amplitude = pow(distance(u) ** 2 + distance(v) ** 2, -exponent / 2);
      for (let x = 0; x < side; x++) {
        for (let y = 0; y < side; y++) {
          kernel[x * side + y] = kernel[x * side + y]! + amplitude * cosines[(u * x + v * y) % side]!;
        }
      }
    }
  }
  const length = Math.sqrt(kernel.reduce((sum, value) => sum + value * value, 0));
  return kernel.map((value) => value / length);
}

function filtered(white: Float64Array, kernel: Float64Array, side: number): Float64Array {
  const pixels = side * side;
  const out = new Float64Array(white.length);
  for (let from = 0; from < white.length; from += pixels) {
    for (let x = 0; x < side; x++) {
      for (let y = 0; y < side; y++) {
        let sum = 0;
        for (let u = 0; u < side; u++) {
          const row = ((x - u + side) % side) * side;
          for (let v = 0; v < side; v++) sum += kernel[row + ((y - v + side) % side)]! * white[from + u * side + v]!;
        }
        out[from + x * side + y] = sum;
      }
    }
  }
  return out;
}
