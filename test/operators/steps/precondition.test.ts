import { lastValueFrom, take, toArray } from "rxjs";
import { suite } from "uvu";
import { linearMap } from "../../../src/linalg/makeLinearMap.ts";
import { denseMatrix, diagonal } from "../../../src/linalg/maps/maps.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { precondition } from "../../../src/operators/steps/precondition.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { chain } from "../../../src/streams/chain.ts";
import { iterate } from "../../../src/streams/iterate.ts";
import type { Iterate, Update } from "../../../src/streams/types.ts";
import { assertClose, assertError, assertRejects } from "../../support/assert.ts";

function rows(update: Update, start = [-2, 1], steps = 3, problem: Problem = quartic()): Promise<readonly Iterate[]> {
  const run = iterate(problem, start, chain(update, gradientStep(0.1)), { slice: Number.POSITIVE_INFINITY });
  return lastValueFrom(run.pipe(take(steps), toArray()));
}

const operator = suite("precondition");

operator("multiplies the direction by the map: d <- M d", async () => {
  const m = denseMatrix(2, 2, Float64Array.of(2, 1, 1, 3), { symmetric: true });
  for (const { at, direction } of await rows(precondition(m))) {
    const [a, b] = at.field as unknown as [number, number];
    assertClose(direction, [-2 * a - b, -a - 3 * b], 1e-15);
  }
});

operator("takes a map that depends on the point: the inverse Hessian makes a Newton step", async () => {
  const newton = precondition((it) => {
    const [x, y] = it.point as unknown as [number, number];
    return diagonal(Float64Array.of(1 / (3 * x * x - 6), 1 / (10.8 * y * y + 10)));
  });
  const [first] = await rows(newton, [-2.5, 0.5], 1);
  assertClose(first!.direction, [-(-2.5 * 0.25 + 9) / 12.75, -5.45 / 12.7], 1e-14);
});

operator("multiplies one block only, and builds on the direction chosen before it", async () => {
  const update = chain(
    precondition(diagonal(Float64Array.of(2, 2))),
    precondition(diagonal(Float64Array.of(5)), { block: "y" }),
  );
  for (const { at, direction } of await rows(update)) {
    assertClose(direction, [-2 * at.field[0]!, -10 * at.field[1]!], 1e-15);
  }
});

operator("works on a field without a potential", async () => {
  const game = await rows(precondition(diagonal(Float64Array.of(1, 2))), [1, 1], 2, bilinear());
  assertClose(game[1]!.point, [0.9, 1.2], 1e-15);
});

operator("leaves a zero direction alone", async () => {
  const still = await rows(precondition(diagonal(Float64Array.of(1, 2))), [-3, 0], 2);
  assertClose(still[1]!.point, [-3, 0], 0);
});

operator("refuses a map that shows itself not positive definite", async () => {
  const indefinite = precondition(diagonal(Float64Array.of(1, -2)));
  await assertRejects(rows(indefinite, [-3, 1]), "ERR_NOT_POSITIVE_DEFINITE", /positive definite map.*at step 0/);
});

operator("refuses a map that is not symmetric or of another size, and a block that is not there", async () => {
  const rotation = linearMap({ rows: 2, columns: 2, apply: (v, out) => out.set([v[1]!, -v[0]!]) });
  assertError(() => precondition(rotation), "ERR_NOT_SYMMETRIC", /symmetric: false/);
  await assertRejects(rows(precondition(() => rotation)), "ERR_NOT_SYMMETRIC");
  const three = diagonal(new Float64Array(3).fill(1));
  await assertRejects(rows(precondition(three)), "ERR_LENGTH", /size of the direction, 2, got 3/);
  await assertRejects(rows(precondition(three, { block: "x" })), "ERR_LENGTH", /block x, 1, got 3/);
  await assertRejects(rows(precondition(three, { block: "w" })), "ERR_OPTION_RANGE", /\(x, y\), got "w"/);
});

operator.run();
