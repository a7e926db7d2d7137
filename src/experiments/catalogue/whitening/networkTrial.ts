/** One trial of a network: the problem of an arm, and what is measured while it is trained. */
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Columns } from "../../../arrow/row.ts";
import { data as dataInput } from "../../../autodiff/index.ts";
import type { Model } from "../../../problems/models/model.ts";
import { objective } from "../../../problems/objective.ts";
import type { OutputObjective } from "../../../problems/outputs/outputObjective.ts";
import { type Predictions, predictions } from "../../../problems/traced/predictions.ts";
import { defineMeasure } from "../../../streams/defineMeasure.ts";
import type { Measure } from "../../../streams/types.ts";
import { columnOf, columnsOf } from "../../protocols/comparison/armColumns.ts";
import { threadSeconds } from "../../protocols/comparison/threadSeconds.ts";
import type { ArmPart } from "./arms.ts";
import { type Draw, scoreOf, sharedScore } from "./draw.ts";

/** What a trial is made from. */
export interface Prepared {
  readonly draw: Draw;
  readonly part: ArmPart;
  /** Number of test rows that all arms have, the first ones. */
  readonly shared: number;
}

/** Loss of the outputs of a network. */
export type NetworkLoss = "crossEntropy" | "meanSquared";

/** The programs of a study: traced once for each number of rows. */
interface Programs {
  problem(prepared: Prepared): OutputObjective;
  outputs(inputs: Float64Array): Predictions;
}

/** Factor between the numbers of updates after which held-out rows are looked at. */
const pace = 1.1;

/** Numbers of updates after which held-out rows are looked at: each of the first ten, then ever rarer. */
function looksUpTo(updates: number): ReadonlySet<number> {
  const looks = new Set([0, updates]);
  for (let at = 1; at < updates; at = Math.max(at + 1, Math.round(pace * at))) looks.add(at);
  return looks;
}

/** Makes the programs of a network. */
export function programsOf(model: Model, loss: NetworkLoss): Programs {
  let problem: OutputObjective | undefined;
  let outputs: Predictions | undefined;
  const shaped = (inputs: Float64Array, rows: number): Tensor =>
    dataInput("inputs", inputs, [rows, ...model.inputShape]);
  return {
    problem({ part: { train }, draw }) {
      const { targets, rows } = draw.train;
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

/** How a trial is measured. */
interface TrialForm {
  /** Name of the arm, with which the columns begin. */
  readonly arm: string;
  readonly rate: number;
  /** Most updates. */
  readonly updates: number;
  /** Training loss that is stated for a draw. Undefined: it is known only when all trials have ended. */
  readonly stated: ((draw: Draw) => number) | undefined;
}

interface State {
  readonly reached: number;
  /** Updates until the stated loss; -1 before. */
  readonly updatesToLoss: number;
  /** Seconds that the updates took, without the looks at held-out rows. */
  readonly spent: number;
  /** Outputs on the test rows at the start. */
  readonly first: Float64Array;
}

/** Measures an arm on held-out rows now and then, and its training loss in every row. */
export function look(form: TrialForm, programs: Programs, prepared: () => Prepared): Measure {
  const { arm, rate, updates, stated: statedOf } = form;
  const looks = looksUpTo(updates);
  const held = once(() => {
    const { part } = prepared();
    return { validation: programs.outputs(part.validation), test: programs.outputs(part.test.inputs) };
  });
  // What the thread has computed up to the last row. The state leaves it out, since another process counts from elsewhere.
  let since: { readonly step: number; readonly seconds: number } | undefined;
  return defineMeasure({
    name: "arm",
    columns: columnsOf([arm], "step size") as Columns,
    init: (): State => ({
      reached: Number.POSITIVE_INFINITY,
      updatesToLoss: -1,
      spent: 0,
      first: new Float64Array(0),
    }),
    step(it, before) {
      const { step, value, point } = it;
      const { draw, part, shared } = prepared();
      const now = threadSeconds();
      const spent = before.spent + (since?.step === step - 1 ? now - since.seconds : 0);
      since = { step, seconds: now };
      const stated = statedOf?.(draw);
      const reached = Math.min(before.reached, value);
      const isThere = before.updatesToLoss < 0 && stated !== undefined && value <= stated;
      const updatesToLoss = isThere ? step : before.updatesToLoss;
      const state: State = { ...before, reached, updatesToLoss, spent };
      const columns: Record<string, number | undefined> = {
        [columnOf(arm, "loss")]: value,
        [columnOf(arm, "seconds")]: spent,
      };
      const last = step >= updates;
      if (!looks.has(step) || !point.every(Number.isFinite)) return { state, columns };
      const outputs = held().test(point);
      if (!outputs.every(Number.isFinite)) return { state, columns };
      const first = step === 0 ? outputs.slice() : before.first;
      const moves = outputs.reduce((most, z, i) => Math.max(most, Math.abs(z - first[i]!)), 0);
      Object.assign(columns, {
        ...{ rate, updates: step },
        [columnOf(arm, "validation")]: scoreOf(held().validation(point), draw.validation),
        [columnOf(arm, "test")]: scoreOf(outputs, part.test),
        [columnOf(arm, "shared")]: sharedScore(outputs, part.test, shared).shared,
        [columnOf(arm, "moves")]: moves,
      });
      if (last) {
        Object.assign(columns, {
          [columnOf(arm, "reached")]: reached,
          [columnOf(arm, "updatesToLoss")]: updatesToLoss < 0 ? undefined : updatesToLoss,
          [columnOf(arm, "stated")]: stated,
          [columnOf(arm, "whiteningRank")]: part.whitened?.rank,
          [columnOf(arm, "independent")]:
            part.whitened === undefined ? undefined : Number(part.whitened.rank === part.whitened.rows),
        });
      }
      since = { step, seconds: threadSeconds() };
      return { state: { ...state, first }, columns };
    },
  });
}

/** Makes a value when it is first wanted. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
