import { failure } from "../../errors.ts";
import { singularFactor } from "../../linalg/dense/singularFactor.ts";
import { norm } from "../../linalg/vector.ts";
import { centre, centringOf } from "./centring.ts";
import { readSamples, type Samples } from "./samples.ts";

export type { Samples } from "./samples.ts";

/** Eigenvectors of the moment between samples. */
interface SampleModes {
  readonly count: number;
  /** Number of directions: at most the rank of the samples. */
  readonly modes: number;
  /** Eigenvectors u_k of X X^T, one after the other, modes x n. */
  readonly vectors: Float64Array;
  /** Share of each of them in the trace. */
  readonly shares: Float64Array;
}

/**
 * Finds the first eigenvectors of K = X X^T over the samples, u_k = X v_k / sigma_k.
 *
 * @throws as `readSamples`; ERR_NOT_POSITIVE_DEFINITE if the samples are all zero
 */
export function sampleModes(
  who: string,
  samples: Samples,
  options: { readonly most: number; readonly centred: boolean; readonly features: number | undefined },
): SampleModes {
  const { values, count: n, features: d } = readSamples(who, "samples", samples, options.features, 2);
  const x = centre(values, centringOf(values, n, d, options.centred));
  const { values: sigma, vectors: v } = singularFactor(x, n, d);
  if (sigma[0] === 0) {
    throw failure("ERR_NOT_POSITIVE_DEFINITE", `${who}: expected samples that are not all zero, got a moment of zero`);
  }
  const zero = Math.max(n, d) * 2 ** -52 * sigma[0]!;
  const above = sigma.findIndex((value) => !(value > zero));
  const rank = Math.min(above < 0 ? sigma.length : above, options.centred ? n - 1 : n);
  const modes = Math.min(options.most, rank);
  const total = norm(sigma);
  const vectors = new Float64Array(modes * n);
  for (let k = 0; k < modes; k++) {
    const own = vectors.subarray(k * n, (k + 1) * n);
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < d; j++) sum += x[i * d + j]! * v[k * d + j]!;
      own[i] = sum;
    }
    // Along small singular values the sums have lost digits, their length among them.
    const length = norm(own);
    for (let i = 0; i < n; i++) own[i] = own[i]! / length;
  }
  const shares = Float64Array.from({ length: modes }, (_, k) => (sigma[k]! / total) ** 2);
  return { count: n, modes, vectors, shares };
}
