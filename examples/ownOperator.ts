/** Operators of your own: an update that clips the direction, a measure that adds a column. */

import type { Measure, Update } from "fluxion";
import { chain, defineMeasure, defineUpdate, iterate, quartic, untilStep } from "fluxion";
import { gradientStep } from "fluxion/operators";

/**
 * direction <- direction * min(1, bound / ||direction||). It builds on the direction chosen before, so it `refines`.
 */
function clipByNorm(bound: number): Update {
  return defineUpdate({
    name: "clipByNorm",
    refines: "direction",
    settings: { bound: { value: bound, min: 0 } }, // a command can change it during a run as "clipByNorm.bound"
    columns: { clipped: { meaning: "1 where the direction was longer than the bound" } },
    step(it, _state, settings) {
      const length = Math.hypot(...it.direction);
      if (length <= settings.bound) return { columns: { clipped: 0 } };
      return { direction: it.direction.map((d) => (d * settings.bound) / length), columns: { clipped: 1 } };
    },
  });
}

/** Measures the distance travelled so far. Checkpoints save its state without further code. */
function pathLength(): Measure {
  return defineMeasure({
    name: "pathLength",
    columns: { pathLength: { meaning: "length of the path up to this point" } },
    init: (first) => ({ last: first.point, length: 0 }),
    step(it, { last, length }) {
      const total = length + Math.hypot(...it.point.map((z, i) => z - last[i]!));
      return { state: { last: it.point, length: total }, columns: { pathLength: total } };
    },
  });
}

iterate(quartic(), [1, 2], chain(clipByNorm(1), gradientStep(0.05), untilStep(200)))
  .pipe(pathLength())
  .subscribe((it) => {
    if (it.step % 50 !== 0) return;
    const { clipped, pathLength } = it.columns;
    console.log(`step ${it.step}: f = ${it.value.toFixed(6)}, clipped ${clipped}, path ${pathLength?.toFixed(4)}`);
  });
