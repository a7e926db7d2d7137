import type { ZeroSumGame } from "../../../problems/games/zeroSumGame.ts";

/**
 * Computes bounds on the value of a zero-sum game by weak duality of its linear programmes: the payoff that x secures
 * whatever the other player does, and the payoff to which y limits the first player.
 */
export function valueBounds(
  game: ZeroSumGame,
  point: Float64Array,
): { readonly value: number; readonly "at least": number; readonly "at most": number } {
  const set = game.constraint!;
  const field = new Float64Array(game.dimension);
  game.evaluate(point, field);
  const [rows] = game.game!.players;
  const part = (of: "first" | "second"): number => {
    const direction = new Float64Array(game.dimension);
    for (let i = 0; i < direction.length; i++) if (i < rows!.size === (of === "first")) direction[i] = -field[i]!;
    return set.support(direction);
  };
  // F = (-A y, A^T x): the first player's best answer gets sup <A y, x>, the second's leaves -sup <-A^T x, y>.
  return { value: game.payoff(point), "at least": -part("second"), "at most": part("first") };
}
