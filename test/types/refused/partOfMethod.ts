// expected: error TS2345: Argument of type '(it: Row) => number' is not assignable to parameter of type 'Update'.
import { chain, gradientStep, momentum, type Row } from "fluxion";

chain(momentum(), (it: Row) => it.value, gradientStep(0.1));
