import { suite } from "uvu";
import * as assert from "uvu/assert";
import { builtInExperiments } from "../../../src/experiments/catalogue/builtIn.ts";
import { dlaeExperiment } from "../../../src/experiments/catalogue/dlae.ts";
import { agreeMeaning, agreeText, type Repeated } from "../../../src/experiments/protocols/agreement.ts";
import type { JsonValue } from "../../../src/json.ts";
import * as fc from "../../support/fastCheck.ts";
import { runExperiment } from "../../support/runExperiment.ts";

interface Answer extends Repeated<Answer> {
  readonly answer: number | undefined;
}
const alone = (answer: number | undefined): Answer => ({ answer, repetitions: [] });
const answers = fc.option(fc.constantFrom(0, 1, Number.NaN), { nil: undefined });

const text = suite("agreeText");
text("counts the searches whose repetitions all give their answer, whatever the order of repetitions", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(answers, fc.array(answers, { maxLength: 4 })), { maxLength: 8 }), (drawn) => {
      const ends = drawn.map(([own, others]): Answer => ({ answer: own, repetitions: others.map(alone) }));
      const of = (list: readonly Answer[]): string => agreeText(list, ({ answer }) => answer);
      const repeated = drawn.filter(([, others]) => others.length > 0);
      const same = repeated.filter(([own, others]) => new Set([own, ...others]).size === 1);
      const expected = repeated.length === 0 ? "" : `; agree: ${same.length} of ${repeated.length}`;
      assert.is(of(ends), expected);
      assert.is(of(ends.map((end) => ({ ...end, repetitions: [...end.repetitions].reverse() }))), expected);
      assert.is(agreeMeaning(ends).length, repeated.length === 0 ? 0 : 1);
    }),
  );
});
text.run();

/** Options with which each protocol concludes something in a second or two. */
const tiny: Readonly<Record<string, Readonly<Record<string, JsonValue>>>> = {
  digits: { searches: 2, iterations: 5, trajectorySteps: 60, samples: 40 },
  dlae: { searches: 4, inputs: 5, hidden: 2, samples: 60, trajectorySteps: 400 },
  "dlae-census": { searches: 8, inputs: 5, hidden: 2, samples: 60, trajectories: 1, trajectorySteps: 400 },
  "dlae-methods": {
    ...{ searches: 2, gradientSearches: 1, gradientIterations: 40, inputs: 5, hidden: 2, samples: 60 },
    ...{ trajectorySteps: 400 },
  },
  "dlae-sampling": { searches: 2, inputs: 5, hidden: 2, samples: 60, trajectories: 1, trajectorySteps: 400 },
  "dlae-tolerance": { searches: 3, inputs: 5, hidden: 2, samples: 60, trajectories: 1, trajectorySteps: 2000 },
  quartic: { grid: 3, iterations: 10 },
};
/**
 * Experiments on games conclude nothing: their table has a row for each run, with the columns of `--repeat`. A training
 * run is one run, whose conclusion counts nothing. Runs of whitening are not repeated: they start at 0, or compare draws.
 */
const withoutConclusions = builtInExperiments.filter(
  ({ name, options }) => "method" in options.shape || name === "train" || name === "whitening",
);

const protocols = suite("protocols with --repeat");
for (const experiment of builtInExperiments) {
  if (withoutConclusions.includes(experiment)) continue;
  // Experiments on networks conclude by one function; the smallest of them is enough.
  if ("relativeTolerance" in experiment.options.shape && experiment.name !== "digits") continue;
  protocols(`${experiment.name}: counts say how many searches agree, and are otherwise the same`, async () => {
    const options = tiny[experiment.name];
    assert.ok(options !== undefined, `${experiment.name} needs options here`);
    const once = await runExperiment(experiment, options);
    const repeated = await runExperiment(experiment, options, 1, 2);
    const { conclusions, agreements } = repeated;
    assert.ok(once.conclusions.length > 0);
    assert.not.ok(once.conclusions.some((line) => line.includes("agree")));
    assert.match(conclusions.at(-1)!, /^agree: number of searches with the same answer in all its 2 repetitions/);
    const withoutSeconds = (line: string): string => line.replace(/[\d.]+ s per success/, "");
    assert.equal(
      conclusions.slice(0, -1).map((line) => withoutSeconds(line.replaceAll(/; agree: \d+ of \d+/g, ""))),
      once.conclusions.map(withoutSeconds),
    );
    const counts = conclusions.join("\n").matchAll(/; agree: (\d+) of (\d+)/g);
    const found = [...counts].map(([, agree, of]) => [Number(agree), Number(of)] as const);
    assert.ok(found.length > 0, "no count says how many agree");
    for (const [agree, of] of found) assert.ok(agree <= of && of <= agreements.length);
  });
}
protocols("the counts are those of the repetitions themselves", async () => {
  const options = { ...tiny.dlae!, searches: 12, noise: 0.01, iterations: 40 };
  const { conclusions, agreements, findings } = await runExperiment(dlaeExperiment, options, 3, 3);
  assert.is(agreements.length, 12);
  const critical = (verdict: string | undefined): boolean => verdict === "critical point";
  // Ends of one class have one index and one loss; ends that are not critical have no class.
  const same = agreements.filter(({ ends: [own, ...others] }) =>
    others.every(
      (end) =>
        critical(end.verdict) === critical(own!.verdict) &&
        (!critical(own!.verdict) ||
          (end.morseIndex === own!.morseIndex && Math.abs(end.value! - own!.value!) < 1e-6 * Math.abs(own!.value!))),
    ),
  );
  assert.ok(findings.some(({ verdict }) => critical(verdict)));
  assert.match(conclusions[0]!, new RegExp(`; agree: ${same.length} of 12$`));
});
protocols.run();
