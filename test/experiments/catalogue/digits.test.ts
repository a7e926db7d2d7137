import { suite } from "uvu";
import * as assert from "uvu/assert";

process.env.FLUXION_EXECUTOR = "portable";
const { lastValueFrom, toArray } = await import("rxjs");
const { digitsExperiment } = await import("../../../src/experiments/catalogue/digits.ts");
const { experimentContext } = await import("../../../src/experiments/framework/context.ts");
type Agreement = import("../../../src/experiments/framework/repetitions.ts").Agreement;

const digits = suite("digits, the default run");
digits("ends alike from 20 starts whose coordinates are moved by up to 2 units in the last place", async () => {
  const agreements: Agreement[] = [];
  const context = experimentContext({
    seed: 1,
    signal: new AbortController().signal,
    repetitions: 20,
    onAgreement: (agreement) => agreements.push(agreement),
  });
  const rows = context.complete(digitsExperiment.run(digitsExperiment.options.parse({}), context)).pipe(toArray());
  const last = (await lastValueFrom(rows)).at(-1)!;
  const [{ run, repetitions, sameVerdict, sameIndex, sameDigits, ends }] = agreements as [Agreement];
  assert.equal([run, repetitions, sameVerdict, sameIndex], ["search", 20, 20, 20]);
  assert.ok(sameDigits >= 3, `${sameDigits}`);
  // The end is one of the two that such a search is for.
  assert.ok(["gradient-flat region", "critical point"].includes(ends[0]!.verdict), ends[0]!.verdict);
  assert.is(ends[0]!.value, last.value);
});
digits.run();
