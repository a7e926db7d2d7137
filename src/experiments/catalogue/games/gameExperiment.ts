import { z } from "zod";
import { thing } from "../../../arguments.ts";
import { checkOption } from "../../../options.ts";
import { type Experiment, experiment } from "../../framework/definition.ts";
import { type GameMethodName, gameMethodNames } from "./methods.ts";
import { type Contest, type RaceOptions, race } from "./race.ts";

/** Specification of an experiment on a game, the argument of {@link gameExperiment}. */
export interface GameExperimentSpec<Shape extends z.ZodRawShape> {
  /** Name of the experiment. */
  readonly name: string;
  /** Summary in one line. */
  readonly summary: string;
  /** Methods that run if `--method` is not given. */
  readonly methods: readonly GameMethodName[];
  /** Default of `--iterations`. */
  readonly iterations: number;
  /** Options of the game itself. */
  readonly options: Shape;
  /** Function that makes the game and its start from the options. */
  readonly contest: (options: z.output<z.ZodObject<Shape>>, seed: number) => Contest;
}

/**
 * Makes an experiment that compares methods on one game. It has the options `--method a,b,c`, `--step-size`,
 * `--iterations`, `--tolerance`, `--absolute-tolerance` and `--scale`, and those of the game.
 *
 * @example
 * const poker = gameExperiment({
 *   name: "poker",
 *   summary: "Kuhn poker from the mean of all strategies",
 *   methods: ["extragradient", "semismooth-newton"],
 *   iterations: 1000,
 *   options: {},
 *   contest: () => ({ problem: kuhnPoker(), start: new Float64Array(kuhnPoker().dimension) }),
 * });
 * console.log(Object.keys(poker.options.shape).join(", "));
 * // method, stepSize, iterations, tolerance, absoluteTolerance, scale
 */
export function gameExperiment<Shape extends z.ZodRawShape>(spec: GameExperimentSpec<Shape>): Experiment {
  checkOption("gameExperiment", "spec", spec, specRule);
  const { name, summary, methods, iterations, options, contest } = spec;
  const own = z.object(options);
  const racing = z.object({
    method: z
      .array(z.enum(gameMethodNames))
      .min(1)
      .default([...methods])
      .describe(`methods to compare, one run each: ${gameMethodNames.join(", ")}`),
    stepSize: z
      .number()
      .positive()
      .optional()
      .describe(
        "step size eta of all methods that have one " +
          "(default: a little below what each method's theory allows, by ||J|| at the start)",
      ),
    iterations: z.number().int().positive().default(iterations).describe("largest number of steps of a run"),
    tolerance: z
      .number()
      .min(0)
      .lt(1)
      .default(1e-10)
      .describe("relative residual at which a run ends: ||z - P(z - eta F)|| / ||z||, eta as --scale says"),
    absoluteTolerance: z
      .number()
      .min(0)
      .optional()
      .describe("natural residual, in the units of the field, at which a run ends instead"),
    scale: z
      .number()
      .positive()
      .optional()
      .describe(
        "scale eta of natural residuals: where runs end, where restarted-extragradient restarts, what semismooth-newton " +
          "solves (default: from the field near the start)",
      ),
  });
  return experiment({
    name,
    summary,
    options: z.object({ ...racing.shape, ...own.shape }) as z.ZodObject,
    // The schema is made of both shapes, so its result has the options of both.
    run: (given, context) =>
      race(context, contest(given as z.output<z.ZodObject<Shape>>, context.seed), given as unknown as RaceOptions),
  });
}

const specRule = thing("an object with name, summary, methods, iterations, options and contest", {
  name: "string",
  summary: "string",
  methods: "list",
  iterations: "number",
  options: "object",
  contest: "function",
});
