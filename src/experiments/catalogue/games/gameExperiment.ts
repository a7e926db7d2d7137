import { z } from "zod";
import { type Experiment, experiment } from "../../framework/definition.ts";
import { type GameMethodName, gameMethodNames } from "./methods.ts";
import { type Contest, type RaceOptions, race } from "./race.ts";

export interface GameExperimentSpec<Shape extends z.ZodRawShape> {
  readonly name: string;
  readonly summary: string;
  /** What `--method` is without being given. */
  readonly methods: readonly GameMethodName[];
  /** Default of `--iterations`. */
  readonly iterations: number;
  /** Options of the game itself. */
  readonly options: Shape;
  readonly contest: (options: z.output<z.ZodObject<Shape>>, seed: number) => Contest;
}

/**
 * An experiment that races methods on one game: `--method a,b,c`, `--step-size`, `--iterations`, `--tolerance` and the game's own.
 *
 * @example gameExperiment({ name: "kuhn", summary: "...", methods: ["extragradient"], iterations: 1000, options: {}, contest: () => ({ problem: kuhnPoker(), start }) })
 */
export function gameExperiment<Shape extends z.ZodRawShape>(spec: GameExperimentSpec<Shape>): Experiment {
  const { name, summary, methods, iterations, options, contest } = spec;
  const own = z.object(options);
  const racing = z.object({
    method: z
      .array(z.enum(gameMethodNames))
      .min(1)
      .default([...methods])
      .describe(`one run each, of ${gameMethodNames.join(", ")}`),
    stepSize: z
      .number()
      .positive()
      .optional()
      .describe("eta of all methods that have one (default: a little inside each one's theory, by ||J|| at the start)"),
    iterations: z.number().int().positive().default(iterations).describe("steps of a run at most"),
    tolerance: z.number().min(0).default(1e-10).describe("natural residual at which a run ends"),
  });
  return experiment({
    name,
    summary,
    options: z.object({ ...racing.shape, ...own.shape }) as z.ZodObject,
    // The schema is made of both, so what it gives are the options of both.
    run: (given, context) =>
      race(context, contest(given as z.output<z.ZodObject<Shape>>, context.seed), given as unknown as RaceOptions),
  });
}
