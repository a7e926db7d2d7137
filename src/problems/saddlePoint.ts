import { neg, type Tensor } from "@tensorflow/tfjs-core";
import { isTensor, type Traceable } from "../autodiff/trace/trace.ts";
import { failure } from "../errors.ts";
import { readOptions } from "../options.ts";
import type { ConvexSet } from "./problem.ts";
import { convexSetRule, texts } from "./rules.ts";
import type { Shapes, TensorFunction } from "./traced/parametersOf.ts";
import { type GameProblem, tracedGame } from "./traced/tracedGame.ts";
import { type TracedProblemOptions, tracedGameRules } from "./traced/tracedOptions.ts";

export interface SaddlePointOptions extends Omit<TracedProblemOptions, "constraint"> {
  /** Set X of x. Default: the whole space. */
  readonly minSet?: ConvexSet;
  /** Set Y of y. Default: the whole space. */
  readonly maxSet?: ConvexSet;
  /** Names of the two players. Default `["minimiser", "maximiser"]`. */
  readonly players?: readonly [string, string];
  /** Names of the blocks, those of x first. Default `x` and `y`, numbered if there are several. */
  readonly names?: readonly string[];
}

const rules = {
  minSet: convexSetRule,
  maxSet: convexSetRule,
  players: {
    default: ["minimiser", "maximiser"],
    expected: "two different names",
    is: (value: unknown) =>
      texts.is(value) && new Set(value as string[]).size === 2 && (value as string[]).length === 2,
    range: true,
  },
  names: texts,
  ...tracedGameRules,
} as const;

/**
 * Builds the saddle-point problem min over x in X, max over y in Y of f(x, y), with f written in TensorFlow.js.
 *
 * z = (x, y), F(z) = (grad_x f, -grad_y f), C = X x Y. If f is convex in x and concave in y, F is monotone and the
 * solutions are the saddle points, f(x*, y) <= f(x*, y*) <= f(x, y*). The costs of the players are (f, -f). The sum of
 * what both would gain by best responses is the duality gap. Everything else is as in {@link game}.
 *
 * Cost: as for {@link objective}.
 *
 * @example saddlePoint([[]], [[]], (x, y) => tf.mul(x, y)) // F = (y, -x)
 * @param minShapes shapes of the tensors of x; [] is a single number
 * @param maxShapes shapes of the tensors of y
 * @param f function of the tensors of x, then those of y, that returns a scalar
 * @param options {@link SaddlePointOptions}
 * @throws {TypeError} ERR_PLAYER if f does not depend on x or on y; ERR_LOSS if it does not return a scalar; else as
 *   {@link objective}
 * @throws {RangeError} ERR_LENGTH if a set or the names do not fit; ERR_SHAPE for wrong shapes; ERR_OPTION_RANGE for
 *   equal names
 * @see Rockafellar, "Monotone operators associated with saddle-functions and minimax problems", 1970
 */
export function saddlePoint<const X extends Shapes, const Y extends Shapes>(
  minShapes: X,
  maxShapes: Y,
  f: TensorFunction<readonly [...X, ...Y], Tensor>,
  options?: SaddlePointOptions,
): GameProblem;
export function saddlePoint(
  minShapes: Shapes,
  maxShapes: Shapes,
  f: Traceable,
  options: SaddlePointOptions = {},
): GameProblem {
  const { minSet, maxSet, players, names, ...rest } = readOptions("saddlePoint", options, rules);
  for (const [what, shapes] of Object.entries({ minShapes, maxShapes })) {
    if (!Array.isArray(shapes) || shapes.length === 0) {
      throw failure(
        "ERR_SHAPE",
        `saddlePoint: expected ${what} to be a list of shapes such as [[3]], got ${JSON.stringify(shapes)}`,
      );
    }
  }
  if (typeof f !== "function") {
    throw failure(
      "ERR_OPTION_TYPE",
      `saddlePoint: expected shapes, shapes and a function, got ${typeof f} as third argument`,
    );
  }
  const count = minShapes.length + maxShapes.length;
  if (names !== undefined && names.length !== count) {
    throw failure("ERR_LENGTH", `saddlePoint: expected ${count} names, one for each shape, got ${names.length}`);
  }
  const numbered = (letter: string, shapes: Shapes): string[] =>
    shapes.map((_, k) => (shapes.length === 1 ? letter : `${letter}${k + 1}`));
  const call: Traceable = (...strategies: Tensor[]) => {
    const value = f(...strategies);
    return [value, isScalar(value) ? neg(value) : value];
  };
  return tracedGame({
    who: "saddlePoint",
    call,
    options: { ...rest, name: rest.name ?? (f.name || "saddlePoint") },
    players: [
      {
        name: players[0],
        shapes: minShapes,
        names: names?.slice(0, minShapes.length) ?? numbered("x", minShapes),
        ...(minSet === undefined ? {} : { set: minSet }),
      },
      {
        name: players[1],
        shapes: maxShapes,
        names: names?.slice(minShapes.length) ?? numbered("y", maxShapes),
        ...(maxSet === undefined ? {} : { set: maxSet }),
      },
    ],
  });
}

function isScalar(value: unknown): value is Tensor {
  return isTensor(value) && value.shape.length === 0;
}
