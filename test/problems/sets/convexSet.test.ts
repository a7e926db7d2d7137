import { suite } from "uvu";
import { convexSet } from "../../../src/problems/sets/convexSet.ts";
import { assertSetLaws } from "../../support/setLaws.ts";

const negative = (u: Float64Array): number => Math.max(0, ...Array.from(u, (x) => -x));

const own = suite("convexSet");

own("is all that a set of one's own needs", () => {
  const ray = convexSet({
    name: "ray",
    dimension: 1,
    bounded: false,
    project: (point, out) => {
      out[0] = Math.max(0, point[0]!);
    },
    support: ([g], at) => {
      at?.fill(0);
      return g! > 0 ? Number.POSITIVE_INFINITY : 0;
    },
  });
  assertSetLaws(ray, { violation: negative });
});

own.run();
