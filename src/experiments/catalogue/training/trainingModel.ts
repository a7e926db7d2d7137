import { resolve } from "node:path";
import { failure } from "../../../errors.ts";
import type { Dataset } from "../../../problems/datasets/types.ts";
import { convolutionalNetwork } from "../../../problems/models/convolutional.ts";
import { linearModel, multilayerPerceptron } from "../../../problems/models/dense.ts";
import { type Model, type ModelOptions, whyNotModel } from "../../../problems/models/model.ts";
import { residualNetwork, wideResidualNetwork } from "../../../problems/models/residual.ts";
import { importModule, isModulePath } from "../../threads/importModule.ts";

const models: Readonly<Record<string, (options: ModelOptions) => Model>> = {
  linear: linearModel,
  mlp: multilayerPerceptron,
  convolutional: convolutionalNetwork,
  residual: residualNetwork,
  "wide-residual": (options) => wideResidualNetwork({ ...options, depth: 10, width: 1 }),
};

/** Names of the models that `fluxion run train --model` knows. */
export const modelNames: readonly string[] = Object.keys(models);

/**
 * Finds the model of a training run: a known one for the data, or the default export of a module, which is a model or a
 * function of `{ inputShape, outputs }` that returns one.
 *
 * @throws ERR_COMMAND_LINE for an unknown name; ERR_MODULE for a module that does not export a model
 */
export async function trainingModel(wanted: string, data: Dataset): Promise<Model> {
  const options = { inputShape: data.fields.inputs!, outputs: data.fields.targets?.[0] ?? 1 };
  if (Object.hasOwn(models, wanted)) return models[wanted]!(options);
  if (!isModulePath(wanted)) {
    throw failure(
      "ERR_COMMAND_LINE",
      `train: expected --model to be ${modelNames.join(", ")} or the path of a module, got "${wanted}"`,
    );
  }
  const path = resolve(wanted);
  const { default: exported } = await importModule(path);
  let model: unknown = exported;
  if (typeof exported === "function") {
    try {
      model = await (exported as (given: ModelOptions) => unknown)(options);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw failure(
        "ERR_MODULE",
        `train: the default export of ${path} fails when it is called with { inputShape, outputs }: ${reason}`,
        {
          cause,
        },
      );
    }
  }
  const wrong = whyNotModel(model);
  if (wrong === undefined) return model as Model;
  throw failure(
    "ERR_MODULE",
    `train: the module ${path} must have a model as default export, or a function of { inputShape, outputs } that returns ` +
      `one, got ${exported === undefined ? "none" : typeof exported}${model === undefined && exported === undefined ? "" : `: ${wrong}`}; see docs/training.md`,
  );
}
