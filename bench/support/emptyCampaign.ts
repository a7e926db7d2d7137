/** A campaign whose searches have nearly nothing to compute, so that what is left is what a campaign costs. */
import { bilinear, chain, untilStep } from "fluxion";
import { experiment } from "fluxion/experiments";
import { extragradient } from "fluxion/operators";
import { z } from "zod";

export default experiment({
  name: "empty",
  summary: "one step of extragradient on f(x, y) = xy",
  options: z.object({ searches: z.number().int().positive().default(10_000).describe("number of searches") }),
  run: ({ searches }, context) =>
    context.campaign(searches, (i) =>
      context.iterate(bilinear(), [1, i], chain(untilStep(1), extragradient({ stepSize: 0.5 })), { name: `run-${i}` }),
    ),
});
