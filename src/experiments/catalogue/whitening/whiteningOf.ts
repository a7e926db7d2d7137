/** The whitening of some rows, as the arms use it. */
import { symmetricEigen } from "../../../linalg/dense/dense.ts";
import { times, transposed } from "../../protocols/linear/linearPath.ts";

interface Whitening {
  readonly rank: number;
  /** Whitens rows of the same width. */
  apply(rows: Float64Array): Float64Array;
}

export function whiteningOf(rows: Float64Array, width: number, kind: "pca" | "zca"): Whitening {
  const n = rows.length / width;
  const columns = transposed(rows, n, width);
  const { values, vectors } = symmetricEigen(times(columns, width, columns, width, n).map((entry) => entry / n));
  const kept = Array.from(values.keys()).filter((k) => values[k]! > 1e-13 * values[width - 1]!);
  const scaled = new Float64Array(kept.length * width);
  const plain = new Float64Array(kept.length * width);
  kept.forEach((k, at) => {
    for (let j = 0; j < width; j++) {
      plain[at * width + j] = vectors[k * width + j]!;
      scaled[at * width + j] = vectors[k * width + j]! / Math.sqrt(values[k]!);
    }
  });
  const transform =
    kind === "pca"
      ? scaled
      : times(transposed(plain, kept.length, width), width, transposed(scaled, kept.length, width), width, kept.length);
  return {
    rank: kept.length,
    apply: (own) => times(own, own.length / width, transform, transform.length / width, width),
  };
}
