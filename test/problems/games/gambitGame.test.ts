import { suite } from "uvu";
import * as assert from "uvu/assert";
import { gambitGame, parseGambit } from "../../../src/problems/games/gambitGame.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { naturalResidual } from "../../support/solve.ts";

const gambit = suite("gambitGame");

gambit("reads the payoff version, with fractions and decimals", () => {
  const file = parseGambit('NFG 1 R "Two by \\"three\\"" { "Row" "Column" } { 2 3 }\n\n1 1/2 0 2 .5 -1e1 1 1 0 2 3 -4');
  assert.is(file.title, 'Two by "three"');
  assert.equal(file.players, ["Row", "Column"]);
  assert.equal(file.strategies, [2, 3]);
  assert.equal([...file.payoffs[0]!], [1, 0, 0.5, 1, 0, 3]);
  assert.equal([...file.payoffs[1]!], [0.5, 2, -10, 1, 2, -4]);
});

gambit("reads the outcome version, with named strategies and a comment", () => {
  const text = `NFG 1 D "Selten" { "Player 1" "Player 2" } { { "1" "2" } { "a" "b" } }
"a comment"
{
{ "1\\n" 1, 1 }
{ "" 0 2 }
}
1 0 2 1`;
  const { payoffs } = parseGambit(text);
  assert.equal([...payoffs[0]!], [1, 0, 0, 1]);
  assert.equal([...payoffs[1]!], [1, 0, 2, 1]);
});

gambit("makes a game whose equilibrium solves it", () => {
  // Matching pennies of three players, who each want to differ from the next: uniform is an equilibrium.
  const u = (differs: (s: readonly number[]) => boolean): number[] =>
    Array.from({ length: 8 }, (_, k) => (differs([k & 1, (k >> 1) & 1, k >> 2]) ? 1 : 0));
  const tables = [u(([a, b]) => a !== b), u(([, b, c]) => b !== c), u(([a, , c]) => c !== a)];
  const rows = Array.from({ length: 8 }, (_, k) => tables.map((table) => table[k]).join(" ")).join("\n");
  const game = gambitGame(`NFG 1 R "pennies" { "a" "b" "c" } { 2 2 2 } ${rows}`);
  assert.is(game.name, "pennies");
  assertClose(naturalResidual(game, new Float64Array(6).fill(0.5)), 0, 1e-15, "residual", 1);
});

gambit("says what it expected", () => {
  const refused = (text: string, message: RegExp): void =>
    assertError(() => parseGambit(text), "ERR_DATA_FILE", message);
  refused("EFG 2 R", /the word NFG/);
  refused("", /NFG/);
  refused('NFG 1 R "t" { "a" } { 2 2 } 1 2 3 4', /for each of 1 players/);
  refused('NFG 1 R "t" { "a" "b" } { 1 1 } 1', /a payoff/);
  refused('NFG 1 R "t" { "a" "b" } { 1 1 } 1 x', /a payoff, got "x"/);
  refused('NFG 1 R "t" { "a" "b" } { 1 1 } 1 2 3', /the end of the file/);
  refused('NFG 1 R "t" { "a" "b" } { 1 1 } { { "" 1 2 } } 2', /one of 1 outcomes/);
});

gambit.run();
