/** Runs the studies of networks: one run for each n, draw, arm and rate. */
import type { Tensor } from "@tensorflow/tfjs-core";
import { concat, defer, type Observable, tap } from "rxjs";
import type { Columns, Row } from "../../../arrow/row.ts";
import { data as dataInput } from "../../../autodiff/index.ts";
import { untilStep } from "../../../operators/measures/untilStep.ts";
import type { Model } from "../../../problems/models/model.ts";
import { objective } from "../../../problems/objective.ts";
import type { OutputObjective } from "../../../problems/outputs/outputObjective.ts";
import { type Predictions, predictions } from "../../../problems/traced/predictions.ts";
import { chain } from "../../../streams/chain.ts";
import { defineMeasure } from "../../../streams/defineMeasure.ts";
import type { Measure, Update } from "../../../streams/types.ts";
import type { ExperimentContext } from "../../framework/definition.ts";
import { columnOf, columnsOf } from "../../protocols/comparison/armColumns.ts";
import { trialsFrom } from "../../protocols/comparison/trialsFrom.ts";
import { atTheEnd } from "../../protocols/trajectory.ts";
import { type ArmName, type ArmPart, armOf } from "./arms.ts";
import { type Draw, drawOf, scoreOf, sizesOf } from "./draw.ts";
import type { Source } from "./source.ts";
import type { Cell } from "./studies.ts";

/** An arm of a study of networks. */
export interface NetworkArm {
  readonly name: string;
  /** Data of the arm. */
  readonly data: ArmName;
  /** Kind of the whitening. Default zca. */
  readonly kind?: "pca" | "zca";
  readonly rates: readonly number[];
  /** Most updates. */
  readonly updates: number;
  /** The method at a rate. */
  readonly update: (rate: number) => Update;
}

/** A study of networks. */
interface NetworkStudy {
  /** Name of the study, with which the names of its runs begin. */
  readonly name: string;
  readonly source: Source;
  readonly model: Model;
  readonly loss: "crossEntropy" | "meanSquared";
  /** Training loss that all arms are to reach, for a draw. */
  readonly stated: (draw: Draw) => number;
  readonly samples: readonly number[];
  readonly draws: number;
  readonly arms: readonly NetworkArm[];
  readonly tell: (cells: readonly Cell[]) => void;
}

/** Looks at held-out rows per run, about. */
const looks = 60;
const endsOnly = 2 ** 31;

/** Runs a study as a campaign. */
export function networkStudy(context: ExperimentContext, study: NetworkStudy): Observable<Row> {
  const { name, source, model, samples, draws, arms, tell } = study;
  const { validation, test, testSet } = sizesOf(source);
  const cells = samples.map((n): Cell => ({ n, trials: [] }));
  const programs = programsOf(study);
  const searches = samples.flatMap((n, c) =>
    Array.from({ length: draws }, (_, draw) =>
      arms.flatMap((arm) => arm.rates.map((rate, r) => ({ n, cell: cells[c]!, draw, arm, rate, r }))),
    ).flat(),
  );
  const digits = String(Math.max(...samples)).length;
  return concat(
    context.campaign(searches.length, (index) =>
      defer(() => {
        const { n, cell, draw, arm, rate, r } = searches[index]!;
        const run =
          `${name}-n${String(n).padStart(digits, "0")}-draw-${String(draw + 1).padStart(2, "0")}-` +
          `${arm.name.replaceAll(" ", "-")}-rate-${r + 1}`;
        const lazy = once(() => {
          const parts = drawOf(source, { train: n, validation, test, testSet }, draw, context.seed);
          const [part] = armOf(arm.data, parts, source, { testSet, testSets: 1, ...arm });
          return { parts, part: part!, problem: programs.problem(part!, parts) };
        });
        const trials = trialsFrom([arm.name], draw);
        const about = { study: name, data: source.name, n, d: source.width, draw: draw + 1, arms: [arm.name] };
        // The problem is made even where the run is read back, since its dimension is needed: it costs one trace per n.
        const update = chain(untilStep(arm.updates), arm.update(rate), look(study, arm, rate, lazy, programs));
        return context
          .iterate(lazy().problem, model.initialPoint(startSeed(context.seed, draw)), update, {
            ...{ name: run, points: endsOnly, description: { ...about, rate }, repeat: false },
          })
          .pipe(
            tap({
              next: (row) => {
                if (row.run.name === run) trials.take(row);
              },
              complete: () => cell.trials.push(...trials.ended()),
            }),
          );
      }),
    ),
    atTheEnd(context, () => tell(cells)),
  );
}

/** The seed of a draw's start; the same for all arms of the draw. */
const startSeed = (seed: number, draw: number): number => 1000 * seed + draw;

interface Prepared {
  readonly parts: Draw;
  readonly part: ArmPart;
  readonly problem: OutputObjective;
}

/** The programs of a study: traced once for each number of rows. */
interface Programs {
  problem(part: ArmPart, draw: Draw): OutputObjective;
  outputs(inputs: Float64Array): Predictions;
}

function programsOf({ model, loss }: NetworkStudy): Programs {
  let problem: OutputObjective | undefined;
  let outputs: Predictions | undefined;
  const shaped = (inputs: Float64Array, rows: number): Tensor =>
    dataInput("inputs", inputs, [rows, ...model.inputShape]);
  return {
    problem({ train }, { train: { targets, rows } }) {
      problem ??= objective(
        model.shapes,
        {
          outputs: (...parameters: readonly Tensor[]) => model.apply(shaped(train, rows), parameters),
          loss,
          targets,
        },
        { name: model.name, names: model.names },
      );
      return problem.with({ inputs: train, targets }) as OutputObjective;
    },
    outputs(inputs) {
      const width = model.inputShape.reduce((product, extent) => product * extent, 1);
      outputs ??= predictions(model.shapes, (...parameters: readonly Tensor[]) =>
        model.apply(shaped(inputs.subarray(0, width), 1), parameters),
      );
      return outputs.with({ inputs });
    },
  };
}

/** Measures the arm on held-out rows now and then, and its training loss in every row. */
function look(study: NetworkStudy, arm: NetworkArm, rate: number, lazy: () => Prepared, programs: Programs): Measure {
  const { name, updates } = arm;
  const every = Math.max(1, Math.floor(updates / looks));
  const held = once(() => {
    const { part } = lazy();
    return { validation: programs.outputs(part.validation), test: programs.outputs(part.test.inputs) };
  });
  return defineMeasure({
    name: "arm",
    columns: columnsOf([name], "step size") as Columns,
    init: () => ({ reached: Number.POSITIVE_INFINITY, updatesToLoss: -1, first: new Float64Array(0) }),
    step(it, before) {
      const { step, value, point, seconds } = it;
      const last = step >= updates;
      const stated = study.stated(lazy().parts);
      const reached = Math.min(before.reached, value);
      const updatesToLoss = before.updatesToLoss < 0 && value <= stated ? step : before.updatesToLoss;
      const state = { reached, updatesToLoss, first: before.first };
      const looked = step % every === 0 || (step <= 16 && (step & (step - 1)) === 0) || last;
      if (!looked || !point.every(Number.isFinite)) return { state };
      const { parts, part } = lazy();
      const outputs = held().test(point);
      if (!outputs.every(Number.isFinite)) return { state };
      if (step === 0) state.first = outputs.slice();
      const moves = outputs.reduce((most, z, i) => Math.max(most, Math.abs(z - state.first[i]!)), 0);
      const columns: Record<string, number | undefined> = {
        ...{ rate, updates: step },
        [columnOf(name, "loss")]: value,
        [columnOf(name, "validation")]: scoreOf(held().validation(point), parts.validation),
        [columnOf(name, "test")]: scoreOf(outputs, part.test),
        [columnOf(name, "moves")]: moves,
      };
      if (last) {
        Object.assign(columns, {
          [columnOf(name, "reached")]: reached,
          [columnOf(name, "updatesToLoss")]: updatesToLoss < 0 ? undefined : updatesToLoss,
          [columnOf(name, "stated")]: stated,
          [columnOf(name, "seconds")]: seconds,
          [columnOf(name, "whiteningRank")]: part.whitened?.rank,
          [columnOf(name, "independent")]:
            part.whitened === undefined ? undefined : Number(part.whitened.rank === part.whitened.rows),
        });
      }
      return { state, columns };
    },
  });
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
