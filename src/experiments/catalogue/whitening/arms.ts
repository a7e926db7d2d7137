/** The arms: the same draw of data, as it is and whitened in three ways, all of the same power. */
import { whitening } from "../../../problems/whitening/whitening.ts";
import { type Draw, type Part, slice } from "./draw.ts";
import type { Source } from "./source.ts";

/** Names of the arms: by which rows their whitening is computed. */
export const armNames = ["raw", "train", "full", "distribution"] as const;
export type ArmName = (typeof armNames)[number];
export type WhiteningKind = "pca" | "zca";

/** What the arms are called in reports. */
export const armTitles = {
  raw: "raw",
  train: "train-whitened",
  full: "fully whitened",
  distribution: "distribution-whitened",
  "train zca": "train-whitened, ZCA",
  "train pca": "train-whitened, PCA",
  "distribution zca": "distribution-whitened, ZCA",
  "distribution pca": "distribution-whitened, PCA",
} as const satisfies Readonly<Record<ArmName, string>> & Readonly<Record<string, string>>;

/** The inputs of an arm: training rows, validation rows, and test rows. */
export interface ArmPart {
  readonly train: Float64Array;
  readonly validation: Float64Array;
  readonly test: Part;
  /** Rank and number of the rows by which the whitening is computed; undefined without whitening. */
  readonly whitened: { readonly rank: number; readonly rows: number } | undefined;
}

/** What whitening needs to know of the data. */
interface ArmOptions {
  /** Number of test rows that are whitened together with the training rows. */
  readonly testSet: number;
  /** Number of such test sets, taken from the test rows in their order. */
  readonly testSets: number;
  /**
   * Kind of the whitening. Default zca. With pca the coordinates, the largest eigenvalue first, stand in the places of the
   * features, and zeros behind them, so that a network that takes images takes them too.
   */
  readonly kind?: WhiteningKind | undefined;
}

/**
 * Makes the inputs of an arm. They are whitened by the uncentred moment, as the theorem needs it, then scaled so that
 * the training rows have the power tr(moment) / d = 1 in every arm.
 *
 * The fully whitened arm has a part for each test set, since each is whitened together with the training rows; the
 * others have one part. The moment of the distribution is that of all rows of the data.
 */
export function armOf(arm: ArmName, draw: Draw, source: Source, options: ArmOptions): readonly ArmPart[] {
  const { train, validation, test } = draw;
  const { width } = source;
  const { testSet, testSets, kind = "zca" } = options;
  if (arm === "raw") return [scaled({ train: train.inputs, validation: validation.inputs, test, whitened: undefined })];
  const whitenedBy = (rows: Float64Array, own: Part): ArmPart => {
    const whiten = whitening(rows, { features: width, kind });
    const through = (inputs: Float64Array): Float64Array => padded(whiten.transform(inputs), whiten.outputs, width);
    return scaled({
      train: through(train.inputs),
      validation: through(validation.inputs),
      test: { ...own, inputs: through(own.inputs) },
      whitened: { rank: whiten.rank, rows: rows.length / width },
    });
  };
  if (arm === "train") return [whitenedBy(train.inputs, test)];
  if (arm === "distribution") return [whitenedBy(source.inputs, test)];
  return Array.from({ length: testSets }, (_, s) => {
    const own = slice(test, s * testSet, (s + 1) * testSet);
    const pooled = new Float64Array(train.inputs.length + own.inputs.length);
    pooled.set(train.inputs);
    pooled.set(own.inputs, train.inputs.length);
    return whitenedBy(pooled, own);
  });
}

/** Fills rows with zeros up to the width. */
function padded(rows: Float64Array, outputs: number, width: number): Float64Array {
  if (outputs === width) return rows;
  const count = rows.length / outputs;
  const out = new Float64Array(count * width);
  for (let i = 0; i < count; i++) out.set(rows.subarray(i * outputs, (i + 1) * outputs), i * width);
  return out;
}

function scaled({ train, validation, test, whitened }: ArmPart): ArmPart {
  const squares = train.reduce((sum, x) => sum + x * x, 0);
  const power = squares / train.length;
  const factor = power > 0 ? 1 / Math.sqrt(power) : 1;
  const times = (rows: Float64Array): Float64Array => rows.map((x) => factor * x);
  return {
    train: times(train),
    validation: times(validation),
    test: { ...test, inputs: times(test.inputs) },
    whitened,
  };
}
