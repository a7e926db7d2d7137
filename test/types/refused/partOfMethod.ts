// expected: error TS2345: Argument of type '(it: Row) => number' is not assignable to parameter of type 'Update'.
import { gradientStep, method, momentum, type Row } from "fluxion";

method(momentum(), (it: Row) => it.value, gradientStep(0.1));
