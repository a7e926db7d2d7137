import * as assert from "uvu/assert";
import { checkDerivatives } from "../../src/problems/checkDerivatives.ts";
import type { Problem } from "../../src/problems/problem.ts";
import { richardson } from "../../src/problems/richardson.ts";
import { assertClose } from "./assert.ts";
import { genericStart, naturalResidual } from "./solve.ts";

/**
 * What holds for every problem of the catalogue: derivatives agree with differences and each other, known solutions solve
 * it, and where it is a game the field is each player's gradient of its own cost, players and blocks fit.
 */
export function assertCatalogued(problem: Problem & { readonly solutions?: readonly Float64Array[] }, scale = 1): void {
  const start = genericStart(problem, 11, scale);
  const report = checkDerivatives(problem, start);
  assert.is(report.verdict, "agrees", report.table);
  for (const solution of problem.solutions ?? []) {
    assertClose(
      naturalResidual(problem, solution),
      0,
      1e-13,
      `residual of ${problem.name}`,
      1 + Math.hypot(...solution),
    );
    assertClose(problem.constraint?.distance(solution) ?? 0, 0, 1e-13, "solution in C", 1);
  }
  assert.ok(problem.description !== undefined && JSON.stringify(problem.description).length > 2);
  const { game } = problem;
  if (game === undefined) return;
  let offset = 0;
  for (const player of game.players) {
    assert.is(player.offset, offset);
    offset += player.size;
    const blocks = problem.blocks.filter((block) => block.player === player.name);
    assert.is(
      blocks.reduce((sum, block) => sum + block.size, 0),
      player.size,
    );
  }
  assert.is(offset, problem.dimension);
  const field = new Float64Array(problem.dimension);
  problem.evaluate(start, field);
  for (const [i, player] of game.players.entries()) {
    for (let k = 0; k < Math.min(player.size, 5); k++) {
      const at = player.offset + k;
      const { derivative, error } = richardson((t) => {
        const moved = start.slice();
        moved[at] = start[at]! + t;
        const costs = new Float64Array(game.players.length);
        game.costs(moved, costs);
        return Float64Array.of(costs[i]!);
      }, 0.01);
      const size = Math.max(1, Math.abs(field[at]!));
      assertClose(field[at]!, derivative[0]!, Math.max(1e-8, 10 * error), `field at ${at} of ${player.name}`, size);
    }
  }
}
