import { type Tensor, tensor, tidy, type Variable } from "@tensorflow/tfjs-core";
import { isTensor } from "../autodiff/trace/trace.ts";
import { failure } from "../errors.ts";
import { readOptions } from "../options.ts";
import { extendProblem } from "./extendProblem.ts";
import type { OutputsAndLoss } from "./outputs/lossOfOutputs.ts";
import { outputParts } from "./outputs/outputField.ts";
import type { OutputObjective } from "./outputs/outputObjective.ts";
import { OutputLoss } from "./outputs/outputsAndLoss.ts";
import type { TracedProblem } from "./problem.ts";
import { type BlockOptions, blockRules, blocksOf } from "./traced/blocksOf.ts";
import { scalarLoss } from "./traced/scalarLoss.ts";
import { type TracedProblemOptions, tracedRules } from "./traced/tracedOptions.ts";
import { tracedProblem } from "./traced/tracedProblem.ts";

/** The part of a `tf.LayersModel` that `modelObjective` needs. */
export interface ModelOfLayers {
  readonly name?: string;
  readonly trainableWeights: readonly LayerWeight[];
  /** All weights: those of frozen layers and moving averages too. Default: none. */
  readonly weights?: readonly LayerWeight[];
  /** Whether a layer keeps its state from one call to the next. Such a model is refused. Default false. */
  readonly stateful?: boolean;
}

/** A weight of a TensorFlow.js layer. */
export interface LayerWeight {
  readonly name: string;
  /** Gives the variable itself. */
  read(): Tensor;
}

export interface ModelObjectiveOptions extends TracedProblemOptions, Pick<BlockOptions, "players"> {}

const rules = { players: blockRules.players, ...tracedRules } as const;

export interface ModelObjective extends TracedProblem {
  /** Gives the present values of the variables as a point. */
  currentPoint(): Float64Array;
  /**
   * Writes a point into the variables, rounded to float32 because TensorFlow.js keeps them so.
   *
   * @throws {RangeError} ERR_LENGTH for a point of another length, ERR_NOT_FINITE for NaN or infinities in it
   */
  writeBack(point: Float64Array): void;
}

/**
 * Builds the problem of finding critical points of a loss of a TensorFlow.js model, over its trainable weights.
 *
 * z holds the model's trainable weights (or the variables of the list), one after the other, with their names as
 * blocks. The loss uses the model as usual, by `model.apply(x)` or `model.predict(x)`. While the loss is traced, the
 * weights stand for parameters. Everything else, including weights that are not trainable, is a constant. Only
 * `writeBack` changes the model. Constraints and regularisers of layers are not part of the loss unless the loss adds
 * them.
 *
 * `{ outputs: (m) => m.apply(x), loss, targets }` in place of the function gives the matrices of {@link OutputObjective}
 * as well.
 *
 * In training mode dropout needs a seed. Batch normalisation uses the moments of the batch. Its moving averages stay as
 * they are, and a warning says so; apply the model in training mode after the run to update them.
 *
 * Cost: as for {@link objective}.
 *
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [4], activation: "tanh" })] });
 * const [inputs, targets] = [tf.randomNormal([20, 4], 0, 1, "float32", 1), tf.zeros([20, 3])];
 * const problem = modelObjective(model, (m) => tf.losses.meanSquaredError(targets, m.apply(inputs) as tf.Tensor));
 * iterate(problem, problem.currentPoint(), newtonMR())
 *   .pipe(untilStep(10))
 *   .subscribe((it) => problem.writeBack(it.point));
 * @param model a model that is built, or a list of variables
 * @param loss function of the model that returns a scalar; it is called twice, while the problem is built
 * @param options {@link ModelObjectiveOptions}
 * @throws {TypeError} ERR_OPTION_TYPE for a model without trainable weights or wrong options; ERR_VARIABLE if the loss
 *   uses trainable variables of another model; ERR_TRACE_STATE for stateful layers; else as {@link objective}
 */
export function modelObjective<Model extends ModelOfLayers | readonly Variable[]>(
  model: Model,
  loss: OutputsAndLoss<(model: Model) => Tensor>,
  options?: ModelObjectiveOptions,
): ModelObjective & OutputObjective;
export function modelObjective<Model extends ModelOfLayers | readonly Variable[]>(
  model: Model,
  loss: (model: Model) => Tensor,
  options?: ModelObjectiveOptions,
): ModelObjective;
export function modelObjective<Model extends ModelOfLayers | readonly Variable[]>(
  model: Model,
  loss: ((model: Model) => Tensor) | OutputsAndLoss<(model: Model) => Tensor>,
  options: ModelObjectiveOptions = {},
): ModelObjective {
  const read = readOptions("modelObjective", options, rules);
  const { names, variables } = weightsOf(model);
  const shapes = variables.map(({ shape }) => shape);
  const blocks = blocksOf("modelObjective", shapes, { players: read.players, names });
  const spec = typeof loss === "object" && loss !== null ? loss : undefined;
  const outputLoss = spec && new OutputLoss("modelObjective", spec);
  const call = typeof loss === "function" ? loss : spec?.outputs;
  if (typeof call !== "function") {
    throw failure("ERR_OPTION_TYPE", `modelObjective: expected a function as second argument, got ${typeof loss}`);
  }
  const name = read.name ?? (("name" in model && model.name) || call.name || "modelObjective");
  const known = new Set<Tensor>(variables);
  const problem = tracedProblem({
    who: "modelObjective",
    symmetric: true,
    blocks,
    variables,
    constants: isList(model) ? [] : (model.weights ?? []).map((weight) => weight.read()).filter((x) => !known.has(x)),
    call: () => call(model),
    options: { ...read, name },
    ...(outputLoss === undefined ? { outputsOf: scalarLoss } : outputParts(outputLoss, name)),
  });
  return extendProblem(problem, {
    currentPoint() {
      const point = new Float64Array(problem.dimension);
      for (const [i, { offset }] of blocks.entries()) point.set(variables[i]!.dataSync(), offset);
      return point;
    },
    writeBack(point: Float64Array) {
      checkPoint(point, problem);
      tidy(() => {
        for (const [i, { offset, size, shape }] of blocks.entries()) {
          variables[i]!.assign(tensor(Float32Array.from(point.subarray(offset, offset + size)), [...shape]));
        }
      });
    },
  });
}

function checkPoint(point: Float64Array, { name, dimension }: TracedProblem): void {
  if (point.length !== dimension) {
    throw failure("ERR_LENGTH", `writeBack: expected ${dimension} numbers, a point of ${name}, got ${point.length}`);
  }
  const bad = point.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0) {
    throw failure("ERR_NOT_FINITE", `writeBack: expected finite numbers, got ${point[bad]} at index ${bad}`);
  }
}

/** Finds the variables behind a model's trainable weights. */
function weightsOf(model: ModelOfLayers | readonly Variable[]): {
  readonly names: readonly string[];
  readonly variables: readonly Variable[];
} {
  const list: readonly LayerWeight[] | undefined = isList(model)
    ? model.map((variable) => ({ name: variable.name, read: (): Tensor => variable }))
    : model?.trainableWeights;
  if (!Array.isArray(list) || list.length === 0) {
    throw failure(
      "ERR_OPTION_TYPE",
      "modelObjective: expected a model with trainable weights, or a list of variables, got none; " +
        "build the model first, for example by an inputShape of its first layer",
    );
  }
  if (!isList(model) && model.stateful === true) {
    throw failure(
      "ERR_TRACE_STATE",
      "modelObjective: expected a model without stateful layers, because its loss would depend on earlier calls; " +
        "make the layers with stateful: false, and give a starting state as an input",
    );
  }
  const variables = list.map((weight): Variable => {
    const found = weight.read();
    if (isVariable(found) && found.dtype === "float32") return found;
    throw failure(
      "ERR_OPTION_TYPE",
      `modelObjective: expected float32 variables, got something else as "${weight.name}"`,
    );
  });
  if (new Set(variables).size !== variables.length) {
    throw failure("ERR_OPTION_RANGE", "modelObjective: expected different variables, got one of them twice");
  }
  return { names: list.map(({ name }) => name), variables };
}

function isList(model: ModelOfLayers | readonly Variable[]): model is readonly Variable[] {
  return Array.isArray(model);
}

function isVariable(value: unknown): value is Variable {
  return isTensor(value) && "assign" in value && "trainable" in value;
}
