import type { Tensor } from "@tensorflow/tfjs-core";
import type { InputData } from "../../autodiff/chosenRows.ts";
import { gradient } from "../../autodiff/derivatives/differentiate.ts";
import type { Node } from "../../autodiff/graph/graph.ts";
import type { ProductPrograms } from "../../autodiff/productMap.ts";
import type { FieldInstance } from "../../autodiff/program.ts";
import { substitute } from "../../autodiff/trace/substitute.ts";
import type { TracedFunction } from "../../autodiff/trace/trace.ts";
import type { LinearMap } from "../../linalg/linearMap.ts";
import { denseMatrix } from "../../linalg/maps/maps.ts";
import type { TracedProblem } from "../problem.ts";
import { scalarLoss } from "../traced/scalarLoss.ts";
import type { TracedField, TracedProblemParts } from "../traced/tracedProblem.ts";
import { addDiagonal, blocksOf } from "./blocks.ts";
import { type CurvatureGraphs, curvatureGraphs, type OutputGraph } from "./curvatureGraphs.ts";
import type { OutputObjective } from "./outputObjective.ts";
import { OutputPrograms } from "./outputPrograms.ts";
import { type OutputLoss, type OutputsAndTotal, standInName } from "./outputsAndLoss.ts";
import { penalised, penaltyFactors } from "./penalty.ts";

/** What the outputs add to a problem. */
type OutputMembers = Omit<OutputObjective, keyof TracedProblem>;

/** Gives the parts of a traced problem whose function returns outputs. */
export function outputParts(
  loss: OutputLoss,
  name: string,
): Pick<TracedProblemParts, "outputsOf" | "arrange" | "fieldOf" | "checkData"> {
  return {
    outputsOf: (result, complain) => loss.tensors(result, complain),
    arrange: (traced) => arrangeOutputs(loss, traced),
    fieldOf: (traced) => outputField(name, loss, traced),
    checkData: (who, data) => loss.check(who, data),
  };
}

/** Gives the parts of a traced problem whose function returns outputs, targets and the total, {@link OutputsAndTotal}. */
export function modelParts(
  loss: OutputLoss,
  name: string,
): Pick<TracedProblemParts, "outputsOf" | "arrange" | "fieldOf"> {
  return {
    outputsOf(result, complain) {
      const model = result as OutputsAndTotal;
      const [total] = scalarLoss(model.total, complain) as [Tensor];
      return loss.tensorsOfModel({ ...model, total });
    },
    arrange(traced) {
      const { builder: b, outputs } = traced;
      const [z, losses, total] = outputs as [Node, Node, Node];
      return outputs.length === 1
        ? traced
        : { ...traced, outputs: [total, z, losses, b.fill(1 / z.shape[0]!, [z.shape[0]!])] };
    },
    fieldOf(traced) {
      const { builder, parameters, outputs } = traced;
      return outputs.length === 1
        ? { field: gradient(builder, outputs[0]!, parameters) }
        : outputField(name, loss, traced);
    },
  };
}

/** Makes the first output of a trace L = sum_i w_i l_i(z_i), and the penalty, from the outputs z, the losses and the weights. */
function arrangeOutputs(loss: OutputLoss, traced: TracedFunction): TracedFunction {
  const { builder: b } = traced;
  const [z, losses, given] = traced.outputs as [Node, Node, Node | undefined];
  const n = z.shape[0]!;
  const weights =
    given === undefined
      ? b.fill(loss.weighting === "sum" ? 1 : 1 / n, [n])
      : b.div(given, b.broadcast(b.sum(given), [n]));
  const zeta = b.input(standInName, "residual", z.shape);
  const fit = substitute(b, [b.sum(b.mul(weights, losses))], new Map([[zeta, z]]))[0]!;
  const total = penalised(b, fit, traced.parameters, factorsOf(loss, traced));
  return { ...traced, outputs: [total, z, losses, weights] };
}

function factorsOf({ regularization }: OutputLoss, { parameters }: TracedFunction): readonly number[] {
  return penaltyFactors(
    regularization,
    parameters.map(({ shape }) => shape),
  );
}

/** Gives the gradient as field, the curvature maps, and the members of {@link OutputObjective}. */
function outputField(who: string, loss: OutputLoss, traced: TracedFunction): TracedField {
  const { builder, parameters, outputs } = traced;
  const [total, z, losses, weights] = outputs as [Node, Node, Node, Node];
  const zeta = builder.input(standInName, "residual", z.shape);
  const [n, c] = z.shape as [number, number];
  const graph: OutputGraph = {
    builder,
    parameters,
    z,
    zeta,
    losses,
    weights,
    variance: loss.law === undefined ? [] : loss.varianceFor(c),
    penalty: factorsOf(loss, traced),
    ...(loss.law === undefined ? {} : { law: loss.law }),
  };
  const shared = new OutputPrograms(who, loss, traced, graph);
  return {
    field: gradient(builder, total, parameters),
    maps: curvatureGraphs(graph),
    extend: (data, instance) => membersOf(shared, [n, c], [...data.values()], instance),
  };
}

/** Most numbers of the Jacobian of the outputs that are kept at once. */
const mostNumbers = 2 ** 26;

function membersOf(
  shared: OutputPrograms,
  [n, c]: readonly [number, number],
  data: readonly InputData[],
  instance: FieldInstance,
): OutputMembers {
  const p = shared.dimension;
  const dataOf = shared.dataOf(data);
  const map = (
    what: keyof OutputMembers,
    point: Float64Array,
    [rows, columns]: readonly [number, number],
    forward: keyof CurvatureGraphs,
    more: Partial<ProductPrograms> = {},
  ): LinearMap => {
    shared.checkPoint(what, point);
    return instance.map(point, { rows, columns, forward, ...more });
  };
  const jacobianMatrix = (point: Float64Array, into?: Float64Array): Float64Array | undefined => {
    // As many pullbacks as outputs, one sample each, are cheaper than as many pushforwards as parameters.
    return shared.samplesOrNone()?.matrix("outputs", dataOf, point, into);
  };
  /** The diagonal of sum_i J_i^T H_i J_i. */
  const diagonal = (given: Float64Array, blocks: (point: Float64Array) => LinearMap) => {
    const point = given.slice();
    return (): Float64Array | undefined => {
      const programs = shared.samplesOrNone();
      if (programs === undefined) return undefined;
      const all = blocksOf(blocks(point), n, c);
      const dense = shared.denseLayers();
      if (dense !== undefined) return dense.diagonal("outputs", dataOf, point, all);
      const entries = new Float64Array(p);
      programs.forEach("outputs", dataOf, point, (i, rows) => addDiagonal(rows, all, i, [c, p], entries));
      return entries;
    };
  };
  const outputHessian = (point: Float64Array): LinearMap => map("outputHessian", point, [n * c, n * c], "lossHessian");
  const outputFisher = (point: Float64Array): LinearMap => {
    shared.checkLaw("outputFisher");
    return map("outputFisher", point, [n * c, n * c], "lossFisher");
  };
  const weights = (): Float64Array => shared.weights(data);
  return {
    samples: n,
    outputs: c,
    outputsAt: (point) => shared.outputs(data, point),
    outputJacobian(given) {
      const point = given.slice();
      return map("outputJacobian", point, [n * c, p], "jacobian", {
        transposed: "pullback",
        matrix: (into) => jacobianMatrix(point, into),
        gram: () => shared.denseLayers()?.gram("outputs", dataOf, point),
      });
    },
    outputHessian,
    outputFisher,
    sampleWeights: weights,
    penaltyCurvature: () => shared.penaltyCurvature(),
    gaussNewton(point) {
      const ofLosses = diagonal(point, outputHessian);
      return map("gaussNewton", point, [p, p], "gaussNewton", {
        diagonal() {
          const more = shared.penaltyCurvature();
          return ofLosses()?.map((entry, k) => entry + more[k]!);
        },
      });
    },
    fisher(point) {
      shared.checkLaw("fisher");
      shared.samples("fisher");
      return map("fisher", point, [p, p], "fisher", { diagonal: diagonal(point, outputFisher) });
    },
    empiricalFisher(given) {
      const programs = shared.samples("empiricalFisher");
      const point = given.slice();
      return map("empiricalFisher", point, [p, p], "empiricalFisher", {
        diagonal() {
          if (programs === undefined) return undefined;
          const dense = shared.denseLayers();
          if (dense !== undefined) return dense.diagonal("loss", dataOf, point, weights());
          const [entries, w] = [new Float64Array(p), weights()];
          programs.forEach("loss", dataOf, point, (i, gradient) => {
            for (let k = 0; k < p; k++) entries[k] = entries[k]! + w[i]! * gradient[k]! * gradient[k]!;
          });
          return entries;
        },
      });
    },
    tangentKernel(given) {
      const point = given.slice();
      return map("tangentKernel", point, [n * c, n * c], "tangentKernel", {
        matrix(into) {
          const dense = shared.denseLayers();
          if (dense !== undefined) return dense.gram("outputs", dataOf, point, into);
          const jacobian = n * c * p <= mostNumbers ? jacobianMatrix(point) : undefined;
          if (jacobian === undefined) return undefined;
          const kernel = into ?? new Float64Array(n * c * n * c);
          denseMatrix(n * c, p, jacobian).applyMany(jacobian, n * c, kernel);
          return kernel;
        },
      });
    },
    kroneckerFactors(point) {
      shared.checkLaw("kroneckerFactors");
      shared.samples("kroneckerFactors");
      const factors = shared.factors();
      const length = factors.layers.reduce((sum, { rows, outputs }) => sum + rows * outputs, 0);
      const slopes = map("kroneckerFactors", point, [length, n * c], "layerSlopes");
      return factors.at(data, point, blocksOf(outputFisher(point), n, c), slopes);
    },
    exampleGradients(given) {
      const programs = shared.samples("exampleGradients");
      const point = given.slice();
      return map("exampleGradients", point, [n, p], "exampleGradients", {
        transposed: "exampleGradientsTransposed",
        matrix: (into) => programs?.matrix("loss", dataOf, point, into),
        gram: () => shared.denseLayers()?.gram("loss", dataOf, point),
      });
    },
  };
}
