// expected: error TS2345: Argument of type 'Update' is not assignable to parameter of type 'OperatorFunction<Iterate, Proposal>'.
import { gradientStep, iterate, momentum, quartic } from "fluxion";

iterate(quartic(), [1, 2], gradientStep(0.1)).pipe(momentum());
