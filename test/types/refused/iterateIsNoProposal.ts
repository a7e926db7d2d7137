// expected: error TS2339: Property 'next' does not exist on type 'Iterate'.
import { gradientStep, iterate, quartic } from "fluxion";
import { tap } from "rxjs";

iterate(quartic(), [1, 2], gradientStep(0.1)).pipe(tap((it) => it.next));
