import type { InputData } from "../../autodiff/chosenRows.ts";
import { type Node, sizeOf } from "../../autodiff/graph/graph.ts";
import { oneSample } from "../../autodiff/passes/samples/oneSample.ts";
import { SamplePrograms } from "../../autodiff/samplePrograms.ts";
import { substitute } from "../../autodiff/trace/substitute.ts";
import type { TracedFunction } from "../../autodiff/trace/trace.ts";
import { compileValues, type ValuesProgram } from "../../autodiff/valuesProgram.ts";
import { failure } from "../../errors.ts";
import type { OutputGraph } from "./curvatureGraphs.ts";
import { DenseLayers } from "./denseLayers.ts";
import { LayerFactors } from "./kroneckerFactors.ts";
import type { OutputLoss } from "./outputsAndLoss.ts";

interface SampleCut {
  readonly programs?: SamplePrograms;
  readonly coupled?: Node;
  /** Whether the rows of a product are those of the samples, one sample after the other. */
  hasRowsOfSamples(product: Node): boolean;
}

/** What problems on different data of the same sizes share. */
export class OutputPrograms {
  readonly dimension: number;
  readonly #who: string;
  readonly #loss: OutputLoss;
  readonly #traced: TracedFunction;
  readonly #graph: OutputGraph;
  readonly #inputs: readonly Node<"input">[];
  #values: ValuesProgram | undefined;
  #weights: ValuesProgram | undefined;
  #factors: LayerFactors | undefined;
  #cut: SampleCut | undefined;
  #dense: { readonly layers: DenseLayers | undefined } | undefined;

  constructor(who: string, loss: OutputLoss, traced: TracedFunction, graph: OutputGraph) {
    this.#who = who;
    this.#loss = loss;
    this.#traced = traced;
    this.#graph = graph;
    this.#inputs = [...traced.data.values()].map(({ node }) => node);
    this.dimension = traced.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  }

  /** The diagonal of the penalty's Hessian. */
  penaltyCurvature(): Float64Array {
    const entries = new Float64Array(this.dimension);
    let next = 0;
    for (const [k, { shape }] of this.#graph.parameters.entries()) {
      const end = next + sizeOf(shape);
      entries.fill(2 * this.#graph.penalty[k]!, next, end);
      next = end;
    }
    return entries;
  }

  outputs(data: readonly InputData[], point: Float64Array): Float64Array {
    const { builder, parameters } = this.#traced;
    this.checkPoint("outputsAt", point);
    this.#values ??= compileValues({ builder, parameters, data: this.#inputs, outputs: [this.#graph.z] });
    const out = new Float64Array(this.#values.size);
    this.#values.evaluate(data, point, out);
    return out;
  }

  factors(): LayerFactors {
    this.#cut ??= this.#cutSamples();
    const { hasRowsOfSamples } = this.#cut;
    this.#factors ??= new LayerFactors(`${this.#who}.kroneckerFactors`, this.#graph, this.#inputs, hasRowsOfSamples);
    return this.#factors;
  }

  weights(data: readonly InputData[]): Float64Array {
    const { builder } = this.#traced;
    const { weights } = this.#graph;
    this.#weights ??= compileValues({ builder, parameters: [], data: this.#inputs, outputs: [weights] });
    const out = new Float64Array(this.#weights.size);
    this.#weights.evaluate(data, new Float64Array(0), out);
    return out;
  }

  dataOf(data: readonly InputData[]): (source: Node) => InputData {
    return (source) => data[(this.#inputs as readonly Node[]).indexOf(source)]!;
  }

  /** Returns programs of one sample, where the samples can be told apart. @throws ERR_UNSUPPORTED */
  samples(what: string): SamplePrograms | undefined {
    this.#cut ??= this.#cutSamples();
    const { coupled, programs } = this.#cut;
    if (coupled === undefined) return programs;
    throw failure(
      "ERR_UNSUPPORTED",
      `${this.#who}.${what}: expected outputs and losses of which each sample has its own, got samples that share a ` +
        `result of the operation "${coupled.op}" over all of them, as batch normalisation in training does; ` +
        "use fixed moments, or gaussNewton and the Hessian, which need no samples",
    );
  }

  /** The programs for matrices of samples; undefined if the samples cannot be told apart. */
  samplesOrNone(): SamplePrograms | undefined {
    this.#cut ??= this.#cutSamples();
    return this.#cut.programs;
  }

  /** The layers of a model that has dense ones alone; undefined for all others. */
  denseLayers(): DenseLayers | undefined {
    const programs = this.samplesOrNone();
    this.#dense ??= { layers: programs && DenseLayers.of(programs) };
    return this.#dense.layers;
  }

  #cutSamples(): SampleCut {
    const { builder, parameters, z, zeta, losses } = this.#graph;
    const samples = z.shape[0]!;
    const own = substitute(builder, [losses], new Map([[zeta, z]]))[0]!;
    const cut = oneSample([z, own], parameters, samples);
    const hasRowsOfSamples = (product: Node): boolean => samples === 1 || cut.placeOf(product)?.axis === 0;
    if (cut.kind === "coupled") return { coupled: cut.node, hasRowsOfSamples };
    if (cut.kind === "unknown") return { hasRowsOfSamples };
    return { programs: new SamplePrograms(cut.graph, samples), hasRowsOfSamples };
  }

  checkLaw(what: string): void {
    if (this.#loss.law !== undefined) return;
    throw failure(
      "ERR_UNSUPPORTED",
      `${this.#who}.${what}: expected a loss with a known law, got ${this.#loss.name}, of which only the values are ` +
        "known; name one of the losses of fluxion, or use gaussNewton or empiricalFisher",
    );
  }

  checkPoint(what: string, point: Float64Array): void {
    if (point.length === this.dimension) return;
    throw failure(
      "ERR_LENGTH",
      `${this.#who}.${what}: expected ${this.dimension} numbers for the point, got ${point.length}`,
    );
  }
}
