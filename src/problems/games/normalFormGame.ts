import { failure } from "../../errors.ts";
import { dataHash } from "../data/dataHash.ts";
import { plainField } from "../plainField.ts";
import type { Problem } from "../problem.ts";
import { checkDimension, finiteVector } from "../sets/convexSet.ts";
import { productSet } from "../sets/productSet.ts";
import { simplex } from "../sets/simplex.ts";

export interface NormalFormGameOptions {
  /** How many strategies each player has. */
  readonly strategies: readonly number[];
  /** For each player what it gets in each profile, the first player's strategy varying fastest (as in Gambit's files). */
  readonly payoffs: readonly ArrayLike<number>[];
  /** Default `player1`, `player2`, ... */
  readonly players?: readonly string[];
  /** Default "normalFormGame". */
  readonly name?: string;
}

/**
 * A finite game of any number of players in mixed strategies, given by its payoff tables.
 *
 * Player i's cost is minus its expected payoff, sum over profiles s of u_i(s) prod_j x_j(s_j), affine in x_i; C is the
 * product of simplices. Solutions of the variational inequality are exactly the Nash equilibria. With two players the
 * field is affine, with more it is multilinear; monotone in special cases only (zero-sum of two, for one).
 *
 * Cost of an evaluation: profiles x players^2, of a product profiles x players^3.
 *
 * @example normalFormGame({ strategies: [2, 2], payoffs: [[3, 5, 0, 1], [3, 0, 5, 1]] }) // a prisoners' dilemma
 * @throws {RangeError} ERR_OPTION_RANGE, ERR_LENGTH for sizes that do not fit; ERR_NOT_FINITE
 * @see Nash, "Non-cooperative games", 1951, doi:10.2307/1969529
 */
export function normalFormGame(options: NormalFormGameOptions): Problem {
  const { strategies, name = "normalFormGame" } = options;
  const who = "normalFormGame";
  if (strategies.length === 0) throw failure("ERR_OPTION_RANGE", `${who}: expected at least one player, got none`);
  for (const count of strategies) checkDimension(who, count);
  const count = strategies.length;
  const names = options.players ?? strategies.map((_, i) => `player${i + 1}`);
  for (const [what, list] of Object.entries({ payoffs: options.payoffs, players: names })) {
    if (list.length === count) continue;
    throw failure("ERR_LENGTH", `${who}: expected ${what} for ${count} players, got ${list.length}`);
  }
  const profiles = strategies.reduce((product, size) => product * size, 1);
  const payoffs = options.payoffs.map((table, i) => finiteVector(who, `payoffs of ${names[i]}`, table, profiles));
  const offsets: number[] = [];
  let n = 0;
  for (const size of strategies) {
    offsets.push(n);
    n += size;
  }

  /** Calls `visit` with each profile's number and the places of its strategies in z. */
  const forProfiles = (visit: (profile: number, at: Int32Array) => void): void => {
    const at = Int32Array.from(offsets);
    for (let profile = 0; profile < profiles; profile++) {
      visit(profile, at);
      for (let i = 0; i < count; i++) {
        at[i] = at[i]! + 1;
        if (at[i]! < offsets[i]! + strategies[i]!) break;
        at[i] = offsets[i]!;
      }
    }
  };
  /** prod of z over the players other than i (and k). */
  const others = (z: Float64Array, at: Int32Array, i: number, k = -1): number => {
    let product = 1;
    for (let j = 0; j < count; j++) if (j !== i && j !== k) product *= z[at[j]!]!;
    return product;
  };
  /** Adds J v, or J^T v where `transposed`: J has -u_i(s) prod over j other than i, k of z at (s_i, s_k). */
  const multiply = (z: Float64Array, v: Float64Array, out: Float64Array, transposed: boolean): void => {
    out.fill(0);
    forProfiles((profile, at) => {
      for (let i = 0; i < count; i++) {
        for (let k = 0; k < count; k++) {
          if (k === i) continue;
          const [to, from] = transposed ? [at[k]!, at[i]!] : [at[i]!, at[k]!];
          out[to] = out[to]! - payoffs[i]![profile]! * v[from]! * others(z, at, i, k);
        }
      }
    });
  };

  const sets = strategies.map((size) => simplex(size));
  return plainField({
    name,
    dimension: n,
    field(z, out) {
      out.fill(0);
      forProfiles((profile, at) => {
        for (let i = 0; i < count; i++) {
          out[at[i]!] = out[at[i]!]! - payoffs[i]![profile]! * others(z, at, i);
        }
      });
    },
    jacobian: {
      apply: (z, v, out) => multiply(z, v, out, false),
      applyTranspose: (z, u, out) => multiply(z, u, out, true),
    },
    constraint: productSet(sets),
    blocks: strategies.map((size, i) => ({
      name: names[i]!,
      shape: [size],
      offset: offsets[i]!,
      size,
      player: names[i]!,
    })),
    game: {
      players: strategies.map((size, i) => ({
        name: names[i]!,
        offset: offsets[i]!,
        size,
        constraint: sets[i]!,
        affine: true,
      })),
      costs(z, out) {
        out.fill(0, 0, count);
        forProfiles((profile, at) => {
          const chance = others(z, at, -1);
          for (let i = 0; i < count; i++) out[i] = out[i]! - payoffs[i]![profile]! * chance;
        });
      },
    },
    description: {
      problem: name,
      strategies: [...strategies],
      payoffs: payoffs.map((table) => dataHash([...strategies], table)),
    },
  });
}
