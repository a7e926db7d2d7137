import type { Tensor } from "@tensorflow/tfjs-core";
import type { Traceable } from "../autodiff/trace/trace.ts";
import { failure } from "../errors.ts";
import { readOptions } from "../options.ts";
import { checkDifferentNames } from "./differentNames.ts";
import type { ConvexSet } from "./problem.ts";
import { callback, convexSetRule, shapes, text, texts } from "./rules.ts";
import type { Shapes } from "./traced/parametersOf.ts";
import { type GameProblem, tracedGame } from "./traced/tracedGame.ts";
import { type TracedProblemOptions, tracedGameRules } from "./traced/tracedOptions.ts";

export interface PlayerSpec {
  /** Name in messages, columns and on the page. */
  readonly name: string;
  /** Shapes of the player's own strategy. Default: one number, [[]]. */
  readonly shapes?: Shapes;
  /**
   * Cost that the player minimises: a function of all strategies, in the order of the players and of their shapes, that
   * returns a scalar of TensorFlow.js.
   */
  readonly cost: TensorCost;
  /** Set of strategies that the player may choose from. Default: the whole space. */
  readonly set?: ConvexSet;
}

/** Written as a method, so that functions of tensors of known rank fit. */
type TensorCost = { of(...strategies: Tensor[]): Tensor }["of"];

export interface GameOptions extends Omit<TracedProblemOptions, "constraint"> {
  /** Names of the blocks, one for each shape. Default: the player's name, numbered if it has several shapes. */
  readonly names?: readonly string[];
}

const rules = { names: texts, ...tracedGameRules } as const;
const playerRules = {
  name: { ...text, required: true },
  shapes: { ...shapes, default: [[]] },
  cost: { ...callback, required: true },
  set: convexSetRule,
} as const;

/**
 * Builds the game in which each player minimises its own cost, written in TensorFlow.js, over its own strategy set.
 *
 * z holds all strategies in the order of the players. F(z) stacks each player's gradient of its own cost with respect
 * to its own strategy; C is the product of the strategy sets. If each cost is convex in the player's own strategy, the
 * solutions of the variational inequality are the Nash equilibria; otherwise they are the first-order (local) ones. J
 * and J^T are exact. There is no potential, so the value is NaN.
 *
 * The member `game` serves measures of exploitability. It holds the players with their sets, says whether a cost is
 * affine in the player's own strategy, and computes the costs. Tracing, refusals and inputs by `data` of
 * `fluxion/autodiff` are those of {@link objective}.
 *
 * Cost: as for {@link objective}.
 *
 * @example
 * const demand = (x: tf.Tensor, y: tf.Tensor) => tf.sub(10, tf.add(x, y));
 * const duopoly = game([
 *   { name: "first", cost: (x, y) => tf.sub(tf.mul(1, x), tf.mul(x, demand(x, y))), set: orthant(1) },
 *   { name: "second", cost: (x, y) => tf.sub(tf.mul(4, y), tf.mul(y, demand(x, y))), set: orthant(1) },
 * ]);
 * const last = firstRows(duopoly, [1, 1], extragradient({ stepSize: 0.2 }), 200).at(-1)!;
 * console.log([...last.point].map((x) => x.toFixed(4)).join(" "));
 * // 4.0000 1.0000
 * @param players {@link PlayerSpec} of each player
 * @param options {@link GameOptions}
 * @throws {TypeError} ERR_PLAYER if a cost does not depend on the player's own strategy; ERR_LOSS if it is not a
 *   scalar; ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN for wrong players or options; else as {@link objective}
 * @throws {RangeError} ERR_LENGTH if a strategy set or the names do not fit; ERR_OPTION_RANGE for fewer than one player
 *   or equal names
 * @see Facchinei and Kanzow, "Generalized Nash equilibrium problems", 2007, doi:10.1007/s10288-007-0054-4
 */
export function game(players: readonly PlayerSpec[], options: GameOptions = {}): GameProblem {
  const { names: blockNames, ...rest } = readOptions("game", options, rules);
  if (!Array.isArray(players as unknown) || players.length === 0) {
    throw failure("ERR_OPTION_RANGE", "game: expected a list of at least one player, got none");
  }
  const read = players.map((player, i) => readOptions("game", player, playerRules, `players[${i}]`));
  checkDifferentNames(
    "game",
    read.map(({ name }) => name),
  );
  const count = read.reduce((sum, { shapes }) => sum + shapes.length, 0);
  if (blockNames !== undefined && blockNames.length !== count) {
    throw failure("ERR_LENGTH", `game: expected ${count} names, one for each shape, got ${blockNames.length}`);
  }
  let used = 0;
  const call: Traceable = (...strategies: Tensor[]) => read.map(({ cost }) => cost(...strategies));
  return tracedGame({
    who: "game",
    call,
    options: rest,
    players: read.map(({ name, shapes, set }) => {
      const defaults = shapes.map((_, k) => (shapes.length === 1 ? name : `${name}${k + 1}`));
      const own = blockNames?.slice(used, used + shapes.length) ?? defaults;
      used += shapes.length;
      return { name, shapes, names: own, ...(set === undefined ? {} : { set }) };
    }),
  });
}
