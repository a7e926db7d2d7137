import type { SolvedProblem } from "./certified.ts";
import { type InformationSet, treeplex } from "./treeplex.ts";
import { type ZeroSumGame, zeroSumGame } from "./zeroSumGame.ts";

export interface KuhnPoker extends ZeroSumGame, SolvedProblem {
  /** Payoff of the first player at equilibrium: -1/18. */
  readonly value: number;
}

/** Number of cards: jack, queen, king. */
const cards = 3;
/** Number of sequences of a player: the empty one, then four for each card. */
const sequences = 1 + 4 * cards;

/**
 * Builds Kuhn's poker in sequence form: three cards, an ante of 1, one bet of 1.
 *
 * Each player has the empty sequence and four sequences for each card. Those of the first player are check and bet, and
 * fold and call after a check and the other's bet. Those of the second player are check and bet after a check, and fold
 * and call after a bet. x and y are realisation probabilities on treeplexes of 13 sequences. A holds the chance 1/6 of
 * a deal times what the first player wins.
 *
 * The value is -1/18. The first player has a family of equilibria, of which `solutions` holds three. In each of them
 * alpha is the chance to bluff with the jack: 0, 1/6 or 1/3. The first player bets with the king with chance 3 alpha,
 * and with the queen it checks and then calls a bet with chance alpha + 1/3. The second player's strategy is unique.
 *
 * Cost of an evaluation or a product: two passes over the 13 x 13 matrix A.
 *
 * @example kuhnPoker().value // -1/18
 * @see Kuhn, "A simplified two-person poker", 1950
 */
export function kuhnPoker(): KuhnPoker {
  const values = new Float64Array(sequences * sequences);
  for (let mine = 0; mine < cards; mine++) {
    for (let theirs = 0; theirs < cards; theirs++) {
      if (mine === theirs) continue;
      const showdown = mine > theirs ? 1 : -1;
      const [check, bet, fold, call] = sequencesOf(mine);
      const [checkBack, betAfter, foldTo, callTo] = sequencesOf(theirs);
      const put = (x: number, y: number, won: number): void => {
        values[x * sequences + y] = won / 6;
      };
      put(check, checkBack, showdown);
      put(fold, betAfter, -1);
      put(call, betAfter, 2 * showdown);
      put(bet, foldTo, 1);
      put(bet, callTo, 2 * showdown);
    }
  }
  const first: InformationSet[] = [];
  const second: InformationSet[] = [];
  for (let card = 0; card < cards; card++) {
    const [a, b, c, d] = sequencesOf(card);
    first.push({ parent: 0, actions: [a, b] }, { parent: a, actions: [c, d] });
    second.push({ parent: 0, actions: [a, b] }, { parent: 0, actions: [c, d] });
  }
  const game = zeroSumGame({
    name: "kuhnPoker",
    values,
    rows: treeplex(sequences, first),
    columns: treeplex(sequences, second),
    players: ["first", "second"],
    description: { problem: "kuhnPoker" },
  });
  return { ...game, value: -1 / 18, solutions: [0, 1 / 6, 1 / 3].map(equilibrium) };
}

/** Gives the places of a card's four sequences: check, bet, fold, call. */
function sequencesOf(card: number): readonly [number, number, number, number] {
  const at = 1 + 4 * card;
  return [at, at + 1, at + 2, at + 3];
}

function equilibrium(alpha: number): Float64Array {
  const z = new Float64Array(2 * sequences);
  const set = (player: number, card: number, four: readonly number[]): void => {
    z[player * sequences] = 1;
    z.set(four, player * sequences + 1 + 4 * card);
  };
  const call = alpha + 1 / 3;
  set(0, 0, [1 - alpha, alpha, 1 - alpha, 0]);
  set(0, 1, [1, 0, 1 - call, call]);
  set(0, 2, [1 - 3 * alpha, 3 * alpha, 0, 1 - 3 * alpha]);
  set(1, 0, [2 / 3, 1 / 3, 1, 0]);
  set(1, 1, [1, 0, 2 / 3, 1 / 3]);
  set(1, 2, [0, 1, 0, 1]);
  return z;
}
