import { failure } from "../../errors.ts";
import { readOptions } from "../../options.ts";
import { dataHash } from "../data/dataHash.ts";
import { checkDifferentNames } from "../differentNames.ts";
import { plainField } from "../plainField.ts";
import type { Problem } from "../problem.ts";
import { arePositiveIntegers, matrix, text, texts } from "../rules.ts";
import { finiteVector } from "../sets/convexSet.ts";
import { productSet } from "../sets/productSet.ts";
import { simplex } from "../sets/simplex.ts";

export interface NormalFormGameOptions {
  /** Number of strategies of each player. */
  readonly strategies: readonly number[];
  /** Payoffs of each player over the profiles. The first player's strategy varies fastest, as in Gambit's files. */
  readonly payoffs: readonly ArrayLike<number>[];
  /** Names of the players. Default `player1`, `player2`, ... */
  readonly players?: readonly string[];
  /** Name of the problem in messages, rows and files. Default "normalFormGame". */
  readonly name?: string;
}

const rules = {
  strategies: {
    required: true,
    expected: "positive integers, one for each player",
    is: (value: unknown) => arePositiveIntegers(value, 1),
    range: true,
  },
  payoffs: { ...matrix, required: true },
  players: texts,
  name: { ...text, default: "normalFormGame" },
} as const;

/**
 * Builds a finite game of any number of players in mixed strategies, given by its payoff tables.
 *
 * The cost of player i is minus its expected payoff, the sum over profiles s of u_i(s) prod_j x_j(s_j), which is affine
 * in x_i. C is the product of simplices. The solutions of the variational inequality are exactly the Nash equilibria.
 * With two players the field is affine; with more it is multilinear. It is monotone in special cases only, such as
 * zero-sum games of two players.
 *
 * Cost of an evaluation: profiles x players^2; of a product: profiles x players^3.
 *
 * @example normalFormGame({ strategies: [2, 2], payoffs: [[3, 5, 0, 1], [3, 0, 5, 1]] }) // a prisoners' dilemma
 * @param options {@link NormalFormGameOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN for wrong options
 * @throws {RangeError} ERR_OPTION_RANGE for equal names; ERR_LENGTH for sizes that do not fit; ERR_NOT_FINITE for NaN or
 *   infinities
 * @see Nash, "Non-cooperative games", 1951, doi:10.2307/1969529
 */
export function normalFormGame(options: NormalFormGameOptions): Problem {
  const who = "normalFormGame";
  const { strategies, name, ...read } = readOptions(who, options, rules);
  const count = strategies.length;
  const names = read.players ?? strategies.map((_, i) => `player${i + 1}`);
  for (const [what, list] of Object.entries({ payoffs: read.payoffs, players: names })) {
    if (list.length === count) continue;
    throw failure("ERR_LENGTH", `${who}: expected ${what} for ${count} players, got ${list.length}`);
  }
  checkDifferentNames(who, names);
  const profiles = strategies.reduce((product, size) => product * size, 1);
  const payoffs = read.payoffs.map((table, i) => finiteVector(who, `payoffs of ${names[i]}`, table, profiles));
  const offsets: number[] = [];
  let n = 0;
  for (const size of strategies) {
    offsets.push(n);
    n += size;
  }

  // Calls `visit` with the number of each profile and the places of its strategies in z.
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
  // Multiplies the entries of z over the players other than i (and k).
  const others = (z: Float64Array, at: Int32Array, i: number, k = -1): number => {
    let product = 1;
    for (let j = 0; j < count; j++) if (j !== i && j !== k) product *= z[at[j]!]!;
    return product;
  };
  // Computes J v, or J^T v if `transposed`. At (s_i, s_k) J has -u_i(s) prod over j other than i, k of z.
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
