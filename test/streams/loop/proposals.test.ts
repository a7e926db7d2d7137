import { delay, filter, map, merge, mergeMap, type OperatorFunction, of, scan, startWith } from "rxjs";
import { suite } from "uvu";
import { extragradient } from "../../../src/operators/games/extragradient.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../../src/operators/steps/momentum.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import { chain } from "../../../src/streams/chain.ts";
import { defineUpdate } from "../../../src/streams/defineUpdate.ts";
import { iterate } from "../../../src/streams/iterate.ts";
import { evaluate } from "../../../src/streams/loop/evaluation.ts";
import type { Evaluation, Proposal, Update } from "../../../src/streams/types.ts";
import { checkError } from "../../support/assert.ts";
import { collect } from "../../support/collect.ts";

/** What the stream of this update ends with, at step 0 unless `rows` came before. */
async function refuses(rule: Update, code: string, message: RegExp, rows = 0): Promise<void> {
  const { values, error } = await collect(iterate(bilinear(), [1, 1], rule));
  checkError(error, code, message);
  if (values.length !== rows) throw new Error(`expected ${rows} rows before the error, got ${values.length}`);
}
/** A misuse that the types refuse too. */
const untyped = (operator: unknown): Update => operator as Update;

const answers = suite("checkReturned");

answers("names the operators where none chose a step size", () =>
  refuses(
    momentum(),
    "ERR_NO_STEP_SIZE",
    /^iterate: no operator chose a step size; add one that does, such as gradientStep\(0\.1\) or backtrackGradientNorm\(\); the operators of this run are momentum \(run "run", step 0\)$/,
  ),
);

answers("says so too where there are no operators at all", () =>
  refuses((source) => source, "ERR_NO_STEP_SIZE", /the operators of this run are none/),
);

answers("refuses a step size that is not finite, and says whose it is", async () => {
  const infinite = defineUpdate({ name: "infinite", step: () => ({ stepSize: Number.POSITIVE_INFINITY }) });
  await refuses(infinite, "ERR_STEP_SIZE", /expected a finite step size, got Infinity from infinite/);
  const nan = defineUpdate({ name: "broken", step: () => ({ stepSize: Number.NaN }) });
  await refuses(nan, "ERR_STEP_SIZE", /got NaN from broken/);
  const byHand: Update = map((it: Proposal) => ({ ...it, stepSize: Number.NEGATIVE_INFINITY }));
  await refuses(byHand, "ERR_STEP_SIZE", /got -Infinity from a hand-written step/);
});

answers("refuses a direction of another length or kind", async () => {
  const long = defineUpdate({ name: "long", step: () => ({ direction: new Float64Array(3), stepSize: 1 }) });
  await refuses(long, "ERR_LENGTH", /^iterate: expected a direction of length 2, got 3 \(run "run", step 0\)$/);
  const list = defineUpdate({
    name: "list",
    step: () => ({ direction: [1, 2] as unknown as Float64Array, stepSize: 1 }),
  });
  await refuses(list, "ERR_OPTION_TYPE", /expected a direction to be a Float64Array, got Array/);
});

answers("refuses a trial point of another length, or none that the loop evaluated", async () => {
  const other = bilinear({ matrix: [[1, 2]] });
  const long = defineUpdate({
    name: "long",
    step: (it) => ({ stepSize: 1, next: it.evaluate(new Float64Array(3), other) }),
  });
  await refuses(long, "ERR_LENGTH", /expected next\.point of length 2, got 3/);
  const tooLong = defineUpdate({
    name: "tooLong",
    step: (it) => ({ stepSize: 1, next: it.evaluate(new Float64Array(3)) }),
  });
  await refuses(tooLong, "ERR_LENGTH", /^evaluate: expected a trial point of length 2, got 3/);
  const homemade = defineUpdate({
    name: "homemade",
    step: (it) => ({ stepSize: 1, next: { ...it.at } as Evaluation }),
  });
  await refuses(homemade, "ERR_OPTION_TYPE", /expected next to come from it\.evaluate\(point\), got Object/);
});

answers("takes a trial that a measure's evaluate made", async () => {
  const away = defineUpdate({
    name: "away",
    step: (it) => ({
      stepSize: 1,
      next: evaluate(bilinear(), it.point),
      status: it.step === 3 ? "stopped" : "running",
    }),
  });
  const { values } = await collect(iterate(bilinear(), [1, 1], away));
  if (values.length !== 4) throw new Error(`expected 4 rows, got ${values.length}`);
});

answers.run();

const complaints = suite("complaintAbout");

complaints("says who saw a dropped proposal last", async () => {
  const dropping = chain(momentum(), untyped(filter(() => false)), gradientStep(0.1));
  await refuses(
    dropping,
    "ERR_PROPOSAL",
    /did not return the proposal while it was being fed: dropped \(filter\?\) or late \(delay, observeOn, mergeMap of a promise\?\); the last operator to see it was momentum \(run "run", step 0\)$/,
  );
  await refuses(untyped(filter(() => false)), "ERR_PROPOSAL", /mergeMap of a promise\?\) \(run "run", step 0\)$/);
});

complaints("names a late answer as such", async () => {
  await refuses(chain(gradientStep(0.1), untyped(delay(1))), "ERR_PROPOSAL", /or late .* gradientStep/);
  await refuses(
    chain(gradientStep(0.1), untyped(mergeMap((it: Proposal) => Promise.resolve(it)))),
    "ERR_PROPOSAL",
    /or late/,
  );
});

complaints("refuses a proposal that comes back twice", async () => {
  const twice: Update = mergeMap((it: Proposal) => of(it, it));
  await refuses(
    chain(gradientStep(0.1), twice),
    "ERR_PROPOSAL",
    /returned the proposal twice \(merge, mergeMap, expand\?\)/,
  );
  await refuses(
    chain(twice, gradientStep(0.1)),
    "ERR_PROPOSAL",
    /^gradientStep: received step 0 twice \(merge, mergeMap, expand\?\) \(run "run", step 0\)$/,
  );
});

complaints("refuses a measure that is fed twice", () =>
  refuses(
    (source) => merge(source, source).pipe(gradientStep(0.1)),
    "ERR_PROPOSAL",
    /gradientStep: received step 0 twice/,
  ),
);

complaints("refuses the proposal of an earlier step", () => {
  const first: OperatorFunction<Proposal, Proposal> = scan((kept: Proposal) => kept);
  return refuses(
    chain(gradientStep(0.1), first),
    "ERR_PROPOSAL",
    /^iterate: the update returned the proposal of step 0 \(scan, pairwise, buffer\?\); .*\(run "run", step 1\)$/,
    1,
  );
});

complaints("refuses what is no proposal, or one of another run", async () => {
  const vector = untyped(map((it: Proposal) => it.point));
  await refuses(vector, "ERR_PROPOSAL", /something that is not a proposal of this run \(Float64Array\)/);
  const nothing = untyped(map(() => null));
  await refuses(nothing, "ERR_PROPOSAL", /not a proposal of this run \(null\)/);
  const undressed = untyped(map(({ step, stepSize }: Proposal) => ({ step, stepSize })));
  await refuses(undressed, "ERR_PROPOSAL", /not a proposal of this run \(Object\)/);
  let foreign: Proposal | undefined;
  const keep: Update = map((it: Proposal) => {
    foreign ??= it;
    return foreign;
  });
  await collect(iterate(bilinear(), [1, 1], chain(gradientStep(0.1), keep)));
  await refuses(chain(gradientStep(0.1), keep), "ERR_PROPOSAL", /not a proposal of this run \(ProposalRecord\)/);
});

complaints("refuses what comes while nothing is being fed", async () => {
  const early = untyped(startWith({ step: 0 }));
  await refuses(
    early,
    "ERR_PROPOSAL",
    /emitted while no proposal was being fed; delay, observeOn, startWith and promises must not stand inside it/,
  );
});

complaints.run();

const choices = suite("chosen");
const mine = defineUpdate({ name: "mine", step: (it) => ({ direction: it.direction.map((d) => 2 * d) }) });

choices("refuses to discard another update's direction", async () => {
  await refuses(
    chain(mine, extragradient({ stepSize: 0.1 })),
    "ERR_DIRECTION_DISCARDED",
    /^extragradient: would discard the direction that mine chose; remove one of them \(an operator that builds on the earlier direction says refines: "direction"\) \(run "run", step 0\)$/,
  );
});

choices("counts a direction chosen by hand", async () => {
  const byHand: Update = map((it: Proposal) => ({ ...it, direction: it.direction.slice() }));
  await refuses(
    chain(byHand, extragradient({ stepSize: 0.1 })),
    "ERR_DIRECTION_DISCARDED",
    /the direction that a hand-written step chose/,
  );
  await refuses(chain(mine, byHand, mine), "ERR_DIRECTION_DISCARDED", /a hand-written step/);
});

choices("refuses to discard another update's step size, or one chosen by hand", async () => {
  await refuses(
    chain(gradientStep(0.1), extragradient({ stepSize: 0.1 })),
    "ERR_STEP_SIZE_DISCARDED",
    /^extragradient: would discard the step size that gradientStep chose/,
  );
  const byHand: Update = map((it: Proposal) => ({ ...it, stepSize: 0.5 }));
  await refuses(chain(byHand, gradientStep(0.1)), "ERR_STEP_SIZE_DISCARDED", /that a hand-written step chose/);
});

choices("lets an update that refines build on both", async () => {
  const halve = defineUpdate({
    name: "halve",
    refines: "both",
    step: (it) => ({ stepSize: it.stepSize / 2, direction: it.direction.map((d) => 2 * d) }),
  });
  const { values } = await collect(
    iterate(
      bilinear(),
      [1, 1],
      chain(gradientStep(0.1), halve, defineUpdate({ name: "end", step: () => ({ status: "stopped" }) })),
    ),
  );
  if (values[0]!.stepSize !== 0.05) throw new Error(`step size ${values[0]!.stepSize}`);
});

choices("refuses a change after a trial was accepted", async () => {
  const accept = defineUpdate({ name: "accept", step: (it) => ({ stepSize: 1, next: it.evaluate(it.point) }) });
  await refuses(
    chain(accept, momentum()),
    "ERR_AFTER_ACCEPTED",
    /^momentum: changes the step after accept accepted a trial point; put momentum before accept \(run "run", step 0\)$/,
  );
  const byHand: Update = map((it: Proposal) => ({ ...it, stepSize: 1, next: it.evaluate(it.point) }));
  await refuses(chain(byHand, momentum()), "ERR_AFTER_ACCEPTED", /after a hand-written step accepted/);
});

choices.run();
