import {
  checkOption,
  defineUpdate,
  failure,
  type Problem,
  readOptions,
  settingOf,
  type Update,
} from "../authoring/index.ts";
import type { InputData } from "../autodiff/chosenRows.ts";
import { type Precision, precisions } from "../autodiff/executorNames.ts";
import type { IntervalSource } from "../autodiff/interval/source.ts";
import { type FieldLoop, makeLoop } from "../autodiff/xla/loop/deviceLoop.ts";
import { type LoopMethod, loopMethods } from "../autodiff/xla/loop/rules.ts";
import type { TracedProblem } from "../problems/problem.ts";
import { stepData } from "./stepData.ts";

/** The problem of each step of the method, as `minibatches` gives it. */
export type DeviceBatches = (step: number) => TracedProblem;

/** Options of {@link deviceSteps}. Step size, decays and damping are settings that can be steered during a run. */
export interface DeviceStepsOptions {
  readonly method: LoopMethod;
  /** Step size eta > 0. */
  readonly stepSize: number;
  /** Number k of steps between two rows. Default 100. */
  readonly steps?: number;
  /** Decay beta of momentum in [-1, 1], or beta1 of Adam in [0, 1). Default 0.9. */
  readonly decay?: number;
  /** Decay beta2 of Adam's mean of squares, in [0, 1). Default 0.999. */
  readonly squareDecay?: number;
  /** Number epsilon that is added to Adam's root mean square, at least 0. Default 1e-8. */
  readonly damping?: number;
  /** Problem of each step, all of one size. Default: each step has the problem of its row. */
  readonly batches?: DeviceBatches;
  /** Numbers in which the device computes. Default: `FLUXION_PRECISION`, else float64. */
  readonly precision?: Precision;
}

const rules = {
  method: { oneOf: loopMethods, required: true },
  stepSize: { above: 0, required: true },
  steps: { default: 100, integer: true, min: 1 },
  decay: { default: 0.9, min: -1, max: 1 },
  squareDecay: { default: 0.999, min: 0, below: 1 },
  damping: { default: 1e-8, min: 0 },
  batches: { expected: "a function from the step to its problem", is: (x: unknown) => typeof x === "function" },
  precision: { oneOf: precisions },
} as const;
const adamDecay = { min: 0, below: 1 } as const;

/** What the operator remembers: the steps so far, and what the method does. */
interface DeviceState {
  readonly taken: number;
  /** Arrays of the method, as the device gave them. Empty before the first step. */
  readonly arrays: readonly Float64Array[];
}

/** A loop with the point and the state that lie on the device. */
interface Loaded {
  readonly loop: FieldLoop;
  point: Float64Array | undefined;
  arrays: readonly Float64Array[];
  /** Data that no step changes, and the list in which the device got them. */
  values: readonly InputData[];
}

/**
 * Takes k steps of gradient descent, momentum or Adam on the device between two rows, in one call of XLA.
 *
 * Row r is iterate r k of the method, with all its numbers, and the rows between are not emitted. The steps are those of
 * `gradientStep`, `chain(momentum(), gradientStep(eta))` and `chain(adam(), gradientStep(eta))` up to rounding. On one
 * device they have the same bits for every k, so a run with `steps: 1` shows all iterates of one with `steps: 100`. Point
 * and state stay on the device between calls.
 *
 * The column `deviceSteps` counts the steps before a row, `deviceLoss` is the mean loss of the k steps after it, each at
 * its own point and on its own batch. With `batches`, step j of row r has the problem `batches(r k + j)`, whose data are
 * sent ahead; all batches have the same size (`dropLast` of `minibatches`). Whatever executor the problem has computes
 * the value and the field of a row; with `xla` they come from the same device.
 *
 * Use it where steps are short beside a call of the device, or points long beside its link, as on a GPU. On a CPU it is
 * faster than the same steps of the host on `xla`, but the executor `float64` may be faster still
 * (`npm run bench -- xlaCalls`). An operator behind it must not change the step, since the device has taken it.
 *
 * State: what the method remembers, up to 2 n + 2 numbers, copied to the host once per row. Cost: k gradients and a call.
 *
 * @example
 * const problem = objective([[2]], (z: tf.Tensor) => tf.sum(tf.square(tf.sub(z, [3, 2]))));
 * const rows = firstRows(problem, [0, 0], deviceSteps({ method: "adam", stepSize: 0.1, steps: 100 }), 4);
 * console.log(rows.map((it) => `${it.columns.deviceSteps}: ${it.value.toFixed(3)}`).join(", "));
 * // 0: 13.000, 100: 0.001, 200: 0.000, 300: 0.000
 * @param options {@link DeviceStepsOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE; in the stream ERR_UNSUPPORTED for a problem without a traced graph or with a
 *   constraint, ERR_SHAPE for batches of different sizes, ERR_DEVICE without a plugin, ERR_MEMORY
 */
export function deviceSteps(options: DeviceStepsOptions): Update {
  const chosen = readOptions("deviceSteps", options, rules);
  const { method, steps, batches, precision } = chosen;
  if (method === "adam") checkOption("deviceSteps", "decay", chosen.decay, adamDecay);
  // Compiled programs, which are found again by the field's graph. What a run remembers is in its state.
  const programs = new WeakMap<object, Map<string, Loaded>>();
  return defineUpdate({
    name: "deviceSteps",
    columns: {
      deviceSteps: { meaning: "steps that the device had taken before this row" },
      deviceLoss: { meaning: "mean loss of the steps that the device took from this row to the next" },
    },
    settings: {
      stepSize: settingOf(rules.stepSize, chosen.stepSize),
      decay: settingOf(method === "adam" ? adamDecay : rules.decay, chosen.decay),
      squareDecay: settingOf(rules.squareDecay, chosen.squareDecay),
      damping: settingOf(rules.damping, chosen.damping),
    },
    init: (): DeviceState => ({ taken: 0, arrays: [] }),
    step(it, { taken, arrays }, settings) {
      const graphs = Array.from({ length: batches === undefined ? 1 : steps }, (_, j) =>
        graphOf(batches === undefined ? it.at.problem : batches(taken + j)),
      );
      const [graph] = graphs as [Graph];
      if (graphs.some(({ field }) => field !== graph.field)) {
        throw failure(
          "ERR_SHAPE",
          `deviceSteps: expected the batches of steps ${taken} to ${taken + steps - 1} to have one size; ` +
            "give minibatches dropLast: true",
        );
      }
      const { batched, numbers } = stepData(graphs);
      const loaded = loopFor(programs, graph, batched);
      const { loop } = loaded;
      const goesOn = arrays === loaded.arrays && loaded.point !== undefined && sameNumbers(it.point, loaded.point);
      if (!goesOn) loop.start(it.point, arrays.length === 0 ? undefined : arrays);
      // Until the call has ended, nothing is known of what lies there.
      loaded.point = undefined;
      const given = numbers(steps);
      const sameData = given.length === loaded.values.length && given.every((each, i) => each === loaded.values[i]);
      if (!sameData) loaded.values = given;
      const { values } = loop.advance(settings, loaded.values);
      const point = loop.point();
      loaded.arrays = loop.state();
      loaded.point = point;
      if (it.at.count !== undefined) it.at.count.evaluations += steps;
      const mean = values.reduce((sum, value) => sum + value / steps, 0);
      return {
        state: { taken: taken + steps, arrays: loaded.arrays },
        next: it.evaluate(point),
        stepSize: settings.stepSize,
        columns: { deviceSteps: taken, deviceLoss: graph.value === undefined ? undefined : mean },
      };
    },
  });

  function loopFor(known: WeakMap<object, Map<string, Loaded>>, graph: Graph, batched: readonly boolean[]): Loaded {
    const ofField = known.get(graph.field) ?? new Map<string, Loaded>();
    known.set(graph.field, ofField);
    const key = batched.join();
    const { parameters, data, value, field } = graph;
    const parts = { parameters, data: data.map(({ node }) => node), field, ...(value === undefined ? {} : { value }) };
    const found = ofField.get(key) ?? {
      loop: makeLoop(parts, { method, steps, batched, precision }),
      point: undefined,
      arrays: [],
      values: [],
    };
    ofField.set(key, found);
    return found;
  }
}

type Graph = IntervalSource & Required<Pick<IntervalSource, "data" | "field">>;

/** The graph of a problem that can be given to a device. @throws ERR_UNSUPPORTED */
function graphOf(problem: Problem & Partial<Pick<TracedProblem, "graph">>): Graph {
  const { graph, constraint, name } = problem;
  if (graph?.field === undefined) {
    throw failure(
      "ERR_UNSUPPORTED",
      `deviceSteps: the problem "${name}" has no traced graph; make it by objective, vectorField or game`,
    );
  }
  if (constraint !== undefined) {
    throw failure("ERR_UNSUPPORTED", `deviceSteps: the problem "${name}" has a constraint, and no step here projects`);
  }
  return { ...graph, data: graph.data ?? [], field: graph.field };
}

function sameNumbers(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((x, i) => Object.is(x, b[i]));
}
