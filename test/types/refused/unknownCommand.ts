// expected: error TS2322: Type 'Observable<{ type: "faster"; }>' is not assignable to type 'Observable<Command>'.
import { gradientStep, iterate, quartic } from "fluxion";
import { of } from "rxjs";

iterate(quartic(), [1, 2], gradientStep(0.1), { commands: of({ type: "faster" }) });
