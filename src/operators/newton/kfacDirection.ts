import { defineUpdate, failure, norm, readOptions, settingOf, type Update } from "../../authoring/index.ts";
import { averaged, decomposed, type FactoredBlock, solveBlocks, traceOf } from "../support/curvature/factoredBlocks.ts";
import { outputsOf } from "../support/curvature/outputsOf.ts";
import { whereFinite } from "../support/finiteMatrix.ts";
import { positiveInteger, share } from "../support/rules.ts";

/** Options of {@link kfacDirection}. */
export interface KfacDirectionOptions {
  /** Number epsilon >= 0 in (A (x) G + epsilon I)^-1, block by block. Default 0. Steerable. */
  readonly damping?: number;
  /**
   * Share lambda in [(1 - lambda) B + lambda I]^-1, in [0, 1]; B has the blocks A (x) G. It cannot be combined with
   * `damping`. Default 0. Steerable.
   */
  readonly mixing?: number;
  /** Whether B is first scaled to mean eigenvalue 1, B P / trace B. Default: whether `mixing` is given. */
  readonly normalise?: boolean;
  /**
   * Where the damping stands. `exact`: added to A (x) G. `factored`: (A + pi sqrt(epsilon) I) (x) (G + sqrt(epsilon) / pi I)
   * with pi^2 = (trace A / inputs) / (trace G / outputs), as in [1]. Default `exact`.
   */
  readonly dampingForm?: "exact" | "factored";
  /**
   * Factor by which the memory of A and G fades at each refresh, in [0, 1): decay old + (1 - decay) new, from the first
   * factors on. Default 0, no memory ([1]: up to 0.95).
   */
  readonly decay?: number;
  /** Number of steps between two refreshes of the factors and their inverses. Default 1. */
  readonly every?: number;
  /** Eigenvalues of a block up to this share of its largest count as zero where nothing is added. Default 1e-12. */
  readonly cutoff?: number;
}

const rules = {
  damping: { default: 0, min: 0 },
  mixing: { ...share, default: 0 },
  normalise: { oneOf: [true, false] },
  dampingForm: { default: "exact", oneOf: ["exact", "factored"] },
  decay: { default: 0, min: 0, below: 1 },
  every: { ...positiveInteger, default: 1 },
  cutoff: { default: 1e-12, min: 0, below: 1 },
} as const;

interface State {
  /** Steps since the last refresh. */
  readonly age: number;
  readonly layers: readonly FactoredBlock[] | undefined;
}

/**
 * Makes the direction K-FAC's: layer by layer, p = -(A (x) G + epsilon I)^-1 g [1], for convolutions as KFC [2].
 *
 * A is the second moment of a layer's inputs and G that of the slopes at its result, see `kroneckerFactors` of
 * `OutputObjective`. The damped inverse is exact, by the eigenvectors of both factors. Without damping it is the
 * pseudo-inverse. On minibatches `decay` averages the factors over the batches, and `every` saves most of their cost.
 *
 * Columns: `directionNorm`, ||p||; `refreshed`, 1 where the factors are new.
 *
 * Use {@link naturalGradientDirection} for the whole Fisher matrix; {@link shampoo} where parameters are not layers.
 *
 * State: the factors and their eigenvectors, 4 (inputs^2 + outputs^2) numbers per layer. Cost of a refresh: c pullbacks and
 * 9 (inputs^3 + outputs^3) operations per layer; of any step: 4 P (inputs + outputs) operations.
 *
 * @example
 * const inputs = Float64Array.of(1, 0, 0, 1, 1, 1, -1, 2);
 * const model = objective([[2, 3], [3]], {
 *   outputs: (w, b) => tf.add(tf.matMul(data("inputs", inputs, [4, 2]) as tf.Tensor2D, w), b),
 *   loss: "crossEntropy",
 *   targets: [0, 1, 2, 1],
 * });
 * iterate(model, new Float64Array(9), chain(untilStep(2), kfacDirection({ damping: 0.1 }), gradientStep(1)))
 *   .subscribe((it) => console.log(it.step, it.value.toFixed(4)));
 * // 0 1.0986
 * // 1 0.5245
 * // 2 0.3728
 * @param options {@link KfacDirectionOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range, damping and mixing together
 * @throws {TypeError} in the stream: ERR_UNSUPPORTED for a problem without outputs, with parameters outside layers, without
 *   a known law, or whose outputs couple the samples
 * @see [1] Martens and Grosse, "Optimizing neural networks with Kronecker-factored approximate curvature", 2015,
 *   arXiv:1503.05671
 * @see [2] Grosse and Martens, "A Kronecker-factored approximate Fisher matrix for convolution layers", 2016,
 *   arXiv:1602.01407
 */
export function kfacDirection(options: KfacDirectionOptions = {}): Update {
  const who = "kfacDirection";
  const { damping, mixing, dampingForm, decay, every, cutoff, ...read } = readOptions(who, options, rules);
  const normalise = read.normalise ?? mixing > 0;
  if (mixing > 0 && damping > 0) {
    throw failure("ERR_OPTION_RANGE", `${who}: expected damping or mixing, got both; leave one out`);
  }
  return defineUpdate({
    name: who,
    settings: { damping: settingOf(rules.damping, damping), mixing: settingOf(rules.mixing, mixing) },
    columns: {
      directionNorm: { meaning: "||p||" },
      refreshed: { meaning: "1 where the factors are those of this step's problem" },
    },
    init: (_first, previous?: State): State => previous ?? { age: 0, layers: undefined },
    step(it, { age, layers: before }, settings) {
      const { problem } = outputsOf(who, it.at);
      const isDue = before === undefined || age >= every;
      // A pullback of each output, for all samples at once.
      if (isDue && it.at.count !== undefined) it.at.count.products += problem.outputs;
      const layers = isDue
        ? whereFinite(() => decomposed(averaged(problem.kroneckerFactors(it.point), before, decay)))
        : before;
      if (layers === undefined) {
        // A factor is not finite, so there is no direction.
        const columns = { directionNorm: undefined, refreshed: undefined };
        return {
          direction: new Float64Array(problem.dimension),
          stepSize: 0,
          next: it.at,
          status: "stagnated",
          columns,
        };
      }
      const trace = normalise ? traceOf(layers) : 0;
      const share = settings.mixing;
      const scale = (1 - share) * (trace > 0 ? problem.dimension / trace : 1);
      const direction = new Float64Array(problem.dimension);
      const shift = share > 0 ? share : settings.damping;
      const inversion = { scale, shift, factored: dampingForm === "factored" && share < 1, cutoff };
      solveBlocks(layers, problem.blocks, it.at.field, inversion, direction);
      for (let i = 0; i < direction.length; i++) direction[i] = -direction[i]!;
      return {
        state: { age: isDue ? 1 : age + 1, layers },
        direction,
        columns: { directionNorm: norm(direction), refreshed: isDue ? 1 : 0 },
      };
    },
  });
}
