import { textual } from "../../arguments.ts";
import { failure } from "../../errors.ts";
import { checkOption } from "../../options.ts";
import type { Problem } from "../problem.ts";
import { normalFormGame } from "./normalFormGame.ts";

/** The content of a Gambit .nfg file. */
export interface GambitFile {
  readonly title: string;
  /** Names of the players. */
  readonly players: readonly string[];
  /** Number of strategies of each player. */
  readonly strategies: readonly number[];
  /** Payoffs of each player over the profiles, in which the first player's strategy varies fastest. */
  readonly payoffs: readonly Float64Array[];
}

/**
 * Builds the finite game of a Gambit .nfg file from its text.
 *
 * Cost: as for {@link normalFormGame}.
 *
 * @example gambitGame('NFG 1 R "dilemma" { "A" "B" } { 2 2 } 3 3 5 0 0 5 1 1')
 * @throws ERR_DATA_FILE if the text is not such a file; the message says what was expected
 * @see {@link normalFormGame}
 */
export function gambitGame(text: string): Problem {
  const { title, players, strategies, payoffs } = parseGambit(text);
  return normalFormGame({ name: title || "gambitGame", strategies, payoffs, players });
}

/**
 * Reads the text of a Gambit .nfg file, in its payoff version or its outcome version, with decimal or rational numbers.
 *
 * Cost: one pass over the text.
 *
 * @example parseGambit('NFG 1 R "dilemma" { "A" "B" } { 2 2 } 3 3 5 0 0 5 1 1').strategies // [2, 2]
 * @throws ERR_DATA_FILE if the text is not such a file; the message says what was expected
 * @see https://gambitproject.readthedocs.io/en/stable/formats.nfg.html
 */
export function parseGambit(text: string): GambitFile {
  checkOption("parseGambit", "text", text, textual);
  const tokens = new Tokens(text);
  if (tokens.next("the word NFG").text !== "NFG") tokens.expected("the word NFG at the beginning");
  if (tokens.next("version 1").text !== "1") tokens.expected("version 1");
  if (!["R", "D"].includes(tokens.next("R or D").text)) tokens.expected("R or D after the version");
  const title = tokens.string("a title in quotes");
  tokens.open();
  const names: string[] = [];
  while (!tokens.closes()) names.push(tokens.string("a player's name in quotes"));
  if (names.length === 0) tokens.expected("at least one player");

  tokens.open();
  const strategies: number[] = [];
  while (!tokens.closes()) {
    if (tokens.opens()) {
      let count = 0;
      while (!tokens.closes()) {
        tokens.string("a strategy's name in quotes");
        count++;
      }
      strategies.push(count);
    } else strategies.push(tokens.number("a number of strategies"));
  }
  if (strategies.length !== names.length || strategies.some((count) => !(Number.isInteger(count) && count > 0))) {
    tokens.expected(`a positive number of strategies for each of ${names.length} players`);
  }
  const profiles = strategies.reduce((product, count) => product * count, 1);
  if (tokens.peek()?.quoted) tokens.next("a comment");
  const rows = tokens.opens() ? outcomes(tokens, names.length, profiles) : plain(tokens, names.length, profiles);
  if (tokens.peek() !== undefined) tokens.expected("the end of the file");
  return {
    title,
    players: new Set(names).size === names.length ? names : names.map((name, i) => `${name || "player"} ${i + 1}`),
    strategies,
    payoffs: names.map((_, i) => Float64Array.from(rows, (row) => row[i]!)),
  };
}

/** Reads the payoffs of all players, profile by profile. */
function plain(tokens: Tokens, players: number, profiles: number): number[][] {
  return Array.from({ length: profiles }, () => Array.from({ length: players }, () => tokens.number("a payoff")));
}

/** Reads a list of outcomes, then for each profile the number of its outcome. Outcome 0 pays nothing. */
function outcomes(tokens: Tokens, players: number, profiles: number): number[][] {
  const list = [new Array<number>(players).fill(0)];
  while (!tokens.closes()) {
    tokens.open();
    if (tokens.peek()?.quoted) tokens.next("an outcome's name");
    list.push(Array.from({ length: players }, () => tokens.number("a payoff")));
    if (!tokens.closes()) tokens.expected(`an outcome of ${players} payoffs`);
  }
  return Array.from({ length: profiles }, () => {
    const row = list[tokens.number("the number of an outcome")];
    return row ?? tokens.expected(`the number of one of ${list.length - 1} outcomes`);
  });
}

interface Token {
  readonly text: string;
  readonly quoted: boolean;
}

class Tokens {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = Array.from(text.matchAll(/"((?:[^"\\]|\\.)*)"|[{}]|[^\s{},"]+/g), ([whole, inner]) =>
      inner === undefined ? { text: whole, quoted: false } : { text: inner.replaceAll(/\\(.)/g, "$1"), quoted: true },
    );
  }

  peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  next(what: string): Token {
    return this.#tokens[this.#at++] ?? this.expected(what);
  }

  /** Takes a brace if it comes next. */
  opens(): boolean {
    return this.#takes("{");
  }

  closes(): boolean {
    return this.#takes("}");
  }

  open(): void {
    if (!this.opens()) this.expected("{");
  }

  string(what: string): string {
    const token = this.next(what);
    return token.quoted ? token.text : this.expected(what);
  }

  /** Takes a decimal, or a fraction such as 1/3. */
  number(what: string): number {
    const token = this.next(what);
    const [above, below, ...rest] = token.text.split("/");
    const value = below === undefined ? Number(above) : Number(above) / Number(below);
    return token.quoted || above === "" || rest.length > 0 || !Number.isFinite(value) ? this.expected(what) : value;
  }

  expected(what: string): never {
    const got = this.#tokens[Math.max(0, this.#at - 1)]?.text ?? "nothing";
    throw failure("ERR_DATA_FILE", `parseGambit: expected ${what}, got "${got}" as token ${Math.max(1, this.#at)}`);
  }

  #takes(brace: string): boolean {
    const token = this.peek();
    if (token === undefined || token.quoted || token.text !== brace) return false;
    this.#at++;
    return true;
  }
}
