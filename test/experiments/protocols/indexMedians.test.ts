import { suite } from "uvu";
import * as assert from "uvu/assert";
import { digitsExperiment } from "../../../src/experiments/catalogue/digits.ts";
import { indexMedians } from "../../../src/experiments/protocols/indexMedians.ts";
import { diagonal } from "../../../src/linalg/maps/maps.ts";
import { plainField } from "../../../src/problems/plainField.ts";
import * as fc from "../../support/fastCheck.ts";
import { runExperiment } from "../../support/runExperiment.ts";

/** A field whose Jacobian at z is said to be diag(z), so that the eigenvalues are the point itself. */
const spectrum = (n: number) => ({
  ...plainField({ name: "spectrum", dimension: n, symmetric: true, field: (z, out) => out.set(z) }),
  linearize: (z: Float64Array) => diagonal(z.slice()),
});
const size = fc.oneof(fc.double({ min: 1e-8, max: 10, noNaN: true }), fc.constantFrom(2e-6, 5e-5, 2e-3, 0));
const value = fc.tuple(size, fc.boolean()).map(([x, negative]) => (negative ? -x : x));

const medians = suite("indexMedians");
medians("are the medians of the numbers of eigenvalues below the thresholds of each set", () => {
  const points = fc.array(fc.array(value, { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(points, (drawn) => {
      // One eigenvalue of -10 or 10 fixes what is relative to the largest.
      const all = drawn.map((own) => Float64Array.of(10, ...own));
      const found = indexMedians(spectrum(5), all);
      const middle = (bound: number): number => {
        const counts = all.map((own) => own.filter((z) => z < -bound).length).sort((a, b) => a - b);
        const half = counts.length >> 1;
        return counts.length % 2 === 1 ? counts[half]! : (counts[half - 1]! + counts[half]!) / 2;
      };
      assert.equal(
        found.map(({ median }) => median),
        [1e-5, 1e-5, 1e-3].map((bound) => middle(bound)),
      );
      assert.match(found.map(({ below }) => below).join(), /^-0.000001 of .*,-0.00001,-0.001$/);
    }),
  );
});
medians("are told by a protocol with ten searches, each at its own last point", async () => {
  const few = { iterations: 3, trajectorySteps: 60, samples: 40 };
  const { conclusions } = await runExperiment(digitsExperiment, { ...few, searches: 10 });
  const line = conclusions.find((text) => text.startsWith("  medians by what counts as negative"))!;
  const [relative, thesis, stored] = Array.from(line.matchAll(/(\d+(?:\.5)?) below/g), ([, median]) => Number(median));
  assert.ok(stored! <= thesis! && relative! <= 82, line);
  const own = conclusions.find((text) => text.startsWith("Morse indices at the end"))!;
  assert.match(own, /median [\d.]+, of 82 eigenvalues$/);
  // By default indices count below the relative threshold.
  assert.is(Number(/median ([\d.]+)/.exec(own)![1]), relative);
  const nine = await runExperiment(digitsExperiment, { ...few, searches: 9 });
  assert.not.ok(nine.conclusions.some((text) => text.startsWith("  medians")));
});
medians.run();
