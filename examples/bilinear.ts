/** Shows why descent-ascent spirals outwards on f(x, y) = xy, and how looking ahead repairs it. */
import { bilinear, chain, iterate, untilStep } from "fluxion";
import { extragradient, gradientStep } from "fluxion/operators";
import { forkJoin, last } from "rxjs";

const steps = untilStep(50);
const eta = 0.5;

forkJoin({
  "gradient descent-ascent": iterate(bilinear(), [1, 1], chain(gradientStep(eta), steps)).pipe(last()),
  extragradient: iterate(bilinear(), [1, 1], chain(extragradient({ stepSize: eta }), steps)).pipe(last()),
}).subscribe((ends) => {
  for (const [name, { point, step }] of Object.entries(ends)) {
    const growth = (Math.hypot(...point) / Math.SQRT2) ** (1 / step);
    console.log(`${name}: |z| is multiplied by ${growth.toFixed(6)} per step`);
  }
  console.log(`theory: ${Math.sqrt(1 + eta ** 2).toFixed(6)} and ${Math.sqrt(1 - eta ** 2 + eta ** 4).toFixed(6)}`);
});
