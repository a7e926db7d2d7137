// expected: error TS2345: Argument of type 'Measure' is not assignable to parameter of type 'OperatorFunction<Row, Iterate>'.
import { defineMeasure, replay } from "fluxion";

const angle = defineMeasure({
  name: "angle",
  step: (it) => ({ columns: { angle: it.direction[0] } }),
  columns: { angle: { meaning: "angle" } },
});
replay("runs/a").pipe(angle);
