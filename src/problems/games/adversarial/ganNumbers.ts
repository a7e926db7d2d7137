/**
 * The two networks of `ganRing` and their costs in plain numbers, without tensors and without derivatives of weights.
 */
import { exp, log1p, tanh } from "../../../elementary/index.ts";

/** The place of a tensor of weights in z. */
interface Weights {
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
}

/** The parts of the costs of a batch. */
interface GanTerms {
  /** Weights and biases of the generator's layers, in turn. */
  readonly generator: readonly Weights[];
  /** Weights and biases of the discriminator's layers, in turn. */
  readonly discriminator: readonly Weights[];
  readonly loss: "minimax" | "nonSaturating";
  readonly penalty: number;
  readonly weightDecay: number;
  /** Real points, two numbers each. */
  readonly real: Float64Array;
  /** Latent points, two numbers each. */
  readonly latent: Float64Array;
}

/** Applies dense layers with tanh between them to signals; and, if tangents are given, their derivatives to these. */
export function forward(
  z: Float64Array,
  layers: readonly Weights[],
  inputs: Float64Array,
  tangents?: Float64Array,
): { readonly signals: Float64Array; readonly tangents: Float64Array | undefined } {
  let [signals, moved] = [inputs, tangents];
  for (let l = 0; l < layers.length; l += 2) {
    signals = dense(z, layers[l]!, layers[l + 1]!, signals);
    moved &&= dense(z, layers[l]!, undefined, moved);
    if (l + 2 === layers.length) break;
    signals = signals.map(tanh);
    const bent = signals;
    moved = moved?.map((t, i) => t * (1 - bent[i]! ** 2));
  }
  return { signals, tangents: moved };
}

function dense(
  z: Float64Array,
  { shape, offset }: Weights,
  bias: Weights | undefined,
  signals: Float64Array,
): Float64Array {
  const [from, to] = [shape[0]!, shape[1]!];
  const count = signals.length / from;
  const out = new Float64Array(count * to);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < to; j++) {
      let sum = bias === undefined ? 0 : z[bias.offset + j]!;
      for (let k = 0; k < from; k++) sum += signals[i * from + k]! * z[offset + k * to + j]!;
      out[i * to + j] = sum;
    }
  }
  return out;
}

/** Computes the costs of generator and discriminator, as `ganRing` states them. */
export function ganCosts(z: Float64Array, terms: GanTerms): readonly [number, number] {
  const { generator, discriminator, loss, penalty, weightDecay, real, latent } = terms;
  const judge = (points: Float64Array): Float64Array => forward(z, discriminator, points).signals;
  const fake = judge(forward(z, generator, latent).signals);
  const decay = (own: readonly Weights[]): number =>
    (weightDecay / 2) *
    own.reduce((sum, { offset, size }) => z.subarray(offset, offset + size).reduce((s, w) => s + w * w, sum), 0);
  const fooling = loss === "minimax" ? -mean(fake, softplus) : mean(fake, (logit) => softplus(-logit));
  const telling = mean(judge(real), (logit) => softplus(-logit)) + mean(fake, softplus);
  // The slopes along the two axes of the plane give ||grad D||^2.
  const steep = [0, 1].reduce((sum, axis) => {
    if (penalty === 0) return 0;
    const along = real.map((_, i) => (i % 2 === axis ? 1 : 0));
    return sum + mean(forward(z, discriminator, real, along).tangents!, (slope) => slope * slope);
  }, 0);
  return [fooling + decay(generator), telling + (penalty / 2) * steep + decay(discriminator)];
}

function mean(values: Float64Array, of: (value: number) => number): number {
  return values.reduce((sum, value) => sum + of(value), 0) / values.length;
}

function softplus(x: number): number {
  return Math.max(x, 0) + log1p(exp(-Math.abs(x)));
}
