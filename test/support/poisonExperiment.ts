/** A campaign of twelve searches, of which the sixth throws. Loaded by the command. */
import { bilinear, chain, gradientStep, untilStep } from "fluxion";
import { experiment } from "fluxion/experiments";
import { throwError } from "rxjs";

export default experiment({
  name: "poison",
  summary: "one search of twelve throws",
  run: (_, context) =>
    context.campaign(12, (i) =>
      i === 5
        ? throwError(() => new Error("search five is bad"))
        : context.iterate(bilinear(), [1, i], chain(untilStep(3), gradientStep(0.1)), { name: `run-${i}` }),
    ),
});
