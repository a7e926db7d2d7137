// expected: error TS2322: Type '"finished"' is not assignable to type 'Status | undefined'.
import { defineRowMeasure } from "fluxion";

defineRowMeasure({ name: "m", step: () => ({ status: "finished" }) });
