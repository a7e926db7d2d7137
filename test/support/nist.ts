/** The nonlinear regressions of NIST's Statistical Reference Datasets as losses, with their starts and certified values. */
import { readdirSync, readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { objective } from "../../src/problems/objective.ts";
import type { TracedProblem } from "../../src/problems/problem.ts";
import type { Iterate } from "../../src/streams/types.ts";

const folder = new URL("../data/nist/", import.meta.url);

export interface NistSet {
  readonly name: string;
  /** The two starts. */
  readonly starts: readonly [readonly number[], readonly number[]];
  readonly certified: readonly number[];
  /** Certified residual sum of squares. */
  readonly residualSum: number;
  /** Response y. */
  readonly y: readonly number[];
  /** Predictors x1, x2, ... */
  readonly x: readonly (readonly number[])[];
}

type Model = (b: readonly tf.Scalar[], x: readonly tf.Tensor1D[]) => tf.Tensor;

const { add, sub, mul, div, exp, square, neg, pow } = tf;
/** a + b x + c x^2 + ... */
const polynomial = (coefficients: readonly (tf.Scalar | number)[], x: tf.Tensor): tf.Tensor =>
  coefficients
    .slice(0, -1)
    .reduceRight<tf.Tensor>((sum, c) => add(c, mul(sum, x)), mul(coefficients.at(-1)!, tf.onesLike(x)));
const decay = (rate: tf.Tensor, x: tf.Tensor): tf.Tensor => exp(neg(mul(rate, x)));
const bell = (height: tf.Tensor, centre: tf.Tensor, width: tf.Tensor, x: tf.Tensor): tf.Tensor =>
  mul(height, exp(neg(div(square(sub(x, centre)), square(width)))));
const wave = (period: tf.Tensor | number, x: tf.Tensor): tf.Tensor => div(mul(2 * Math.PI, x), period);

const exponential: Model = ([b1, b2], [x]) => mul(b1!, sub(1, decay(b2!, x!)));
const overLine: Model = ([b1, b2, b3], [x]) => div(decay(b1!, x!), add(b2!, mul(b3!, x!)));
const peaks: Model = ([b1, b2, b3, b4, b5, b6, b7, b8], [x]) =>
  add(add(mul(b1!, decay(b2!, x!)), bell(b3!, b4!, b5!, x!)), bell(b6!, b7!, b8!, x!));
const lanczos: Model = ([b1, b2, b3, b4, b5, b6], [x]) =>
  add(add(mul(b1!, decay(b2!, x!)), mul(b3!, decay(b4!, x!))), mul(b5!, decay(b6!, x!)));
const cubics: Model = ([b1, b2, b3, b4, b5, b6, b7], [x]) =>
  div(polynomial([b1!, b2!, b3!, b4!], x!), polynomial([1, b5!, b6!, b7!], x!));

/** The models as the files print them. */
const models: Readonly<Record<string, Model>> = {
  Bennett5: ([b1, b2, b3], [x]) => mul(b1!, pow(add(b2!, x!), div(-1, b3!))),
  BoxBOD: exponential,
  Chwirut1: overLine,
  Chwirut2: overLine,
  DanWood: ([b1, b2], [x]) => mul(b1!, pow(x!, b2!)),
  ENSO: ([b1, b2, b3, b4, b5, b6, b7, b8, b9], [x]) => {
    const pair = (a: tf.Tensor, b: tf.Tensor, period: tf.Tensor | number): tf.Tensor =>
      add(mul(a, tf.cos(wave(period, x!))), mul(b, tf.sin(wave(period, x!))));
    return add(add(add(b1!, pair(b2!, b3!, 12)), pair(b5!, b6!, b4!)), pair(b8!, b9!, b7!));
  },
  Eckerle4: ([b1, b2, b3], [x]) => mul(div(b1!, b2!), exp(mul(-0.5, square(div(sub(x!, b3!), b2!))))),
  Gauss1: peaks,
  Gauss2: peaks,
  Gauss3: peaks,
  Hahn1: cubics,
  Kirby2: ([b1, b2, b3, b4, b5], [x]) => div(polynomial([b1!, b2!, b3!], x!), polynomial([1, b4!, b5!], x!)),
  Lanczos1: lanczos,
  Lanczos2: lanczos,
  Lanczos3: lanczos,
  MGH09: ([b1, b2, b3, b4], [x]) =>
    div(mul(b1!, add(square(x!), mul(x!, b2!))), add(add(square(x!), mul(x!, b3!)), b4!)),
  MGH10: ([b1, b2, b3], [x]) => mul(b1!, exp(div(b2!, add(x!, b3!)))),
  MGH17: ([b1, b2, b3, b4, b5], [x]) => add(add(b1!, mul(b2!, decay(b4!, x!))), mul(b3!, decay(b5!, x!))),
  Misra1a: exponential,
  Misra1b: ([b1, b2], [x]) => mul(b1!, sub(1, pow(add(1, div(mul(b2!, x!), 2)), -2))),
  Misra1c: ([b1, b2], [x]) => mul(b1!, sub(1, pow(add(1, mul(mul(2, b2!), x!)), -0.5))),
  Misra1d: ([b1, b2], [x]) => mul(mul(mul(b1!, b2!), x!), pow(add(1, mul(b2!, x!)), -1)),
  Nelson: ([b1, b2, b3], [x1, x2]) => sub(b1!, mul(mul(b2!, x1!), decay(b3!, x2!))),
  Rat42: ([b1, b2, b3], [x]) => div(b1!, add(1, exp(sub(b2!, mul(b3!, x!))))),
  Rat43: ([b1, b2, b3, b4], [x]) => div(b1!, pow(add(1, exp(sub(b2!, mul(b3!, x!)))), div(1, b4!))),
  Roszman1: ([b1, b2, b3, b4], [x]) => sub(sub(b1!, mul(b2!, x!)), div(tf.atan(div(b3!, sub(x!, b4!))), Math.PI)),
  Thurber: cubics,
};

/** The sets, in the order of their names. */
export const nistSets: readonly NistSet[] = readdirSync(folder)
  .filter((file) => file.endsWith(".dat"))
  .sort()
  .map((file) => parseNist(file.slice(0, -4), readFileSync(new URL(file, folder), "utf8")));

function parseNist(name: string, text: string): NistSet {
  const numbers = (line: string): readonly number[] => line.trim().split(/\s+/).map(Number);
  const parameters = Array.from(text.matchAll(/^\s*b\d+ =(.*)$/gm), ([, rest]) => numbers(rest!));
  const lines = text.split(/\r?\n/);
  const rows = lines
    .slice(lines.findLastIndex((line) => line.startsWith("Data:")) + 1)
    .filter((line) => line.trim() !== "")
    .map(numbers);
  const column = (k: number): readonly number[] => rows.map((row) => row[k]!);
  return {
    name,
    starts: [parameters.map(([first]) => first!), parameters.map(([, second]) => second!)],
    certified: parameters.map(([, , certified]) => certified!),
    residualSum: Number(/Residual Sum of Squares:\s*(\S+)/.exec(text)![1]),
    y: column(0),
    x: Array.from({ length: rows[0]!.length - 1 }, (_, k) => column(k + 1)),
  };
}

/** The loss of a set: the sum of (model - y)^2; Nelson's model is one of log y. */
export function nistLoss({ name, certified, y, x }: NistSet): TracedProblem {
  const model = models[name]!;
  const response = name === "Nelson" ? y.map(Math.log) : y;
  return objective(
    certified.map(() => [] as const),
    (...b: tf.Scalar[]) =>
      tf.sum(
        square(
          sub(
            model(
              b,
              x.map((column) => tf.tensor1d([...column])),
            ),
            tf.tensor1d([...response]),
          ),
        ),
      ),
    { name },
  );
}

/** Whether a point has the certified parameters to five digits, or the certified residual sum to 1e-5. */
export function isReached(
  { point, value }: Pick<Iterate, "point" | "value">,
  { certified, residualSum }: NistSet,
): boolean {
  const parameters = certified.every((b, i) => Math.abs(point[i]! - b) <= 5e-6 * Math.abs(b));
  return parameters || Math.abs(value - residualSum) <= 1e-5 * residualSum;
}
