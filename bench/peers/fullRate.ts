/** An experiment for bench/firstPicture.ts whose rows come as fast as the loop makes them. */
import { bilinear, chain, experiment, extragradient, untilStep } from "fluxion";
import { z } from "zod";

export default experiment({
  name: "full-rate",
  summary: "extragradient on f(x, y) = xy with a small step",
  options: z.object({ steps: z.number().int().positive().describe("of the run") }),
  run: ({ steps }, context) =>
    context.iterate(bilinear(), [1, 1], chain(untilStep(steps), extragradient({ stepSize: 0.001 })), {
      name: "full-rate",
    }),
});
