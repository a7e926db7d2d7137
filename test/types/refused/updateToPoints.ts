// expected: error TS2345: Argument of type 'OperatorFunction<Proposal, Float64Array<ArrayBufferLike>>' is not assignable to parameter of type 'Update'.
import { iterate, quartic } from "fluxion";
import { map } from "rxjs";

iterate(
  quartic(),
  [1, 2],
  map((it) => it.point),
);
