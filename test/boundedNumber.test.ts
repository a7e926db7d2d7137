import { suite } from "uvu";
import * as assert from "uvu/assert";
import { roundedDown, roundedUp } from "../src/boundedNumber.ts";
import * as fc from "./support/fastCheck.ts";

const bounded = suite("bounds for sentences");

bounded("never claim more than is known, and little less", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
        fc.integer({ min: -320, max: 300 }).chain((e) => fc.constantFrom(10 ** e, 0.9999 * 10 ** e, 1.005 * 10 ** e)),
      ),
      fc.integer({ min: 2, max: 9 }),
      (x, digits) => {
        const [low, high] = [roundedDown(x, digits), roundedUp(x, digits)];
        assert.ok(low <= x && x <= high, `${low} ${x} ${high}`);
        // A decimal text need not be a float64 number, so beside whole numbers equality would not do.
        if (!Number.isInteger(x)) assert.ok(low < x && x < high, `${low} ${x} ${high}`);
        if (x < 1e-300 || x > 1e300) return;
        const unit = 10 ** (1 - digits);
        assert.ok(low >= x * (1 - 1.1 * unit) && high <= x * (1 + 1.1 * unit), `${low} ${x} ${high}`);
        for (const text of [low, high]) assert.is(Number(text.toPrecision(digits)), text);
      },
    ),
    { numRuns: 2000 },
  );
  assert.equal(
    [0, 5, 999, Number.POSITIVE_INFINITY].map((x) => [roundedDown(x, 3), roundedUp(x, 3)]),
    [0, 5, 999, Number.POSITIVE_INFINITY].map((x) => [x, x]),
  );
  assert.equal([roundedDown(0.01236, 3), roundedUp(0.01234, 3)], [0.0123, 0.0124]);
});

bounded.run();
