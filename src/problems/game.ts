import type { Tensor } from "@tensorflow/tfjs-core";
import type { Traceable } from "../autodiff/trace/trace.ts";
import { failure } from "../errors.ts";
import type { ConvexSet } from "./problem.ts";
import type { Shapes } from "./traced/parametersOf.ts";
import { type GameProblem, tracedGame } from "./traced/tracedGame.ts";
import type { TracedProblemOptions } from "./traced/tracedProblem.ts";

export interface PlayerSpec {
  /** In messages, columns and on the page. */
  readonly name: string;
  /** Of its own strategy; default one number, [[]]. */
  readonly shapes?: Shapes;
  /** What it minimises: a scalar of TensorFlow.js from everybody's strategies, in the order of the players and of their shapes. */
  readonly cost: TensorCost;
  /** The strategies it may choose from; default all. */
  readonly set?: ConvexSet;
}

/** Written as a method, so that tensors of known rank fit. */
type TensorCost = { of(...strategies: Tensor[]): Tensor }["of"];

export interface GameOptions extends Omit<TracedProblemOptions, "constraint"> {
  /** Of the blocks; default the name of the player, numbered where it has several shapes. */
  readonly names?: readonly string[];
}

/**
 * The game in which each player minimises a cost of its own, written in TensorFlow.js, over its own strategy set.
 *
 * z is all strategies in the order of the players; F(z) stacks each player's gradient of its own cost with respect to its
 * own strategy, C is the product of the strategy sets. Where each cost is convex in the player's own strategy, solutions of
 * the variational inequality are the Nash equilibria; else they are its first-order (local) ones. J and J^T are exact;
 * there is no potential, so the value is NaN. `game` holds the players with their sets, whether a cost is affine in the
 * player's own strategy, and the costs themselves, for measures of exploitability. Tracing, refusals and {@link data}
 * inputs are those of {@link objective}.
 *
 * @example
 * const demand = (x, y) => tf.sub(10, tf.add(x, y));
 * const duopoly = game([
 *   { name: "first", cost: (x, y) => tf.sub(tf.mul(1, x), tf.mul(x, demand(x, y))), set: orthant(1) },
 *   { name: "second", cost: (x, y) => tf.sub(tf.mul(4, y), tf.mul(y, demand(x, y))), set: orthant(1) },
 * ]); // equilibrium (4, 1)
 * @throws {TypeError} ERR_PLAYER if a cost does not depend on the player's own strategy; ERR_LOSS if it is no scalar; else
 *   as {@link objective}
 * @throws {RangeError} ERR_LENGTH if a strategy set does not fit; ERR_OPTION_RANGE for fewer than one player or equal names
 * @see Facchinei and Kanzow, "Generalized Nash equilibrium problems", 2007, doi:10.1007/s10288-007-0054-4
 */
export function game(players: readonly PlayerSpec[], options: GameOptions = {}): GameProblem {
  if (!Array.isArray(players as unknown) || players.length === 0) {
    throw failure("ERR_OPTION_RANGE", "game: expected a list of at least one player, got none");
  }
  const names = players.map(({ name }) => name);
  if (new Set(names).size !== names.length) {
    throw failure("ERR_OPTION_RANGE", `game: expected players of different names, got ${names.join(", ")}`);
  }
  for (const { name, cost } of players) {
    if (typeof cost !== "function") {
      throw failure("ERR_OPTION_TYPE", `game: expected a function as cost of ${name}, got ${typeof cost}`);
    }
  }
  const { names: blockNames, ...rest } = options;
  let used = 0;
  const call: Traceable = (...strategies: Tensor[]) => players.map(({ cost }) => cost(...strategies));
  return tracedGame({
    who: "game",
    call,
    options: rest,
    players: players.map(({ name, shapes = [[]], set }) => {
      const defaults = shapes.map((_, k) => (shapes.length === 1 ? name : `${name}${k + 1}`));
      const own = blockNames?.slice(used, used + shapes.length) ?? defaults;
      used += shapes.length;
      return { name, shapes, names: own, ...(set === undefined ? {} : { set }) };
    }),
  });
}
